"""What is due by the clock, each minute: promotions, publications, proposals that expire, days of the market."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial

from pricing.usecases.promotions.run import RunPromotions
from pricing.usecases.publication_ports import Batches, PriceChanges
from pricing.usecases.roll_ups import SHOPS_AT_ONCE, RollUps
from shared.kernel.clock import Clock
from shared.kernel.each import for_each

AT_ONCE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepTime:
    """Do what is due, oldest first; what one minute leaves, the next one does. One failure keeps back nothing else."""

    changes: PriceChanges
    batches: Batches
    promotions: RunPromotions
    roll_ups: RollUps
    clock: Clock

    async def __call__(self) -> int:
        """Return how much was due."""
        at = self.clock()
        kinds: tuple[Callable[[], Awaitable[int]], ...] = (
            self.promotions,
            partial(self.batches.resume, at, AT_ONCE),
            partial(self.batches.ask_reviews, at, AT_ONCE),
            partial(self.changes.expire, at, AT_ONCE),
            partial(self.roll_ups.ask_hourly, at, SHOPS_AT_ONCE),
        )
        return await for_each(kinds, lambda work: work())
