"""What is due by the clock, each minute: proposals expire, publications go on after their canary or are reviewed."""

from dataclasses import dataclass

from pricing.usecases.publication_ports import Batches, PriceChanges
from shared.kernel.clock import Clock

AT_ONCE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepTime:
    """Do what is due, oldest first; what one minute leaves, the next one does."""

    changes: PriceChanges
    batches: Batches
    clock: Clock

    async def __call__(self) -> int:
        """Return how much was due."""
        at = self.clock()
        resumed = await self.batches.resume(at, AT_ONCE)
        asked = await self.batches.ask_reviews(at, AT_ONCE)
        return resumed + asked + await self.changes.expire(at, AT_ONCE)
