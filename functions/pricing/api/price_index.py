"""The price index, over HTTP: by group, and of one product day by day."""

from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response

from pricing.domain.price_index import DIRECTION, DayIndex, PeriodFigure
from pricing.domain.price_seen import Rivals
from pricing.usecases.house import Pricing
from pricing.usecases.price_index import GroupIndex, PriceIndex, ProductPriceIndex
from shared.runtime.answers import View, answer
from shared.runtime.described_problems import described
from shared.runtime.http_api import Asking

type Days = Annotated[int, Query(ge=1, le=45, description="The last so many days in UTC, today included")]
type OfShop = Annotated[str | None, Query(max_length=40, description="Of one shop")]


class SpanView(View):
    """A period by its first and last day, in UTC."""

    first: str
    last: str


class PeriodView(View):
    """An index in a period; products without competition in stock, or without a known price of ours, are in none."""

    index: str | None
    products: int
    without_competition: int
    without_price: int


class GroupIndexView(View):
    """One group; `key` is null for products without a category or brand. `change` is in points of the index."""

    key: str | None
    last: PeriodView
    before: PeriodView
    change: str | None


class PriceIndexView(View):
    """The price index of every group. `direction` says which way it is to be read."""

    direction: str
    benchmark: Literal["average"]
    price_mode: Literal["landed"]
    by: Literal["category", "brand", "competitor", "none"]
    as_of: str
    last: SpanView
    before: SpanView
    data: list[GroupIndexView]


class CountedOfferView(View):
    """An offer that counts, and the record of its price in the shop's money."""

    offer_id: str
    competitor_id: str
    observation_id: str
    captured_at: str
    landed_price: str


class DayIndexView(View):
    """A product on one day, or now."""

    day: str
    ours: str | None
    average: str | None
    index: str | None
    offers: list[CountedOfferView]


class ProductIndexView(View):
    """One product's price index: now, over the last days, over those before, and day by day."""

    direction: str
    benchmark: Literal["average"]
    price_mode: Literal["landed"]
    as_of: str
    shop_id: str
    product_id: str
    sku: str
    currency: str
    now: DayIndexView
    index: str | None
    index_before: str | None
    days: list[DayIndexView]


def price_index_routes(house: Pricing) -> APIRouter:
    """The routes of the price index."""
    router = APIRouter(tags=["price index"])

    @router.get(
        "/price-index",
        response_model=PriceIndexView,
        responses=described(422),
        summary="Read the price index by group",
    )
    async def read_price_index(
        asking: Asking,
        by: Literal["category", "brand", "competitor", "none"] = "category",
        days: Days = 7,
        shop_id: OfShop = None,
    ) -> Response:
        """Our price over the average landed price in stock, times 100; below 100 we are the cheaper.

        Of each day in UTC the newest trusted look at each offer counts, until it expires. Offers out of stock, doubted
        prices and our own offers are in no figure. A product's index is the mean of its days, a group's of its
        products.
        """
        asking.must("market:read")
        return answer(_shown(await house.price_index.groups(asking.organisation_id, by, days, shop_id), by, days))

    @router.get(
        "/price-index/{sku}",
        response_model=ProductIndexView,
        responses=described(404, 422),
        summary="Read a product's price index",
    )
    async def read_product_price_index(asking: Asking, sku: str, shop_id: OfShop = None, days: Days = 7) -> Response:
        """Every day with the offers that count in it, each by its record."""
        asking.must("market:read")
        return answer(_shown_product(await house.price_index.product(asking.organisation_id, sku, shop_id, days)))

    return router


def _span(first: date, last: date) -> dict[str, str]:
    return {"first": first.isoformat(), "last": last.isoformat()}


def _heading() -> dict[str, object]:
    return {"direction": DIRECTION, "benchmark": "average", "price_mode": "landed"}


def _shown(found: PriceIndex, by: str, days: int) -> dict[str, object]:
    return _heading() | {
        "by": by,
        "as_of": found.as_of,
        "last": _span(found.days[days].date, found.days[-1].date),
        "before": _span(found.days[0].date, found.days[days - 1].date),
        "data": [_group(one) for one in found.groups],
    }


def _group(one: GroupIndex) -> dict[str, object]:
    last, before = one.last.index, one.before.index
    return {
        "key": one.key,
        "last": _period(one.last),
        "before": _period(one.before),
        "change": None if last is None or before is None else last - before,
    }


def _period(one: PeriodFigure) -> dict[str, object]:
    return {
        "index": one.index,
        "products": one.products,
        "without_competition": one.without_competition,
        "without_price": one.without_price,
    }


def _shown_product(found: ProductPriceIndex) -> dict[str, object]:
    index, before = found.indexes
    days = [_day(one, found.rivals) for one in (*found.before, *found.last)]
    return _heading() | {
        "as_of": found.as_of,
        "shop_id": found.facts.shop_id,
        "product_id": found.facts.product_id,
        "sku": found.facts.sku,
        "currency": found.facts.currency,
        "now": days[-1],
        "index": index,
        "index_before": before,
        "days": days,
    }


def _day(one: DayIndex, rivals: Rivals) -> dict[str, object]:
    average, index = one.shown
    return {
        "day": one.day.isoformat(),
        "ours": one.ours,
        "average": average,
        "index": index,
        "offers": [
            {
                "offer_id": seen.offer_id,
                "competitor_id": seen.competitor_id,
                "observation_id": seen.observation_id,
                "captured_at": seen.captured_at,
                "landed_price": seen.in_money_of(rivals.facts),
            }
            for seen in one.offers
        ],
    }
