"""Read the pages of one host, one after another, and tell what each brought.

The scanner meets untrusted content, so it holds no store: what it reads leaves as messages whose ids are made
of the request's, and a request that is delivered twice is recorded once. Its request stays on the queue until every
answer is on its way.

When its job is to stop, the pages that are left are not read and not told of: the job itself says that it was
cancelled, and its counts say how far it came.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import batched
from typing import Protocol

from pricing.domain.fetched import Fetch, Fetched
from pricing.domain.reading import NothingRead, Reading
from shared.kernel.clock import Clock

LOOKS_IN_A_MESSAGE = 25

# Every page is asked for without a condition, so an answer to one is a fault of its server.
NOT_ASKED_FOR = {Fetch.NOT_MODIFIED: Fetch.HTTP_ERROR}

type ReadPage = Callable[[Fetched], Reading | NothingRead]


@dataclass(frozen=True, slots=True, kw_only=True)
class PageAsked:
    """One page to read, and whose offer it is."""

    offer_id: str
    product_id: str
    competitor_id: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What one look at a page brought: a reading, or the named reason why there is none."""

    page: PageAsked
    captured_at: datetime
    outcome: str
    detail: str
    fetched: Fetched
    reading: Reading | None


class Pages(Protocol):
    """The web, asked politely."""

    async def fetch(self, url: str, *, deadline: float | None = None) -> Fetched:
        """Fetch one page; whatever its site does ends in a named outcome."""


class Stops(Protocol):
    """The wishes that work may end before it is done."""

    async def stopped(self, organisation_id: str, job_id: str) -> bool:
        """Whether the job is to stop."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """Whose scan it is, and until when it must be done (a reading of the monotonic clock)."""

    organisation_id: str
    job_id: str
    deadline: float


class Observed(Protocol):
    """Where looks are sent."""

    async def tell(self, looks: Sequence[Look], part: int) -> None:
        """Send looks as one message; telling the same part twice is telling it once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanPages:
    """Fetch pages in turn, read each, and send what was found while the next are fetched."""

    pages: Pages
    read: ReadPage
    stops: Stops
    clock: Clock

    async def __call__(self, asked: Sequence[PageAsked], observed: Observed, scan: Scan) -> None:
        """Bring every page to a reading or a named failure before the deadline, unless the scan is to stop."""
        for part, some in enumerate(batched(asked, LOOKS_IN_A_MESSAGE, strict=False)):
            if await self.stops.stopped(scan.organisation_id, scan.job_id):
                return
            looks = [await self._look(page, scan.deadline) for page in some]
            await observed.tell(looks, part)

    async def _look(self, page: PageAsked, deadline: float) -> Look:
        fetched = await self.pages.fetch(page.url, deadline=deadline)
        at = self.clock()
        if fetched.outcome is not Fetch.FETCHED:
            return Look(
                page=page,
                captured_at=at,
                outcome=NOT_ASKED_FOR.get(fetched.outcome, fetched.outcome).value,
                detail=fetched.detail,
                fetched=fetched,
                reading=None,
            )
        found = self.read(fetched)
        if isinstance(found, NothingRead):
            outcome, detail, reading = found.outcome.value, found.detail, None
        else:
            outcome, detail, reading = "read", "", found
        return Look(page=page, captured_at=at, outcome=outcome, detail=detail, fetched=fetched, reading=reading)
