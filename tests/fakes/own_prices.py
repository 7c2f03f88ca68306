"""Our own prices in memory."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from pricing.domain.promotions.own_price import OwnPrice


@dataclass
class FakeOwnPrices:
    """Prices by product and number, or by when they were set."""

    kept: dict[tuple[str, object], OwnPrice] = field(default_factory=dict)

    async def note(self, prices: Sequence[OwnPrice], *, again: bool = False) -> None:
        for one in prices:
            key = (one.product_id, one.valid_from if one.number is None else one.number)
            known = self.kept.setdefault(key, one)
            if again and known.revision <= one.revision:
                self.kept[key] = one

    async def between(
        self, organisation_id: str, product_ids: Sequence[str], since: datetime, until: datetime
    ) -> dict[str, list[OwnPrice]]:
        found: dict[str, list[OwnPrice]] = {}
        own = [one for one in self.kept.values() if one.organisation_id == organisation_id]
        for one in sorted(own, key=lambda one: (one.valid_from, one.number or 0)):
            if one.product_id in product_ids and one.valid_from < until:
                found.setdefault(one.product_id, []).append(one)
        for name, some in found.items():
            before = [one for one in some if one.valid_from <= since]
            later = [one for one in some if one.valid_from > since]
            found[name] = [*before[-1:], *later]
        return found
