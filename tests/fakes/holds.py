"""Holds in memory."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from pricing.domain.errors import HoldNotFound
from pricing.domain.hold import Hold, not_of_a_promotion
from shared.kernel.paging import Page, Window
from tests.fakes.lists import page_of


@dataclass
class FakeHolds:
    """Holds by id."""

    kept: dict[str, Hold] = field(default_factory=dict)

    async def add(self, hold: Hold) -> None:
        self.kept[hold.hold_id] = hold

    async def place(self, holds: Sequence[Hold]) -> None:
        for hold in holds:
            self.kept.setdefault(hold.hold_id, hold)

    async def end_of(self, organisation_id: str, hold_ids: Sequence[str], at: datetime) -> None:
        for hold_id in hold_ids:
            found = self.kept.get(hold_id)
            if found is not None and found.organisation_id == organisation_id:
                self._end(found, at)

    async def end(self, organisation_id: str, hold_id: str, at: datetime) -> Hold:
        found = self.kept.get(hold_id)
        if found is None or found.organisation_id != organisation_id:
            raise HoldNotFound("none")
        return self._end(not_of_a_promotion(found), at)

    def _end(self, hold: Hold, at: datetime) -> Hold:
        if hold.ends_at is None or hold.ends_at > at:
            self.kept[hold.hold_id] = replace(hold, ends_at=at)
        return self.kept[hold.hold_id]

    async def page(self, organisation_id: str, window: Window, at: datetime | None) -> Page[Hold]:
        own = [one for one in self.kept.values() if one.organisation_id == organisation_id]
        wanted = [one for one in own if at is None or one.ends_at is None or one.ends_at > at]
        return page_of(wanted, lambda one: one.hold_id, window, newest_first=True)

    async def of_products(self, organisation_id: str, product_ids: Sequence[str], at: datetime) -> Sequence[Hold]:
        own = [one for one in self.kept.values() if one.organisation_id == organisation_id]
        return [one for one in own if one.product_id in product_ids and one.holds(at)]
