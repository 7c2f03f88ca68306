"""Schedules in MongoDB."""

from dataclasses import asdict

from pymongo import ASCENDING, IndexModel
from pymongo.errors import PyMongoError

from scheduler.domain.errors import ScheduleNotFound
from scheduler.domain.job import Schedule
from shared.kernel.paging import Page, Window
from shared.runtime.mongo import Document, Mongo, paged, unavailable

COLLECTION = "schedules"
INDEXES = (IndexModel([("organisation_id", ASCENDING), ("schedule_id", ASCENDING)], unique=True, name="by_id"),)


def from_document(document: Document) -> Schedule:
    """The schedule in a stored document."""
    fields = {key: value for key, value in document.items() if key != "_id"}
    return Schedule(**(fields | {"competitor_ids": tuple(fields["competitor_ids"])}))


class MongoSchedules:
    """The schedules collection of the scheduler database."""

    def __init__(self, mongo: Mongo) -> None:
        self._mongo = mongo

    async def add(self, schedule: Schedule) -> None:
        """Keep a new schedule."""
        try:
            await self._mongo.collection(COLLECTION).insert_one({"_id": schedule.schedule_id} | asdict(schedule))
        except PyMongoError as error:
            raise unavailable("store the schedule") from error

    async def get(self, organisation_id: str, schedule_id: str) -> Schedule:
        """Return one schedule; `ScheduleNotFound` when there is none."""
        query = {"_id": schedule_id, "organisation_id": organisation_id}
        try:
            document = await self._mongo.collection(COLLECTION).find_one(query)
        except PyMongoError as error:
            raise unavailable("read the schedule") from error
        if document is None:
            raise ScheduleNotFound(f"no schedule «{schedule_id}»; GET /scheduler/schedules lists yours")
        return from_document(document)

    async def remove(self, organisation_id: str, schedule_id: str) -> None:
        """Forget a schedule."""
        query = {"_id": schedule_id, "organisation_id": organisation_id}
        try:
            await self._mongo.collection(COLLECTION).delete_one(query)
        except PyMongoError as error:
            raise unavailable("remove the schedule") from error

    async def page(self, organisation_id: str, window: Window) -> Page[Schedule]:
        """Return some schedules, by id."""
        collection = self._mongo.collection(COLLECTION)
        return await paged(collection, {"organisation_id": organisation_id}, "schedule_id", window, from_document)
