"""The prices that our shops showed, in MongoDB."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from itertools import batched
from typing import Any

from pymongo import ASCENDING, DESCENDING, IndexModel, UpdateOne
from pymongo.errors import PyMongoError

from pricing.domain.promotions.own_price import OwnPrice
from shared.runtime.mongo import Document, Mongo, unavailable

COLLECTION = "own_prices"
IDS_AT_ONCE = 100
ORDER = ("organisation_id", "product_id", "valid_from", "number")
INDEXES = (IndexModel([(name, ASCENDING) for name in ORDER], name="of_product"),)


def standing_pipeline(organisation_id: str, product_ids: Sequence[str], at: datetime) -> list[Document]:
    """The price of each product that stood at a moment: its newest until then."""
    return [
        _of(organisation_id, product_ids),
        {"$match": {"valid_from": {"$lte": at}}},
        {"$sort": dict.fromkeys(ORDER, DESCENDING)},
        {"$group": {"_id": "$product_id", "price": {"$first": "$$ROOT"}}},
    ]


def changes_pipeline(
    organisation_id: str, product_ids: Sequence[str], since: datetime, until: datetime
) -> list[Document]:
    """The prices of some products that were set after a moment, and before another."""
    return [_of(organisation_id, product_ids), {"$match": {"valid_from": {"$gt": since, "$lt": until}}}]


def _of(organisation_id: str, product_ids: Sequence[str]) -> Document:
    """The prices of some products: in a stage of its own, for a planner that takes no two ranges of an index."""
    return {"$match": {"organisation_id": organisation_id, "product_id": {"$in": list(product_ids)}}}


class MongoOwnPrices:
    """The own_prices collection of the pricing database."""

    def __init__(self, mongo: Mongo) -> None:
        self._mongo = mongo

    async def note(self, prices: Sequence[OwnPrice], *, again: bool = False) -> None:
        """Note each price once; what is told `again` mends what an earlier or the same revision said."""
        writes = [write for one in prices for write in _writes(one, again=again)]
        try:
            if writes:
                await self._mongo.collection(COLLECTION).bulk_write(writes)
        except PyMongoError as error:
            raise unavailable("note our prices") from error

    async def between(
        self, organisation_id: str, product_ids: Sequence[str], since: datetime, until: datetime
    ) -> dict[str, list[OwnPrice]]:
        """Return the prices of some products between two moments, oldest first, and the one that stood at the start."""
        found: dict[str, list[OwnPrice]] = {}
        prices = self._mongo.collection(COLLECTION)
        try:
            for ids in batched(product_ids, IDS_AT_ONCE, strict=False):
                if since < until:
                    async for one in await prices.aggregate(standing_pipeline(organisation_id, ids, since)):
                        found[one["_id"]] = [_price(one["price"])]
                changes = changes_pipeline(organisation_id, ids, since, until)
                async for document in await prices.aggregate(changes):
                    found.setdefault(document["product_id"], []).append(_price(document))
        except PyMongoError as error:
            raise unavailable("read our prices") from error
        return {name: sorted(some, key=lambda one: (one.valid_from, one.number or 0)) for name, some in found.items()}


def _writes(price: OwnPrice, *, again: bool) -> list[UpdateOne]:
    key: Document = {"_id": _key(price), "organisation_id": price.organisation_id}
    said: dict[str, Any] = {name: value for name, value in asdict(price).items() if name != "organisation_id"}
    noted = UpdateOne(key, {"$setOnInsert": said}, upsert=True)
    if not again:
        return [noted]
    return [noted, UpdateOne(key | {"revision": {"$not": {"$gt": price.revision}}}, {"$set": said})]


def _key(price: OwnPrice) -> str:
    """The same for the same price of a product, whichever revision tells of it."""
    name = f"since/{price.valid_from.isoformat()}" if price.number is None else str(price.number)
    return f"{price.product_id}/{name}"


def _price(document: Document) -> OwnPrice:
    return OwnPrice(**{name: value for name, value in document.items() if name != "_id"})
