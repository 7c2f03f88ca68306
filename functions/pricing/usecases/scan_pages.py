"""Read the pages of a lane: many hosts at once, each host's pages one after another, and tell what each brought.

The scanner meets untrusted content, so it holds no store: what it reads leaves as messages whose ids are made
of what they tell, and a request that is delivered twice is recorded once. Its request stays on the queue until every
answer is on its way. Pages that cannot be read now, because the time is over or their host wants to be left alone,
go back as a request of their own.

When its job is to stop, the pages that are left are not read and not told of: the job itself says that it was
cancelled, and its counts say how far it came.
"""

import asyncio
import hashlib
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from pricing.domain.fetched import Fetch, Fetched
from pricing.domain.lanes import HOSTS_AT_ONCE, is_one_site
from pricing.domain.reading import NothingRead, Reading
from pricing.domain.recipe import Recipe
from pricing.usecases.lane_manners import LaneManners
from pricing.usecases.looks import Look, Observed, PageAsked, Pages, Scan, Snapshots, Stops
from shared.kernel.clock import Clock

# Looks are told of so many at a time, because an archive of pages costs as much to put as ten pages cost to scan.
# Until then the pages are kept in memory: so much of them, as they came over the wire.
LOOKS_AT_ONCE = 250
BYTES_AT_ONCE = 20_000_000
# A scan's job is given up six hours after it began; what is known of it by then shall be recorded.
LONGEST_SCAN = timedelta(hours=5)
MOST_CARRIES = 200
# So often a page waits whose host answered that it wants to be left alone; then that is the look's outcome.
REFUSALS_HEEDED = 3
TOGETHER_SECONDS = 10

type ReadPage = Callable[[Fetched, Recipe | None], Reading | NothingRead]


