"""What a scanner is asked, what it saw, and what it needs from outside."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from urllib.parse import urlsplit

from pricing.domain.fetched import Fetched
from pricing.domain.reading import Reading
from pricing.domain.recipe import Recipe


@dataclass(frozen=True, slots=True, kw_only=True)
class PageAsked:
    """One page to read, and whose offer it is; what is known of its version, and of the pause its host asks for."""

    offer_id: str
    product_id: str
    competitor_id: str
    url: str
    etag: str | None = None
    last_modified: str | None = None
    pause_seconds: float | None = None

    @property
    def host(self) -> str:
        """The host that the page is on."""
        return urlsplit(self.url).hostname or ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What one look at a page brought: a reading, or the named reason why there is none."""

    page: PageAsked
    captured_at: datetime
    outcome: str
    detail: str
    fetched: Fetched
    """Without the page itself once that was read."""
    reading: Reading | None
    page_hash: str | None = None
    snapshot: str | None = None
    billed_ms: int = 0
    """Its share of the time that passed, in which many hosts were read at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """Whose scan it is, by which recipes pages are read, and until when (a reading of the monotonic clock)."""

    organisation_id: str
    job_id: str
    lane: int
    planned_at: datetime
    deadline: float
    carried: int = 0
    recipes: Mapping[str, Recipe] = field(default_factory=dict)


class Pages(Protocol):
    """The web, asked politely."""

    async def fetch(
        self, url: str, *, etag: str | None, last_modified: str | None, deadline: float, pause_seconds: float | None
    ) -> Fetched:
        """Fetch one page; whatever its site does ends in a named outcome."""

    def pause_of(self, url: str) -> float | None:
        """The pause at which the site lets a page be read (seconds); None when its rules are not known or forbid it."""

    async def rest(self) -> None:
        """Wait until every host that may soon be asked again may be asked by anybody."""

    def silences(self) -> Mapping[str, float]:
        """The hosts that are to be left alone for longer, with how long (seconds)."""

    def silence(self, host: str, seconds: float) -> None:
        """Leave a host alone for so long."""


class Stops(Protocol):
    """The wishes that work may end before it is done."""

    async def stopped(self, organisation_id: str, job_id: str) -> bool:
        """Whether the job is to stop."""


class LaneMemory(Protocol):
    """What the scanners of a lane, one after another, remember of its hosts. Forgetting it fails nothing."""

    async def recall(self, lane: int) -> Mapping[str, datetime]:
        """Return until when hosts want to be left alone."""

    async def keep(self, lane: int, until: Mapping[str, datetime]) -> None:
        """Remember until when hosts want to be left alone."""


class Snapshots(Protocol):
    """Where pages are kept as they came. That a page cannot be kept fails nothing."""

    async def keep(self, pages: Sequence[Fetched]) -> Sequence[str | None]:
        """Keep pages; returns where each lies, or None for one that could not be kept."""


class Observed(Protocol):
    """Where looks are sent, and pages that are to be read later."""

    async def tell(self, looks: Sequence[Look]) -> None:
        """Send looks; telling the same twice is telling it once."""

    async def carry(self, pages: Sequence[PageAsked], not_before: datetime | None) -> None:
        """Ask for pages again, later; asking twice is asking once."""
