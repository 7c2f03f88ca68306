"""Approve or deny proposed prices: four eyes, and never on a price that changed meanwhile."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from pricing.domain.hold import held_back
from pricing.domain.price_change import LONGEST_REASON, Approver, PriceChange, State, objection
from pricing.usecases.holds import Holds, holds_of
from pricing.usecases.ports import Facts
from pricing.usecases.publication_ports import PriceChanges
from shared.kernel.clock import Clock
from shared.kernel.errors import Invalid


@dataclass(frozen=True, slots=True)
class Ruling:
    """What became of one proposal: its new state, or why it stays as it is."""

    change_id: str
    state: str | None
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ApproveChanges:
    """Approve proposals, each on its own: one that cannot be approved keeps none of the others back."""

    changes: PriceChanges
    facts: Facts
    holds: Holds
    clock: Clock

    async def __call__(self, organisation_id: str, change_ids: Sequence[str], approver: Approver) -> Sequence[Ruling]:
        """Return for each proposal APPROVED, or why not."""
        found = {change.change_id: change for change in await self.changes.some(organisation_id, change_ids)}
        at = self.clock()
        product_ids = [change.product_id for change in found.values()]
        products = await self.facts.by_id(organisation_id, product_ids)
        held = await holds_of(self.holds, organisation_id, product_ids, at)
        objections = {
            change.change_id: objection(change, approver, products[change.product_id], at)
            or held_back(change.run_id, held.get(change.product_id, ()))
            for change in found.values()
            if change.product_id in products
        }
        approved = [
            replace(
                change,
                state=State.APPROVED,
                decided_by=approver.user_id,
                decided_at=at,
                justification=approver.justification or None,
            )
            for change in found.values()
            if objections.get(change.change_id, "unknown") is None
        ]
        moved = set(await self.changes.move(State.PROPOSED, approved))
        return [_ruling(one, State.APPROVED, moved, objections.get(one)) for one in change_ids]


@dataclass(frozen=True, slots=True, kw_only=True)
class DenyChanges:
    """Deny proposals with a reason; the shop's prices stay."""

    changes: PriceChanges
    clock: Clock

    async def __call__(
        self, organisation_id: str, change_ids: Sequence[str], user_id: str, reason: str
    ) -> Sequence[Ruling]:
        """Return for each proposal DENIED, or why not."""
        if not reason.strip() or len(reason) > LONGEST_REASON:
            raise Invalid(f"say why, in 1 to {LONGEST_REASON} characters")
        at = self.clock()
        found: Sequence[PriceChange] = await self.changes.some(organisation_id, change_ids)
        denied = [
            replace(change, state=State.DENIED, decided_by=user_id, decided_at=at, deny_reason=reason)
            for change in found
            if change.state is State.PROPOSED
        ]
        moved = set(await self.changes.move(State.PROPOSED, denied))
        return [_ruling(one, State.DENIED, moved, None) for one in change_ids]


def _ruling(change_id: str, state: State, moved: set[str], why: str | None) -> Ruling:
    if change_id in moved:
        return Ruling(change_id, state.value, "")
    return Ruling(change_id, None, why or "there is no such proposal, or somebody was faster")
