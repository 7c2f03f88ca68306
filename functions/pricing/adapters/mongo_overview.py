"""The overview's numbers, counted in MongoDB from indexes alone."""

import asyncio
from collections.abc import Awaitable, Mapping, Sequence
from datetime import datetime
from typing import Any

from pymongo import DESCENDING
from pymongo.errors import PyMongoError

from pricing.adapters.mongo_changes import COLLECTION as CHANGES
from pricing.adapters.mongo_market import COMPETITORS, OFFERS
from pricing.adapters.mongo_runs import RUNS
from pricing.usecases.overview import NewestRun, Overview
from shared.runtime.mongo import Document, Mongo, unavailable

FINISHED = "FINISHED"


def offers_pipeline(organisation_id: str, stale_before: datetime) -> list[Document]:
    """Count an organisation's offers by how their newest looks went. Whatever is missing is less than any time."""
    seen, failed = "$latest.captured_at", "$last_failure.captured_at"
    return [
        {"$match": {"organisation_id": organisation_id}},
        {"$project": {"_id": 0, "seen": seen, "failed": failed}},
        {
            "$group": {
                "_id": None,
                "offers": {"$sum": 1},
                "failing": {"$sum": {"$cond": [{"$gt": ["$failed", "$seen"]}, 1, 0]}},
                "read": {"$sum": {"$cond": [{"$gt": ["$seen", None]}, 1, 0]}},
                "current": {"$sum": {"$cond": [{"$gte": ["$seen", stale_before]}, 1, 0]}},
                "newest": {"$max": "$seen"},
                "oldest": {"$min": "$seen"},
            }
        },
    ]


def products_pipeline(organisation_id: str) -> list[Document]:
    """Count the products that an organisation has offers of."""
    match: Document = {"$match": {"organisation_id": organisation_id}}
    return [match, {"$group": {"_id": "$product_id"}}, {"$count": "products"}]


def states_pipeline(organisation_id: str) -> list[Document]:
    """Count an organisation's price changes by state."""
    return [{"$match": {"organisation_id": organisation_id}}, {"$group": {"_id": "$state", "count": {"$sum": 1}}}]


class MongoOverview:
    """Counts an organisation's numbers in the pricing database."""

    def __init__(self, mongo: Mongo) -> None:
        self._mongo = mongo

    async def version(self, organisation_id: str) -> str:
        """Return what changes with each deed of people: a run that ends, a price that is decided on."""
        newest = {"organisation_id": organisation_id}
        changes = self._mongo.collection(CHANGES)
        run, change = await _both(
            self._newest_run(organisation_id),
            changes.find_one(newest, {"_id": 0, "decided_at": 1}, sort=[("decided_at", DESCENDING)]),
        )
        return f"{(run or {}).get('_id')}/{(change or {}).get('decided_at')}"

    async def count(self, organisation_id: str, stale_before: datetime) -> Overview:
        """Count everything anew."""
        of_all = {"organisation_id": organisation_id}
        try:
            competitors, run = await asyncio.gather(
                self._mongo.collection(COMPETITORS).count_documents(of_all), self._newest_run(organisation_id)
            )
            offers = await self._all(OFFERS, offers_pipeline(organisation_id, stale_before))
            products = await self._all(OFFERS, products_pipeline(organisation_id))
            states = await self._all(CHANGES, states_pipeline(organisation_id))
        except PyMongoError as error:
            raise unavailable("count the overview") from error
        found: Mapping[str, Any] = offers[0] if offers else dict.fromkeys(("offers", "failing", "read", "current"), 0)
        return Overview(
            products_monitored=products[0]["products"] if products else 0,
            competitors=competitors,
            offers=found["offers"],
            offers_failing=found["failing"],
            offers_never_read=found["offers"] - found["read"],
            offers_stale=found["offers"] - found["current"],
            newest_look=found.get("newest"),
            oldest_look=found.get("oldest"),
            newest_run=None if run is None else _run(run),
            price_changes=dict(sorted((one["_id"], one["count"]) for one in states)),
        )

    async def _newest_run(self, organisation_id: str) -> Document | None:
        query = {"organisation_id": organisation_id, "state": FINISHED}
        return await self._mongo.collection(RUNS).find_one(query, sort=[("finished_at", DESCENDING)])

    async def _all(self, collection: str, pipeline: Sequence[Document]) -> list[Document]:
        return await (await self._mongo.collection(collection).aggregate(pipeline)).to_list()


async def _both[A, B](one: Awaitable[A], other: Awaitable[B]) -> tuple[A, B]:
    try:
        return await asyncio.gather(one, other)
    except PyMongoError as error:
        raise unavailable("tell the newest run") from error


def _run(document: Document) -> NewestRun:
    return NewestRun(
        run_id=document["_id"], finished_at=document["finished_at"], decisions=dict(document["reasons"] or {})
    )
