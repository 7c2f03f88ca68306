"""Publish approved prices: write, read back, reconcile. Sent is not applied.

Carried out twice, it writes once: a price that is shown already is not written again, and each change moves
from state to state only while it is in the one expected.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from pricing.domain.errors import NothingToPublish
from pricing.domain.price_change import PriceChange, State
from pricing.usecases.ports import Batch, Batches, PriceChanges, Shop, Work
from shared.kernel.clock import Clock
from shared.kernel.errors import Unavailable
from shared.kernel.identifiers import sortable_id

CHANGES_IN_A_CALL = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class StartBatch:
    """Ask for the publication of the approved prices that wait, of one run or of all."""

    changes: PriceChanges
    batches: Batches
    work: Work
    clock: Clock

    async def __call__(self, organisation_id: str, user_id: str, run_id: str | None) -> Batch:
        """Return the batch; `NothingToPublish` when no approved price waits.

        Its prices are gathered when it is published: a batch that nobody took up binds none of them.
        """
        waiting = await self.changes.waiting(organisation_id, run_id)
        if waiting == 0:
            raise NothingToPublish("approve proposals first: GET /pricing/price-changes?state=PROPOSED lists them")
        at = self.clock()
        batch = Batch(
            batch_id=sortable_id("bat", at),
            organisation_id=organisation_id,
            run_id=run_id,
            state="PENDING",
            total=waiting,
            requested_by=user_id,
            requested_at=at,
        )
        await self.batches.add(batch)
        try:
            await self.work.publish(batch)
        except Unavailable:
            await self.batches.remove(batch)
            raise
        return batch


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishBatch:
    """Bring every price of a batch to APPLIED, FAILED or UNKNOWN."""

    changes: PriceChanges
    batches: Batches
    shop: Shop
    clock: Clock

    async def __call__(self, organisation_id: str, batch_id: str) -> Batch:
        """Publish what has not reached an end and return the batch."""
        batch = await self.batches.get(organisation_id, batch_id)
        if batch.finished_at is not None:
            return batch
        await self.changes.gather(organisation_id, batch_id, batch.run_id)
        while some := await self.changes.unpublished(organisation_id, batch_id, CHANGES_IN_A_CALL):
            await self._publish(organisation_id, batch_id, some)
        states = await self.changes.states(organisation_id, batch_id)
        done = replace(batch, state="FINISHED", total=sum(states.values()), states=states, finished_at=self.clock())
        await self.batches.replace(done)
        return done

    async def _publish(self, organisation_id: str, batch_id: str, waiting: Sequence[PriceChange]) -> None:
        # Of two prices for one product the newer is written; the older then finds its starting price gone.
        changes = list({one.product_id: one for one in sorted(waiting, key=lambda one: one.proposed_at)}.values())
        approved = [replace(change, state=State.SENT) for change in changes if change.state is State.APPROVED]
        await self.changes.move(State.APPROVED, approved)
        sent = [replace(change, state=State.SENT) for change in changes]
        refusals = {one.product_id: one.refusal for one in await self.shop.write(organisation_id, batch_id, sent)}
        shown = await self.shop.read(organisation_id, [change.product_id for change in sent])
        ended = [_ended(change, refusals.get(change.product_id), shown.get(change.product_id)) for change in sent]
        await self.changes.move(State.SENT, ended)


def _ended(change: PriceChange, refusal: str | None, shown: Decimal | None) -> PriceChange:
    if refusal is not None:
        return replace(change, state=State.FAILED, detail=refusal)
    if shown == change.after:
        return replace(change, state=State.APPLIED, detail="")
    return replace(change, state=State.UNKNOWN, detail=f"written, but the shop shows {shown}")
