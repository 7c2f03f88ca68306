"""Take a whole publication back: each price that it wrote, unless somebody changed that price since."""

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from pricing.domain.emergency_stop import reasoned
from pricing.domain.errors import BatchUnderWay, NothingToUndo
from pricing.domain.price_change import PriceChange, State
from pricing.usecases.publication_gate import Gate
from pricing.usecases.publication_ports import Batch, Batches, PriceChanges
from shared.kernel.clock import Clock
from shared.kernel.identifiers import derived_id, fresh_id

AT_ONCE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoBatch:
    """Ask for the undo of a publication: a publication of its own, with a line for each price that was written."""

    changes: PriceChanges
    batches: Batches
    gate: Gate
    clock: Clock

    async def __call__(
        self, organisation_id: str, user_id: str, batch_id: str, reason: str, despite_stop: str | None = None
    ) -> Batch:
        """Return the undo. It may pass the one emergency stop that it names: writing was stopped to make it safe."""
        at = self.clock()
        undo_id = fresh_id("bat", at)
        known = await self.batches.find(organisation_id, undo_id)
        if known is not None:
            return known
        undone = await self.batches.get(organisation_id, batch_id)
        if undone.finished_at is None:
            raise BatchUnderWay(f"«{batch_id}» is {undone.state}; stop it first, then take back what it wrote")
        await self.gate.must_be_open(organisation_id, undone.shop_id, despite_stop)
        if not await self.changes.undoable(organisation_id, batch_id, "", 1):
            raise NothingToUndo(f"no price of «{batch_id}» stands that was written over another one")
        undo = Batch(
            batch_id=undo_id,
            organisation_id=organisation_id,
            shop_id=undone.shop_id,
            state="PENDING",
            total=undone.total,
            requested_by=user_id,
            requested_at=at,
            undoes=batch_id,
            despite_stop=despite_stop,
            reason=reasoned(reason),
        )
        return await self.batches.add(undo)


async def propose_undo(changes: PriceChanges, undo: Batch, undone: str, at: datetime) -> None:
    """Keep the lines of an undo of a publication; kept again, after a crash, they stay as they are."""
    after = ""
    while some := await changes.undoable(undo.organisation_id, undone, after, AT_ONCE):
        back = [_turned_back(one, one.before, undo, at) for one in some if one.before is not None]
        await changes.propose(back)
        after = some[-1].change_id


def _turned_back(change: PriceChange, price: Decimal, undo: Batch, at: datetime) -> PriceChange:
    return replace(
        change,
        change_id=derived_id("chg", undo.batch_id, change.change_id),
        run_id=undo.batch_id,
        before=change.after,
        after=price,
        route="manager",
        state=State.APPROVED,
        proposed_at=at,
        decided_by=undo.requested_by,
        decided_at=at,
        justification=undo.reason,
        deny_reason=None,
        batch_id=undo.batch_id,
        detail="",
        failure=None,
        expires_at=None,
        applied_at=None,
        undoes=change.change_id,
    )
