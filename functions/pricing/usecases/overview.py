"""The overview: what is monitored, how fresh it is, what fails, what was decided and proposed."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from shared.kernel.clock import Clock
from shared.kernel.remembered import Memory, Remembered

KEY = "overview"
STALE_AFTER = timedelta(hours=24)
"""A price that nobody looked at for so long is shown as stale."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewestRun:
    """The newest finished policy run, and its decisions by reason code."""

    run_id: str
    finished_at: datetime
    decisions: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """An organisation's numbers. Looks are those that read a price; an offer fails when its last look read none."""

    products_monitored: int
    competitors: int
    offers: int
    offers_failing: int
    offers_never_read: int
    offers_stale: int
    newest_look: datetime | None
    oldest_look: datetime | None
    newest_run: NewestRun | None
    price_changes: Mapping[str, int]

    @property
    def share_failing(self) -> float:
        """Of all offers, how many fail now."""
        return self._share(self.offers_failing)

    @property
    def share_stale(self) -> float:
        """Of all offers, how many have no price or one that is older than a day."""
        return self._share(self.offers_stale)

    def _share(self, count: int) -> float:
        return round(count / self.offers, 4) if self.offers else 0.0


class OverviewFacts(Protocol):
    """The numbers of an overview, counted where they are kept."""

    async def version(self, organisation_id: str) -> str:
        """Return what changes with each deed of people: a run that ends, a price that is approved or sent."""

    async def count(self, organisation_id: str, stale_before: datetime) -> Overview:
        """Count everything anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadOverview:
    """Show the overview. What people did shows at once, what scanners read after some seconds."""

    facts: OverviewFacts
    memory: Memory
    clock: Clock

    async def __call__(self, organisation_id: str) -> Remembered:
        """Return the numbers and how fresh they are."""

        async def load() -> Mapping[str, Any]:
            counted = await self.facts.count(organisation_id, self.clock() - STALE_AFTER)
            return asdict(counted) | {"share_failing": counted.share_failing, "share_stale": counted.share_stale}

        return await self.memory.read(KEY, organisation_id, lambda: self.facts.version(organisation_id), load)
