"""Published prices, and the looks at their rivals, in memory."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from pricing.domain.market import Observation
from pricing.usecases.moves import OwnMove


@dataclass
class FakeOwnMoves:
    """Published prices by organisation."""

    kept: dict[str, list[OwnMove]] = field(default_factory=dict)

    async def of_products(self, organisation_id: str, product_ids: Sequence[str], since: datetime) -> Sequence[OwnMove]:
        own = [one for one in self.kept.get(organisation_id, ()) if one.product_id in product_ids and one.at > since]
        return sorted(own, key=lambda one: one.at)


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
