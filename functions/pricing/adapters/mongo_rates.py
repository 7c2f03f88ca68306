"""Exchange rates in MongoDB: one document for each day, with every version that was published of it."""

from collections.abc import Sequence
from datetime import date
from hashlib import sha256
from typing import Any

from pymongo import UpdateOne
from pymongo.errors import PyMongoError

from pricing.domain.rates import Rates, RateTable
from shared.kernel.paging import Page, Window
from shared.runtime.mongo import Document, Mongo, paged, unavailable

COLLECTION = "rates"


def _digest(table: RateTable) -> str:
    told = ";".join(f"{code}={table.quotes[code].normalize():f}" for code in sorted(table.quotes))
    return sha256(told.encode()).hexdigest()


def _version(table: RateTable) -> Document:
    return {
        "digest": _digest(table),
        "published_at": table.published_at,
        "source": table.source,
        "quotes": dict(table.quotes),
    }


def _corrected(table: RateTable) -> list[Document]:
    """The change that adds a day's table unless the version that stood when it was published says the same."""
    version = _version(table)
    earlier = {
        "$filter": {
            "input": {"$ifNull": ["$versions", []]},
            "as": "one",
            "cond": {"$lte": ["$$one.published_at", version["published_at"]]},
        }
    }
    stood = {
        "$reduce": {
            "input": earlier,
            "initialValue": None,
            "in": {"$cond": [{"$gt": ["$$this.published_at", "$$value.published_at"]}, "$$this", "$$value"]},
        }
    }
    known = {"$eq": [{"$getField": {"field": "digest", "input": stood}}, version["digest"]]}
    added = {"$concatArrays": [{"$ifNull": ["$versions", []]}, [{"$literal": version}]]}
    return [{"$set": {"versions": {"$cond": [known, "$versions", added]}}}]


def _tables(document: Document) -> list[RateTable]:
    day = date.fromisoformat(document["_id"])
    versions: list[dict[str, Any]] = document["versions"]
    return [
        RateTable(day=day, quotes=one["quotes"], published_at=one["published_at"], source=one["source"])
        for one in versions
    ]


def _newest(document: Document) -> RateTable:
    return max(_tables(document), key=lambda table: table.published_at)


class MongoRates:
    """The rates collection of the pricing database. Rates belong to nobody: every organisation reads them."""

    def __init__(self, mongo: Mongo) -> None:
        self._mongo = mongo

    async def keep(self, tables: Sequence[RateTable]) -> int:
        """Keep the tables that say something new of their day; return how many did. A corrected day keeps both.

        New is what the version published before it did not say: a correction that is taken back is one too.
        """
        writes = [UpdateOne({"_id": table.day.isoformat()}, _corrected(table), upsert=True) for table in tables]
        if not writes:
            return 0
        try:
            result = await self._mongo.collection(COLLECTION).bulk_write(writes, ordered=True)
        except PyMongoError as error:
            raise unavailable("store the rates") from error
        return result.upserted_count + result.modified_count

    async def between(self, first: date, last: date) -> Rates:
        """Return the tables of those days, both included."""
        query = {"_id": {"$gte": first.isoformat(), "$lte": last.isoformat()}}
        try:
            found = [one async for one in self._mongo.collection(COLLECTION).find(query)]
        except PyMongoError as error:
            raise unavailable("read the rates") from error
        return Rates(tuple(table for document in found for table in _tables(document)))

    async def page(self, window: Window) -> Page[RateTable]:
        """Return some days' tables as they count, newest day first."""
        return await paged(self._mongo.collection(COLLECTION), {}, "_id", window, _newest, newest_first=True)
