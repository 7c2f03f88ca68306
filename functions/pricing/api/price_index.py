"""The price index, over HTTP: by group, and of one product day by day."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Response

from pricing.domain.analysis import Asked
from pricing.domain.day_rows import points, shown
from pricing.domain.local_days import DAY
from pricing.domain.market_day import MarketDay
from pricing.usecases.house import Pricing
from pricing.usecases.price_index import PriceIndex, ProductPriceIndex, counted
from shared.runtime.answers import View, answer
from shared.runtime.described_problems import described
from shared.runtime.http_api import Asking

type Days = Annotated[int, Query(ge=1, le=45, description="The last so many days of the shop, today included")]
type OfShop = Annotated[str | None, Query(max_length=40, description="Of one shop")]


class SpanView(View):
    """A period by its first and last day, in the shop's time zone."""

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

        From the days of the market, which are made each hour; `as_of` is when they were looked at last. At the end of
        each day the newest trusted look at each offer counts, until it expires. Offers out of stock, doubted prices and
        our own offers are in no figure. A product's index is the mean of its days, a group's of its products.
        """
        asking.must("market:read")
        return answer(_shown(await house.price_index.groups(asking.organisation_id, by, days, shop_id), by))

    @router.get(
        "/price-index/{sku}",
        response_model=ProductIndexView,
        responses=described(404, 422),
        summary="Read a product's price index",
    )
    async def read_product_price_index(asking: Asking, sku: str, shop_id: OfShop = None, days: Days = 7) -> Response:
        """Every day, up to this moment, with the offers that count in it, each by its record."""
        asking.must("market:read")
        return answer(_shown_product(await house.price_index.product(asking.organisation_id, sku, shop_id, days)))

    return router


def _span(first: date, last: date) -> dict[str, str]:
    return {"first": first.isoformat(), "last": last.isoformat()}


def _heading(asked: Asked) -> dict[str, object]:
    return {"direction": asked.direction, "benchmark": asked.benchmark, "price_mode": asked.mode}


def _shown(found: PriceIndex, by: str) -> dict[str, object]:
    asked = found.asked
    return _heading(asked) | {
        "by": by,
        "as_of": found.as_of,
        "last": _span(asked.first, asked.last),
        "before": _span(asked.first - asked.days * DAY, asked.first - DAY),
        "data": [_group(*one) for one in sorted(found.groups, key=lambda pair: _key(*pair) is None)],
    }


def _group(last: Mapping[str, Any], before: Mapping[str, Any]) -> dict[str, object]:
    return {
        "key": _key(last, before),
        "last": _period(last),
        "before": _period(before),
        "change": points(last.get("index"), before.get("index")),
    }


def _key(last: Mapping[str, Any], before: Mapping[str, Any]) -> object:
    return (last or before)["key"]


def _period(one: Mapping[str, Any]) -> dict[str, object]:
    return {
        "index": one.get("index"),
        "products": one.get("products", 0),
        "without_competition": sum(one.get(name, 0) for name in ("stale", "not_in_stock", "without_rival")),
        "without_price": one.get("without_price", 0),
    }


def _shown_product(found: ProductPriceIndex) -> dict[str, object]:
    index, before = found.indexes
    days = [_day(one) for one in (*found.before, *found.last)]
    return _heading(found.asked) | {
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


def _day(one: MarketDay) -> dict[str, object]:
    return {
        "day": one.day.name,
        "ours": one.ours,
        "average": shown(one.landed.average),
        "index": shown(one.landed.indexes.get("average")),
        "offers": [
            {
                "offer_id": offer.look.offer_id,
                "competitor_id": offer.look.competitor_id,
                "observation_id": offer.look.observation_id,
                "captured_at": offer.look.captured_at,
                "landed_price": offer.landed,
            }
            for offer in counted(one)
        ],
    }
