"""Find a competitor's pages: read its site maps or a list of its products, politely, and tell which pages they name.

Like every reading of the web this is done by the scanner, which holds no store. What there is no time for goes back to
the lane; a job ends after so many files and pages, whatever a site names.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import batched
from typing import Protocol

from pricing.domain.fetched import Fetch, Fetched
from pricing.domain.site import NamedPage, SiteFile
from pricing.usecases.lane_manners import LaneManners
from pricing.usecases.looks import Pages, Stops
from pricing.usecases.scan_pages import LONGEST_SCAN, MOST_CARRIES, REFUSALS_HEEDED
from shared.kernel.clock import Clock
from shared.kernel.public_url import UnsafeUrl, checked_url, host_of

MOST_FILES = 200
MOST_PAGES = 50_000
PAGES_IN_A_MESSAGE = 400
MOST_TODO = 500
# What is yet to be read travels in one message.
LONGEST_TODO = 150_000
MOST_PROBLEMS = 20
LONGEST_PROBLEM = 500
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

    async def tell(self, pages: Sequence[NamedPage], problems: Sequence[str], *, last: bool) -> None:
        """Send pages; telling the same twice is telling it once."""

    async def carry(self, rest: Discovery, not_before: datetime | None) -> None:
        """Ask for the rest later; asking twice is asking once."""


@dataclass(slots=True)
class _Found:
    asked: Discovery
    todo: list[str]
    files: int
    count: int
    seen: set[str] = field(default_factory=set)
    pages: dict[str, NamedPage] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    @property
    def is_over(self) -> bool:
        return not self.todo or self.files >= MOST_FILES or self.count >= MOST_PAGES

    def name(self, pages: Sequence[NamedPage]) -> None:
        """Take in pages that a file names, those of the competitor's own domain, each once."""
        for page in pages:
            if self.count >= MOST_PAGES:
                return
            place = _own(page.url, self.asked.domain)
            if place is not None and place not in self.seen:
                self.seen.add(place)
                self.pages[place] = replace(page, url=place)
                self.count += 1

    def read_later(self, urls: Sequence[str], host: str) -> None:
        """Take in further files, those of the same host: another one may be in another scanner's lane."""
        room = LONGEST_TODO - sum(map(len, self.todo))
        for url in urls:
            if len(self.todo) >= MOST_TODO or room <= 0:
                return
            place = _own(url, self.asked.domain)
            if place is None or place in self.seen:
                continue
            self.seen.add(place)
            if _family(host_of(place)) != _family(host):
                self.problems.append(f"{place}: stands on another host; look for pages from there"[:LONGEST_PROBLEM])
                continue
            self.todo.append(place)
            room -= len(place)


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscoverSite:
    """Read a site's maps and lists."""

    pages: Pages
    read: Callable[[bytes, str, str | None], SiteFile]
    site_maps_of: Callable[[bytes], list[str]]
    manners: LaneManners
    stops: Stops
    clock: Clock

    async def __call__(self, asked: Discovery, found: Discovered, deadline: float) -> None:
        """Tell what the site names, until everything is read, the time is over, or the job is to stop."""
        # What names a site's maps is read like any other file of it.
        work = _Found(asked, list(asked.todo) or [f"https://{asked.domain}{ROBOTS}"], asked.files, asked.pages)
        known = await self.manners.recall(asked.lane)
        try:
            await self._read(work, found, deadline)
        finally:
            # The next request of this lane may be on its way to another process already.
            await self.pages.rest()
            await self.manners.remember(asked.lane, known)

    async def _read(self, work: _Found, found: Discovered, deadline: float) -> None:
        asked = work.asked
        while not work.is_over:
            if await self.stops.stopped(asked.organisation_id, asked.job_id):
                return
            url = work.todo[0]
            fetched = await self.pages.fetch(url, etag=None, last_modified=None, deadline=deadline, pause_seconds=None)
            if self._is_not_yet(fetched, asked):
                await _tell(work, found, last=False)
                await self._put_off(work, fetched.not_yet_seconds, found)
                return
            self._take_in(fetched, work.todo.pop(0), work)
            if len(work.pages) >= PAGES_IN_A_MESSAGE:
                await _tell(work, found, last=False)
        await _tell(work, found, last=True)

    def _is_not_yet(self, fetched: Fetched, asked: Discovery) -> bool:
        if fetched.outcome is Fetch.NOT_YET:
            return True
        return fetched.not_yet_seconds > 0 and asked.carried < REFUSALS_HEEDED

    def _take_in(self, fetched: Fetched, url: str, work: _Found) -> None:
        work.files += 1
        work.seen.add(url)
        host = host_of(url)
        if url.endswith(ROBOTS):
            named = self.site_maps_of(fetched.body) if fetched.outcome is Fetch.FETCHED else []
            work.read_later(named or [f"https://{host}/sitemap.xml"], host)
            return
        if fetched.outcome is not Fetch.FETCHED:
            work.problems.append(f"{url}: {fetched.outcome.value}: {fetched.detail}"[:LONGEST_PROBLEM])
            return
        file = self.read(fetched.body, fetched.url, fetched.content_type)
        if file.problem:
            work.problems.append(f"{url}: {file.problem}"[:LONGEST_PROBLEM])
        work.name(file.pages)
        work.read_later(file.more, host)

    async def _put_off(self, work: _Found, seconds: float, found: Discovered) -> None:
        asked, at = work.asked, self.clock() + timedelta(seconds=seconds)
        if at >= asked.planned_at + LONGEST_SCAN or asked.carried >= MOST_CARRIES:
            moment = at.isoformat(timespec="seconds")
            work.problems.append(f"given up: {asked.domain} is to be left alone until {moment}")
            await _tell(work, found, last=True)
            return
        rest = replace(asked, todo=tuple(work.todo), files=work.files, pages=work.count, carried=asked.carried + 1)
        await found.carry(rest, at if seconds > 0 else None)


async def _tell(work: _Found, found: Discovered, *, last: bool) -> None:
    """Send what was found; the end of the job is a message of its own, whose place among the others is no matter."""
    for some in batched(list(work.pages.values()), PAGES_IN_A_MESSAGE, strict=False):
        await found.tell(some, (), last=False)
    work.pages.clear()
    if last or work.problems:
        await found.tell((), work.problems[:MOST_PROBLEMS], last=last)
        work.problems.clear()


def _own(url: str, domain: str) -> str | None:
    """The address in its one spelling, when it stands on the competitor's domain."""
    try:
        place = checked_url(url)
    except UnsafeUrl:
        return None
    host = host_of(place)
    return place if host == domain or host.endswith(f".{domain}") else None


def _family(host: str) -> str:
    """The site with and without `www.` is one, in one lane: each redirects to the other."""
    return host.removeprefix("www.")
