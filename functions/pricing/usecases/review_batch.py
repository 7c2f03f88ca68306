"""Look at what a publication brought, a week, two and four weeks after it."""

from collections.abc import Sequence
from dataclasses import dataclass

from pricing.domain.outcome import Line, next_review, outcome_of
from pricing.domain.price_change import PriceChange
from pricing.usecases.ports import Facts
from pricing.usecases.publication_ports import Batch, Batches, PriceChanges
from shared.kernel.clock import Clock

AT_ONCE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewBatch:
    """Compare a publication that is due for it with what was projected; the newest outcome stays with the batch."""

    changes: PriceChanges
    batches: Batches
    facts: Facts
    clock: Clock

    async def __call__(self, batch: Batch) -> Batch:
        """Return the batch, with its outcome where one was due."""
        at = self.clock()
        if batch.finished_at is None or batch.review_at is None or at < batch.review_at:
            return batch
        lines: list[Line] = []
        after = ""
        while some := await self.changes.standing(batch.organisation_id, batch.batch_id, after, AT_ONCE):
            lines += await self._lines(batch.organisation_id, some)
            after = some[-1].change_id
        outcome = outcome_of(lines, (at - batch.finished_at).days, at)
        return await self.batches.reviewed(batch, outcome, next_review(batch.finished_at, at))

    async def _lines(self, organisation_id: str, changes: Sequence[PriceChange]) -> list[Line]:
        known = await self.facts.by_id(organisation_id, [one.product_id for one in changes])
        # A price that was changed since says nothing of this publication.
        return [
            Line(price=one.after, cost=facts.cost, sold_before=one.sold_28d, sold_now=facts.sold_28d)
            for one in changes
            if (facts := known.get(one.product_id)) is not None and facts.price == one.after
        ]
