"""Published prices, and the looks at their rivals, in memory."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from pricing.domain.market import Observation
from pricing.domain.price_change import PriceChange, State
from pricing.usecases.moves import LateMove, OwnMove
from tests.fakes.publication import FakeChanges


@dataclass
class FakeOwnMoves:
    """Published prices by organisation, and the changes that may become some."""

    kept: dict[str, list[OwnMove]] = field(default_factory=dict)
    changes: FakeChanges = field(default_factory=FakeChanges)
    noted: set[str] = field(default_factory=set)

    async def of_products(self, organisation_id: str, product_ids: Sequence[str], since: datetime) -> Sequence[OwnMove]:
        own = [one for one in self.kept.get(organisation_id, ()) if one.product_id in product_ids and one.at > since]
        return sorted(own, key=lambda one: one.at)

    async def unread(self, organisation_id: str, product_ids: Sequence[str]) -> Sequence[PriceChange]:
        own = [one for one in self.changes.kept.values() if one.organisation_id == organisation_id]
        found = [one for one in own if one.product_id in product_ids and one.state is State.UNKNOWN]
        return sorted(found, key=lambda one: (one.proposed_at, one.change_id))

    async def note(self, moves: Sequence[LateMove], at: datetime) -> None:
        for move in moves:
            change = move.change
            applied = replace(change, state=State.APPLIED, applied_at=at, detail="told by the catalogue")
            self.changes.kept[change.change_id] = applied
            if change.change_id not in self.noted:
                self.noted.add(change.change_id)
                made = OwnMove(change.product_id, move.at, change.before, change.after, change.reason)
                self.kept.setdefault(change.organisation_id, []).append(made)


@dataclass
class FakeLooks:
    """Looks in the order of their time."""

    kept: list[Observation] = field(default_factory=list)

    async def since(
        self, organisation_id: str, product_ids: Sequence[str], since: datetime
    ) -> Mapping[str, Sequence[Observation]]:
        found: dict[str, list[Observation]] = {}
        for one in sorted(self.kept, key=lambda look: look.captured_at):
            is_known = one.is_read and one.quality in {"ok", "released"} and one.captured_at > since
            if one.organisation_id == organisation_id and one.product_id in product_ids and is_known:
                found.setdefault(one.product_id, []).append(one)
        return found
