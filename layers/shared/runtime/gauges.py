"""What the houses' gauges are read with from MongoDB."""

from typing import Any

from pymongo.errors import PyMongoError

from shared.kernel.clock import Clock
from shared.kernel.gauges import Gauge
from shared.runtime import outbox_rows
from shared.runtime.mongo import Document, Mongo, unavailable


async def counted(mongo: Mongo, collection: str, match: Document, *fields: str) -> list[tuple[tuple[str, ...], int]]:
    """Count documents by the values of some fields."""
    group = {"_id": {name: f"${name}" for name in fields}, "count": {"$sum": 1}}
    try:
        found = await mongo.collection(collection).aggregate([{"$match": match}, {"$group": group}])
        return [(tuple(str(one["_id"].get(name, "")) for name in fields), int(one["count"])) async for one in found]
    except PyMongoError as error:
        raise unavailable(f"count {collection}") from error


async def oldest(mongo: Mongo, collection: str, match: Document, field_name: str) -> Any:  # noqa: ANN401 - a field's value
    """Return the smallest value of a field that an index sorts, or None."""
    try:
        found = await mongo.collection(collection).find_one(match, {field_name: 1}, sort=[(field_name, 1)])
    except PyMongoError as error:
        raise unavailable(f"look through {collection}") from error
    return None if found is None else found.get(field_name)


async def outbox_gauges(mongo: Mongo, house: str, organisation_id: str, clock: Clock) -> list[Gauge]:
    """How much of an organisation's messages waits to be sent, and for how long."""
    match = {"organisation_id": organisation_id}
    waiting = await counted(mongo, outbox_rows.COLLECTION, match, "organisation_id")
    since = await oldest(mongo, outbox_rows.COLLECTION, match, "occurred_at")
    seconds = 0.0 if since is None else max(0.0, (clock() - since).total_seconds())
    return [
        Gauge(
            name="omnipricex_outbox_waiting",
            help="Messages that are stored and not yet sent",
            value=sum(count for _, count in waiting),
            labels={"house": house},
        ),
        Gauge(
            name="omnipricex_outbox_oldest_seconds",
            help="Age of the oldest message that is not yet sent",
            value=seconds,
            labels={"house": house},
        ),
    ]
