"""Publish approved prices: write, read back, reconcile. Sent is not applied.

Carried out twice, it writes once: a price that is shown already is not written again, and each change moves
from state to state only while it is in the one expected.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from pricing.domain.errors import NothingToPublish
from pricing.domain.hold import held_back
from pricing.domain.price_change import PriceChange, State
from pricing.usecases.holds import Holds, holds_of
from pricing.usecases.ports import Batch, Batches, PriceChanges, Shop, Stops
from shared.kernel.clock import Clock
from shared.kernel.identifiers import fresh_id

CHANGES_IN_A_CALL = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class StartBatch:
    """Ask for the publication of the approved prices that wait, of one run or of all."""

    changes: PriceChanges
    batches: Batches
    clock: Clock

    async def __call__(self, organisation_id: str, user_id: str, run_id: str | None) -> Batch:
        """Return the batch; `NothingToPublish` when no approved price waits.

        Its prices are gathered when it is published: a batch that nobody took up binds none of them.
        """
        at = self.clock()
        batch_id = fresh_id("bat", at)
        known = await self.batches.find(organisation_id, batch_id)
        if known is not None:
            # The same request has come before, and its prices may be published by now.
            return known
        waiting = await self.changes.waiting(organisation_id, run_id)
        if waiting == 0:
            raise NothingToPublish("approve proposals first: GET /pricing/price-changes?state=PROPOSED lists them")
        batch = Batch(
            batch_id=batch_id,
            organisation_id=organisation_id,
            run_id=run_id,
            state="PENDING",
            total=waiting,
            requested_by=user_id,
            requested_at=at,
        )
        return await self.batches.add(batch)


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishBatch:
    """Bring every price of a batch to APPLIED, FAILED or UNKNOWN.

    The price of a product that is held is not written, and FAILED by the hold's name, unless the hold names it.

    A batch that is to stop ends between two calls: prices that were not sent are approved and free again; of those
    that were sent before a crash, the ones that the shop shows are APPLIED and the others free.
    """

    changes: PriceChanges
    batches: Batches
    holds: Holds
    shop: Shop
    stops: Stops
    clock: Clock

    async def __call__(self, organisation_id: str, batch_id: str) -> Batch:
        """Publish what has not reached an end and return the batch."""
        batch = await self.batches.get(organisation_id, batch_id)
        if batch.finished_at is not None:
            return batch
        batch = await self.batches.begin(batch, self.clock())
        while some := await self.changes.unpublished(organisation_id, batch_id, CHANGES_IN_A_CALL):
            if await self.stops.stopped(organisation_id, batch_id):
                return await self._cancelled(batch)
            await self._publish(organisation_id, batch_id, some)
        return await self.batches.end(batch, "FINISHED", self.clock())

    async def _publish(self, organisation_id: str, batch_id: str, waiting: Sequence[PriceChange]) -> None:
        # Of two prices for one product the newer is written; the older then finds its starting price gone.
        changes = list({one.product_id: one for one in sorted(waiting, key=lambda one: one.proposed_at)}.values())
        approved = [replace(change, state=State.SENT) for change in changes if change.state is State.APPROVED]
        await self.changes.move(State.APPROVED, approved)
        sent = [replace(change, state=State.SENT) for change in changes]
        held = await self._held(organisation_id, sent)
        free = [change for change in sent if change.product_id not in held]
        written = await self.shop.write(organisation_id, batch_id, free) if free else ()
        shown = await self.shop.read(organisation_id, [change.product_id for change in sent])
        # What was sent before the hold came, by a worker that died then, may stand in the shop.
        kept_back = {one.product_id: held.get(one.product_id) for one in sent if shown.get(one.product_id) != one.after}
        refusals = kept_back | {one.product_id: one.refusal for one in written}
        ended = [_ended(change, refusals.get(change.product_id), shown.get(change.product_id)) for change in sent]
        await self.changes.settle(organisation_id, batch_id, ended, self.clock())

    async def _held(self, organisation_id: str, changes: Sequence[PriceChange]) -> dict[str, str]:
        product_ids = [change.product_id for change in changes]
        held = await holds_of(self.holds, organisation_id, product_ids, self.clock())
        backs = {one.product_id: held_back(one.run_id, held.get(one.product_id, ())) for one in changes}
        return {product_id: why for product_id, why in backs.items() if why is not None}

    async def _cancelled(self, batch: Batch) -> Batch:
        organisation_id, batch_id = batch.organisation_id, batch.batch_id
        await self.changes.release(organisation_id, batch_id)
        while sent := await self.changes.unpublished(organisation_id, batch_id, CHANGES_IN_A_CALL):
            shown = await self.shop.read(organisation_id, [change.product_id for change in sent])
            left = [_left(change, shown.get(change.product_id)) for change in sent]
            await self.changes.settle(organisation_id, batch_id, left, self.clock())
        return await self.batches.end(batch, "CANCELLED", self.clock())


def _ended(change: PriceChange, refusal: str | None, shown: Decimal | None) -> PriceChange:
    if refusal is not None:
        return replace(change, state=State.FAILED, detail=refusal)
    if shown == change.after:
        return replace(change, state=State.APPLIED, detail="")
    return replace(change, state=State.UNKNOWN, detail=f"written, but the shop shows {shown}")


def _left(change: PriceChange, shown: Decimal | None) -> PriceChange:
    if shown == change.after:
        return replace(change, state=State.APPLIED, detail="")
    return replace(change, state=State.APPROVED, batch_id=None)
