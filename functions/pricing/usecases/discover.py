"""Find a competitor's pages: read its site maps or a list of its products, politely, and tell which pages they name.

Like every reading of the web this is done by the scanner, which holds no store. What there is no time for goes back to
the lane; a job ends after so many files and pages, whatever a site names.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Protocol

from pricing.domain.fetched import Fetch, Fetched
from pricing.domain.site import NamedPage, SiteFile
from pricing.usecases.looks import Pages, Stops
from pricing.usecases.scan_pages import LONGEST_SCAN
from shared.kernel.clock import Clock
from shared.kernel.public_url import UnsafeUrl, checked_url, host_of

MOST_FILES = 200
MOST_PAGES = 50_000
PAGES_IN_A_MESSAGE = 400
MOST_TODO = 500
MOST_PROBLEMS = 20
ROBOTS = "/robots.txt"


@dataclass(frozen=True, slots=True, kw_only=True)
class Discovery:
    """Whose pages are looked for, what is yet to be read, and how far the job is."""

    organisation_id: str
    job_id: str
    competitor_id: str
    domain: str
    lane: int
    planned_at: datetime
    todo: tuple[str, ...] = ()
    files: int = 0
    pages: int = 0
    carried: int = 0


class Discovered(Protocol):
    """Where found pages are sent."""

    async def tell(self, pages: Sequence[NamedPage], problems: Sequence[str], *, part: int, last: bool) -> None:
        """Send pages; telling the same part twice is telling it once."""

    async def carry(self, rest: Discovery, not_before: datetime | None) -> None:
        """Ask for the rest later; asking twice is asking once."""


@dataclass(slots=True)
class _Found:
    todo: list[str]
    files: int
    count: int
    seen: set[str] = field(default_factory=set)
    pages: dict[str, NamedPage] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    told: int = 0

    @property
    def is_over(self) -> bool:
        return not self.todo or self.files >= MOST_FILES or self.count >= MOST_PAGES


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscoverSite:
    """Read a site's maps and lists."""

    pages: Pages
    read: Callable[[bytes, str, str | None], SiteFile]
    site_maps_of: Callable[[bytes], list[str]]
    stops: Stops
    clock: Clock

    async def __call__(self, asked: Discovery, found: Discovered, deadline: float) -> None:
        """Tell what the site names, until everything is read, the time is over, or the job is to stop."""
        # What names a site's maps is read like any other file of it.
        work = _Found(list(asked.todo) or [f"https://{asked.domain}{ROBOTS}"], asked.files, asked.pages)
        while not work.is_over:
            if await self.stops.stopped(asked.organisation_id, asked.job_id):
                return
            fetched = await self._fetch(work.todo[0], deadline)
            if fetched.outcome is Fetch.NOT_YET:
                await self._tell(work, found, last=False)
                await self._put_off(asked, work, fetched.not_yet_seconds, found)
                return
            self._take_in(fetched, work.todo.pop(0), asked.domain, work)
            if len(work.pages) >= PAGES_IN_A_MESSAGE:
                await self._tell(work, found, last=False)
        await self.pages.rest()
        await self._tell(work, found, last=True)

    async def _fetch(self, url: str, deadline: float) -> Fetched:
        return await self.pages.fetch(url, etag=None, last_modified=None, deadline=deadline, pause_seconds=None)

    def _take_in(self, fetched: Fetched, url: str, domain: str, work: _Found) -> None:
        work.files += 1
        work.seen.add(url)
        if url.endswith(ROBOTS):
            named = self.site_maps_of(fetched.body) if fetched.outcome is Fetch.FETCHED else []
            self._add_files(named or [f"https://{domain}/sitemap.xml"], domain, work)
            return
        if fetched.outcome is not Fetch.FETCHED:
            work.problems.append(f"{url}: {fetched.outcome.value}: {fetched.detail}"[:500])
            return
        file = self.read(fetched.body, fetched.url, fetched.content_type)
        if file.problem:
            work.problems.append(f"{url}: {file.problem}"[:500])
        for page in file.pages:
            place = _own(page.url, domain)
            if place is not None and place not in work.seen and work.count < MOST_PAGES:
                work.seen.add(place)
                work.pages[place] = replace(page, url=place)
                work.count += 1
        self._add_files(file.more, domain, work)

    def _add_files(self, urls: Sequence[str], domain: str, work: _Found) -> None:
        own = [place for place in (_own(url, domain) for url in urls) if place is not None]
        work.todo += [place for place in dict.fromkeys(own) if place not in work.seen and place not in work.todo]
        del work.todo[MOST_TODO:]

    async def _tell(self, work: _Found, found: Discovered, *, last: bool) -> None:
        pages = list(work.pages.values())
        parts = [pages[start : start + PAGES_IN_A_MESSAGE] for start in range(0, len(pages), PAGES_IN_A_MESSAGE)]
        for place, part in enumerate(parts or ([[]] if last or work.problems else [])):
            ends = last and place >= len(parts) - 1
            await found.tell(part, work.problems[:MOST_PROBLEMS] if ends or not last else (), part=work.told, last=ends)
            work.told += 1
        work.pages.clear()
        if not last:
            work.problems.clear()

    async def _put_off(self, asked: Discovery, work: _Found, seconds: float, found: Discovered) -> None:
        at = self.clock() + timedelta(seconds=seconds)
        if at >= asked.planned_at + LONGEST_SCAN:
            work.problems.append(
                f"given up: {asked.domain} is to be left alone until {at.isoformat(timespec='seconds')}"
            )
            await self._tell(work, found, last=True)
            return
        rest = replace(asked, todo=tuple(work.todo), files=work.files, pages=work.count, carried=asked.carried + 1)
        await found.carry(rest, at if seconds > 0 else None)


def _own(url: str, domain: str) -> str | None:
    """The address in its one spelling, when it stands on the competitor's domain."""
    try:
        place = checked_url(url)
    except UnsafeUrl:
        return None
    host = host_of(place)
    return place if host == domain or host.endswith(f".{domain}") else None
