"""The trusted looks at offers, from the history in MongoDB: read by product from an index, newest first."""

from collections.abc import Sequence
from datetime import UTC, datetime

from pymongo import ASCENDING, DESCENDING
from pymongo.errors import PyMongoError

from pricing.adapters.mongo_market import OFFERS
from pricing.adapters.offer_changes import COLLECTION
from pricing.domain.market import READ
from pricing.domain.price_seen import PriceSeen
from pricing.domain.reading import Availability
from shared.runtime.mongo import Document, Mongo, unavailable

_WANTED: Document = {
    **dict.fromkeys(("offer_id", "product_id", "competitor_id", "captured_at", "item_price", "shipping"), 1),
    **dict.fromkeys(("currency", "availability", "seller", "sequence"), 1),
    **dict.fromkeys(("normalised.landed_price", "normalised.item_price", "normalised.currency", "quality"), 1),
}


def looks_pipeline(
    organisation_id: str, product_ids: Sequence[str], since: datetime, until: datetime
) -> list[Document]:
    """Find the trusted looks at some products' offers in a window, newest first.

    What is asked stands in two stages, which a server joins: a planner that takes no two ranges of an index takes one.
    """
    return [
        {"$match": {"organisation_id": organisation_id, "product_id": {"$in": list(product_ids)}}},
        {
            "$match": {
                "sequence": {"$gte": _place(since), "$lt": _place(until)},
                "outcome": {"$in": sorted(READ)},
                "quality": {"$in": ["ok", "released"]},
            }
        },
        {"$sort": {"product_id": ASCENDING, "sequence": DESCENDING}},
        {"$project": _WANTED},
    ]


def newest_pipeline(looks: Sequence[Document]) -> list[Document]:
    """Take of the looks that a pipeline finds the newest at each offer."""
    return [*looks, {"$group": {"_id": "$offer_id", "seen": {"$first": "$$ROOT"}}}]


def products_pipeline(organisation_id: str, start: str, competitor_id: str | None = None) -> list[Document]:
    """Find the products of offers from one on, by id."""
    whose: Document = {} if competitor_id is None else {"competitor_id": competitor_id}
    return [
        {"$match": {"organisation_id": organisation_id, "product_id": {"$gte": start}}},
        {"$match": whose},
        {"$sort": {"organisation_id": ASCENDING, "product_id": ASCENDING}},
        {"$project": {"_id": 0, "product_id": 1}},
    ]


class MongoMarketHistory:
    """What the observations collection of the pricing database tells of prices."""

    def __init__(self, mongo: Mongo) -> None:
        self._mongo = mongo

    async def products(
        self,
        organisation_id: str,
        start: str,
        limit: int,
        competitor_id: str | None = None,
    ) -> Sequence[str]:
        """Return the products that have an offer, of a competitor where one is named, by id, from one on."""
        pipeline = products_pipeline(organisation_id, start, competitor_id)
        found: dict[str, None] = {}
        try:
            async for one in await self._mongo.collection(OFFERS).aggregate(pipeline):
                if len(found) == limit and one["product_id"] not in found:
                    break
                found[one["product_id"]] = None
        except PyMongoError as error:
            raise unavailable("read offers") from error
        return list(found)

    async def looks(
        self, organisation_id: str, product_ids: Sequence[str], since: datetime, until: datetime
    ) -> Sequence[PriceSeen]:
        """Return the trusted looks at some products' offers since a moment and before another, in any order."""
        pipeline = looks_pipeline(organisation_id, product_ids, since, until)
        try:
            found = [_seen(one) async for one in await self._mongo.collection(COLLECTION).aggregate(pipeline)]
        except PyMongoError as error:
            raise unavailable("read the history") from error
        return [one for one in found if one is not None]

    async def newest(
        self, organisation_id: str, product_ids: Sequence[str], since: datetime, until: datetime
    ) -> Sequence[PriceSeen]:
        """Return of those the newest of each offer, in any order."""
        pipeline = newest_pipeline(looks_pipeline(organisation_id, product_ids, since, until))
        try:
            cursor = await self._mongo.collection(COLLECTION).aggregate(pipeline)
            found = [_seen(one["seen"]) async for one in cursor]
        except PyMongoError as error:
            raise unavailable("read the history") from error
        return [one for one in found if one is not None]


def _place(moment: datetime) -> str:
    """The place of a moment in the order of the history."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")


def _seen(document: Document) -> PriceSeen | None:
    price, currency = document.get("item_price"), document.get("currency")
    if price is None or currency is None or not price.is_finite():
        return None
    made = document.get("normalised") or {}
    return PriceSeen(
        observation_id=document["_id"],
        offer_id=document["offer_id"],
        product_id=document["product_id"],
        competitor_id=document["competitor_id"],
        captured_at=document["captured_at"],
        landed_price=price + (document.get("shipping") or 0),
        currency=currency,
        availability=Availability(document["availability"]),
        seller=document.get("seller"),
        compared_price=made.get("landed_price"),
        compared_currency=made.get("currency"),
        item_price=price,
        compared_item=made.get("item_price"),
        quality=document.get("quality", "ok"),
    )
