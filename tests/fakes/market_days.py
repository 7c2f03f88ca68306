"""The days of the market in memory, and the wishes for them."""

from collections.abc import Sequence
from datetime import date, datetime

from pricing.adapters.mongo_market_days import kept_from
from pricing.domain.day_form import Document, day_document
from pricing.domain.errors import ViewExists, ViewNotFound
from pricing.domain.market_day import MarketDay
from pricing.domain.saved_view import SavedView
from pricing.usecases.market_days import KeptDay
from pricing.usecases.ports import ShopPart
from pricing.usecases.roll_ups import RollUp
from shared.kernel.paging import Page, Window
from tests.fakes.lists import page_of


class FakeMarketDays:
    """Every day as plain data, by its id."""

    def __init__(self) -> None:
        self.documents: dict[str, Document] = {}

    async def kept(
        self, organisation_id: str, product_ids: Sequence[str], first: date, last: date
    ) -> Sequence[KeptDay]:
        return [
            kept_from(one)
            for one in self.documents.values()
            if one["organisation_id"] == organisation_id
            and one["product_id"] in product_ids
            and first.isoformat() <= one["day"] <= last.isoformat()
        ]

    async def newest(self, organisation_id: str, product_id: str, before: date) -> date | None:
        days = [
            one["day"]
            for one in self.documents.values()
            if (one["organisation_id"], one["product_id"]) == (organisation_id, product_id)
            and one["day"] < before.isoformat()
        ]
        return date.fromisoformat(max(days)) if days else None

    async def keep(self, days: Sequence[MarketDay]) -> None:
        for one in days:
            document = day_document(one)
            there = self.documents.get(document["_id"])
            if there is None or there["until"] <= document["until"]:
                self.documents[document["_id"]] = document


class FakeRollUps:
    """What was asked for."""

    def __init__(self) -> None:
        self.started: list[RollUp] = []
        self.divided: list[tuple[RollUp, tuple[ShopPart, ...]]] = []
        self.done: list[tuple[RollUp, int]] = []
        self.hours: list[datetime] = []

    async def start(self, wish: RollUp) -> None:
        self.started.append(wish)

    async def divide(self, wish: RollUp, parts: Sequence[ShopPart]) -> None:
        self.divided.append((wish, tuple(parts)))

    async def part_done(self, wish: RollUp, products: int) -> None:
        self.done.append((wish, products))

    async def ask_hourly(self, at: datetime, limit: int) -> int:
        self.hours.append(at)
        return 0 * limit


class FakeSavedViews:
    """Saved views by organisation and id."""

    def __init__(self) -> None:
        self.saved: dict[tuple[str, str], SavedView] = {}

    async def add(self, saved: SavedView) -> None:
        key = (saved.organisation_id, saved.view_id)
        if key in self.saved:
            raise ViewExists(f"«{saved.view_id}» is taken; choose another view_id")
        self.saved[key] = saved

    async def get(self, organisation_id: str, view_id: str) -> SavedView:
        try:
            return self.saved[organisation_id, view_id]
        except KeyError:
            raise ViewNotFound(f"no view «{view_id}»") from None

    async def remove(self, organisation_id: str, view_id: str) -> None:
        self.saved.pop((organisation_id, view_id), None)

    async def page(self, organisation_id: str, window: Window) -> Page[SavedView]:
        mine = [one for (whose, _), one in self.saved.items() if whose == organisation_id]
        return page_of(mine, lambda one: one.view_id, window)
