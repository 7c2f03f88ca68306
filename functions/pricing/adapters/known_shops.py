"""The shops that pricing knows products of, found by one step in an index for each."""

from pymongo import ASCENDING
from pymongo.errors import PyMongoError

from pricing.adapters.mongo_facts import COLLECTION
from shared.runtime.mongo import Document, Mongo, unavailable


async def next_shop(mongo: Mongo, organisation_id: str, after: str = "") -> str | None:
    """The organisation's first shop after one."""
    return await _first(mongo, "shop_id", {"organisation_id": organisation_id, "shop_id": {"$gt": after}})


async def next_organisation(mongo: Mongo, after: str) -> str | None:
    """The first organisation after one."""
    return await _first(mongo, "organisation_id", {"organisation_id": {"$gt": after}})


async def _first(mongo: Mongo, name: str, query: Document) -> str | None:
    try:
        found = await mongo.collection(COLLECTION).find_one(query, {"_id": 0, name: 1}, sort=[(name, ASCENDING)])
    except PyMongoError as error:
        raise unavailable("read the shops") from error
    return None if found is None else str(found[name])
