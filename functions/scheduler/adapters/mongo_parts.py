"""The news of jobs in MongoDB: one document for each piece, which is also the mark that it was seen.

Workers only insert here, so none waits for another; the counts of a job are the sum of its parts.
"""

from collections.abc import Sequence
from datetime import timedelta

from pymongo import ASCENDING, IndexModel
from pymongo.errors import DuplicateKeyError, PyMongoError

from scheduler.domain.job import RETENTION, Part, State, Tally
from shared.runtime.mongo import Document, Mongo, unavailable

COLLECTION = "job_parts"
INDEXES = (
    IndexModel([("organisation_id", ASCENDING), ("job_id", ASCENDING)], name="of_job"),
    IndexModel([("expires_at", ASCENDING)], expireAfterSeconds=0, name="expiry"),
)
# A message may lie on its queue (4 days) and then on its dead-letter queue (14 days) before it is told again.
LONGEST_DELAY = timedelta(days=18)

_SUM: Document = {
    "_id": "$job_id",
    "total": {"$max": "$items"},
    "done": {"$sum": "$done"},
    "failed": {"$sum": "$failed"},
    "cost_microusd": {"$sum": "$cost_microusd"},
    "first_at": {"$min": "$at"},
    "last_at": {"$max": "$at"},
    "ended": {"$min": "$ended"},
}


class MongoParts:
    """The job_parts collection of the scheduler database."""

    def __init__(self, mongo: Mongo) -> None:
        self._mongo = mongo

    async def note(self, part: Part) -> None:
        """Keep a piece of news, once for its event id."""
        try:
            await self._mongo.collection(COLLECTION).insert_one(_document(part))
        except DuplicateKeyError:
            return
        except PyMongoError as error:
            raise unavailable("keep the news of the job") from error

    async def tallies(self, organisation_id: str, job_ids: Sequence[str]) -> dict[str, Tally]:
        """The sums of some jobs' parts; a job without news is left out."""
        if not job_ids:
            return {}
        mine: Document = {"organisation_id": organisation_id, "job_id": {"$in": list(job_ids)}}
        try:
            cursor = await self._mongo.collection(COLLECTION).aggregate([{"$match": mine}, {"$group": _SUM}])
            return {found["_id"]: _tally(found) async for found in cursor}
        except PyMongoError as error:
            raise unavailable("sum up the news of the job") from error


def _document(part: Part) -> Document:
    document: Document = {
        "_id": f"{part.organisation_id}/{part.event_id}",
        "organisation_id": part.organisation_id,
        "job_id": part.job_id,
        "at": part.at,
        "expires_at": part.at + RETENTION,
        "done": part.done,
        "failed": part.failed,
        "cost_microusd": part.cost_microusd,
    }
    if part.items is not None:
        document["items"] = part.items
    if part.ending is not None:
        # One text that sorts by time: the group stage keeps the first of them.
        document["ended"] = f"{part.at.isoformat()}|{part.ending.value}|{part.detail}"
    return document


def _tally(found: Document) -> Tally:
    _, ending, detail = (found["ended"] or "||").split("|", maxsplit=2)
    return Tally(
        total=found["total"],
        done=found["done"],
        failed=found["failed"],
        cost_microusd=found["cost_microusd"],
        first_at=found["first_at"],
        last_at=found["last_at"],
        ending=State(ending) if ending else None,
        detail=detail,
    )
