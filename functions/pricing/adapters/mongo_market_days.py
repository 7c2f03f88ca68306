"""The days of the market in MongoDB: one document for each product and day, kept for more than a year."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from itertools import batched
from typing import Any

from pymongo import ASCENDING, DESCENDING, IndexModel, ReplaceOne
from pymongo.errors import BulkWriteError, PyMongoError

from pricing.domain.day_form import FACTS, LOOK, day_document
from pricing.domain.market_day import MarketDay, OwnChange
from pricing.domain.price_seen import PriceSeen
from pricing.domain.reading import Availability
from pricing.usecases.market_days import KeptDay
from shared.runtime.mongo import DUPLICATE_KEY, Document, Mongo, unavailable

COLLECTION = "market_days"
KEPT = timedelta(days=400)
IDS_AT_ONCE = 100
WRITES_AT_ONCE = 500
_OF_SHOP = [("organisation_id", ASCENDING), ("shop_id", ASCENDING)]
INDEXES = (
    IndexModel([*_OF_SHOP, ("day", ASCENDING), ("product_id", ASCENDING)], name="by_day"),
    IndexModel(
        [("organisation_id", ASCENDING), ("product_id", ASCENDING), ("day", ASCENDING)], unique=True, name="of_product"
    ),
    IndexModel([*_OF_SHOP, ("flags", ASCENDING), ("day", ASCENDING)], name="of_flag"),
    IndexModel([*_OF_SHOP, ("category", ASCENDING), ("day", ASCENDING)], name="of_category"),
    IndexModel([*_OF_SHOP, ("brand", ASCENDING), ("day", ASCENDING)], name="of_brand"),
    IndexModel([("ends_at", ASCENDING)], expireAfterSeconds=int(KEPT.total_seconds()), name="forgotten"),
)
_TAKEN_UP = {
    **dict.fromkeys(("product_id", "day", "until", "ends_at", "ours", "own_changes", "currency", "offers"), 1),
    **dict.fromkeys(("brand", "category", "tags", "supplier", "cost", "map_price", "msrp"), 1),
}


class MongoMarketDays:
    """The market_days collection of the pricing database."""

    def __init__(self, mongo: Mongo) -> None:
        self._mongo = mongo

    async def kept(
        self, organisation_id: str, product_ids: Sequence[str], first: date, last: date
    ) -> Sequence[KeptDay]:
        """Return the days of some products from one date to another, both included, in any order."""
        between = {"$gte": first.isoformat(), "$lte": last.isoformat()}
        found: list[KeptDay] = []
        try:
            for ids in batched(product_ids, IDS_AT_ONCE, strict=False):
                # Two stages, which a server joins: a planner that takes no two ranges of an index takes one.
                whose = {"organisation_id": organisation_id, "product_id": {"$in": ids}}
                pipeline: list[Document] = [{"$match": whose}, {"$match": {"day": between}}, {"$project": _TAKEN_UP}]
                found += [kept_from(one) async for one in await self._mongo.collection(COLLECTION).aggregate(pipeline)]
        except PyMongoError as error:
            raise unavailable("read days of the market") from error
        return found

    async def newest(self, organisation_id: str, product_id: str, before: date) -> date | None:
        """Return the newest day of a product before a date."""
        query = {"organisation_id": organisation_id, "product_id": product_id, "day": {"$lt": before.isoformat()}}
        try:
            found = await self._mongo.collection(COLLECTION).find_one(
                query, {"_id": 0, "day": 1}, sort=[("day", DESCENDING)]
            )
        except PyMongoError as error:
            raise unavailable("read days of the market") from error
        return None if found is None else date.fromisoformat(found["day"])

    async def keep(self, days: Sequence[MarketDay]) -> None:
        """Keep the days; one that was looked at later stays. Keeping a day twice is keeping it once."""
        try:
            for some in batched(days, WRITES_AT_ONCE, strict=False):
                await self._keep([day_document(one) for one in some])
        except PyMongoError as error:
            raise unavailable("store days of the market") from error

    async def _keep(self, documents: Sequence[Document]) -> None:
        """New ones are inserted, which costs a fraction of an upsert; the others replace what is not newer."""
        collection = self._mongo.collection(COLLECTION)
        try:
            await collection.insert_many(documents, ordered=False)
        except BulkWriteError as error:
            failed = error.details["writeErrors"]
            if any(one["code"] != DUPLICATE_KEY for one in failed) or error.details["writeConcernErrors"]:
                raise
            there = [documents[one["index"]] for one in failed]
            await collection.bulk_write([_replaced(one) for one in there], ordered=False)


def _replaced(document: Document) -> ReplaceOne[Document]:
    key = {name: document[name] for name in ("_id", "organisation_id")}
    return ReplaceOne(key | {"until": {"$lte": document["until"]}}, document)


def kept_from(document: Document) -> KeptDay:
    """What later days take from a stored one."""
    facts = {name: document.get(name) for name in FACTS if name not in {"sku", "name", "currency"}}
    return KeptDay(
        product_id=document["product_id"],
        day=date.fromisoformat(document["day"]),
        closed=document["until"] >= document["ends_at"],
        ends_at=document["ends_at"],
        ours=document["ours"],
        own_changes=tuple(OwnChange(**one) for one in document["own_changes"]),
        facts=facts | {"tags": tuple(document["tags"])},
        looks=tuple(_look(one, document) for one in document["offers"]),
    )


def _look(stored: Mapping[str, Any], document: Document) -> PriceSeen:
    return PriceSeen(
        **{name: stored[name] for name in LOOK},
        product_id=document["product_id"],
        availability=Availability(stored["availability"]),
        landed_price=stored["seen_landed"],
        item_price=stored["seen_item"],
        compared_price=stored["landed"],
        compared_item=stored["item"],
        compared_currency=document["currency"],
    )