@dataclass(slots=True)
class _Work:
    """One request while it is worked on."""

    scan: Scan
    observed: Observed
    room: asyncio.Semaphore
    told_at: datetime
    looks: list[Look] = field(default_factory=list)
    later: dict[datetime | None, list[PageAsked]] = field(default_factory=lambda: defaultdict(list))
    stopped: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanPages:
    """Fetch the pages of many hosts, read each, and send what was found while the next are fetched."""

    pages: Pages
    read: ReadPage
    snapshots: Snapshots
    manners: LaneManners
    stops: Stops
    clock: Clock

    async def __call__(self, asked: Sequence[PageAsked], observed: Observed, scan: Scan) -> None:
        """Bring every page to a reading, a named failure or another request, unless the scan is to stop."""
        work = _Work(scan, observed, asyncio.Semaphore(HOSTS_AT_ONCE), self.clock())
        if await self.stops.stopped(scan.organisation_id, scan.job_id):
            return
        known = await self.manners.recall(scan.lane)
        of_hosts: dict[str, list[PageAsked]] = defaultdict(list)
        for page in asked:
            of_hosts[page.host].append(page)
        try:
            async with asyncio.TaskGroup() as group:
                for pages in of_hosts.values():
                    group.create_task(self._read_host(pages, work))
        except BaseExceptionGroup as failed:
            raise failed.exceptions[0] from None
        finally:
            # The next request of this lane may be on its way to another process already.
            await self.pages.rest()
        await self._tell(work)
        await self.manners.remember(scan.lane, known)
        if not work.stopped:
            for not_before, pages in work.later.items():
                await observed.carry(pages, not_before)

    async def _read_host(self, pages: Sequence[PageAsked], work: _Work) -> None:
        async with work.room:
            elsewhere = ""
            for place, page in enumerate(pages):
                if work.stopped:
                    return
                fetched = await self.pages.fetch(
                    page.url,
                    etag=page.etag,
                    last_modified=page.last_modified,
                    deadline=work.scan.deadline,
                    pause_seconds=page.pause_seconds,
                )
                if self._is_not_yet(fetched, work.scan):
                    silent = urlsplit(fetched.url).hostname or ""
                    if is_one_site(silent, page.host) or silent == elsewhere:
                        self._put_off(pages[place:], fetched.not_yet_seconds, work)
                        return
                    # One page may lead to another site that wants to be left alone; where two do, all do.
                    elsewhere = silent
                    self._put_off([page], fetched.not_yet_seconds, work)
                    continue
                elsewhere = ""
                work.looks.append(self._look(page, fetched, work.scan))
                if _is_much(work.looks):
                    await self._tell(work)

    def _is_not_yet(self, fetched: Fetched, scan: Scan) -> bool:
        if fetched.outcome is Fetch.NOT_YET:
            return True
        heeded = fetched.not_yet_seconds > 0 and scan.carried < REFUSALS_HEEDED
        return heeded and self._is_in_time(fetched.not_yet_seconds, scan)

    def _is_in_time(self, seconds: float, scan: Scan) -> bool:
        return self.clock() + timedelta(seconds=seconds) < scan.planned_at + LONGEST_SCAN

    def _look(self, page: PageAsked, fetched: Fetched, scan: Scan) -> Look:
        look = Look(
            page=page,
            captured_at=self.clock(),
            outcome=_outcome(page, fetched),
            detail=fetched.detail,
            fetched=replace(fetched, body=b""),
            reading=None,
        )
        if fetched.outcome is not Fetch.FETCHED:
            return look
        found = self.read(fetched, scan.recipes.get(page.competitor_id))
        look = replace(look, page_hash=hashlib.sha256(fetched.body).hexdigest())
        if isinstance(found, NothingRead):
            return replace(look, outcome=found.outcome.value, detail=found.detail)
        return replace(look, outcome="read", reading=found)

    def _put_off(self, pages: Sequence[PageAsked], seconds: float, work: _Work) -> None:
        """Have pages read by a later request, or record that there is no time for one any more."""
        scan, now = work.scan, self.clock()
        at = now + timedelta(seconds=seconds)
        if self._is_in_time(seconds, scan) and scan.carried < MOST_CARRIES:
            known = [replace(page, pause_seconds=page.pause_seconds or self.pages.pause_of(page.url)) for page in pages]
            work.later[_rounded(at) if seconds > 0 else None] += known
            return
        detail = f"given up: the host is to be left alone until {at.isoformat(timespec='seconds')}"
        if scan.carried >= MOST_CARRIES:
            detail = f"given up after {scan.carried} requests that had no time for the page"
        nothing = Fetched(outcome=Fetch.TIMEOUT, url="", attempted=False)
        work.looks += [
            Look(page=page, captured_at=now, outcome="timeout", detail=detail, fetched=nothing, reading=None)
            for page in pages
        ]

    async def _tell(self, work: _Work) -> None:
        """Send the looks that wait, and hear whether there are to be more."""
        looks, work.looks = work.looks, []
        if not looks:
            return
        read = [look for look in looks if look.page_hash is not None]
        kept = dict(zip(map(id, read), await self.snapshots.keep([look.fetched for look in read]), strict=True))
        now = self.clock()
        share, left = divmod(round((now - work.told_at) / timedelta(milliseconds=1)), len(looks))
        work.told_at = now
        told = [
            replace(look, snapshot=kept.get(id(look)), billed_ms=share + (place < left))
            for place, look in enumerate(looks)
        ]
        await work.observed.tell(told)
        work.stopped = work.stopped or await self.stops.stopped(work.scan.organisation_id, work.scan.job_id)


def _outcome(page: PageAsked, fetched: Fetched) -> str:
    if fetched.outcome is not Fetch.NOT_MODIFIED:
        return fetched.outcome.value
    # Without a condition of ours, which is told to the page's own address alone, it is a fault of the server.
    conditional = (page.etag or page.last_modified) and fetched.url == page.url
    return "unchanged" if conditional else Fetch.HTTP_ERROR.value


def _is_much(looks: Sequence[Look]) -> bool:
    return len(looks) >= LOOKS_AT_ONCE or sum(len(look.fetched.packed) for look in looks) >= BYTES_AT_ONCE


def _rounded(at: datetime) -> datetime:
    """The next moment of a grid, so that hosts that wait about as long wait together."""
    over = at.timestamp() % TOGETHER_SECONDS
    return at + timedelta(seconds=TOGETHER_SECONDS - over) if over else at
