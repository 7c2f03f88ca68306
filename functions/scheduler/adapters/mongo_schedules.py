"""Schedules in MongoDB: the truth that the clockwork follows.

`unarmed_since` stands while the clockwork may not know the last change; `check_at` is when the sweeper looks whether
a run fired; `withdrawn` schedules are shown to nobody and wait to be taken out of the clockwork.
"""

from pymongo import ASCENDING, IndexModel
from pymongo.errors import DuplicateKeyError, PyMongoError

from scheduler.adapters.documents import schedule_document, schedule_of
from scheduler.domain.errors import ScheduleChanged, ScheduleNotFound, TooManySchedules
from scheduler.domain.job import RETENTION
from scheduler.domain.schedule import SCHEDULES_OF_AN_ORGANISATION, Schedule
from shared.kernel.clock import Clock
from shared.kernel.paging import Page, Window
from shared.runtime.mongo import Document, Mongo, Session, paged, unavailable

COLLECTION = "schedules"
COUNTS = "schedule_counts"
INDEXES = (
    IndexModel([("organisation_id", ASCENDING), ("schedule_id", ASCENDING)], unique=True, name="by_id"),
    IndexModel([("organisation_id", ASCENDING), ("created_by", ASCENDING)], name="of_owner"),
    IndexModel([("check_at", ASCENDING)], sparse=True, name="to_check"),
    IndexModel([("unarmed_since", ASCENDING)], sparse=True, name="unarmed"),
    IndexModel([("expires_at", ASCENDING)], expireAfterSeconds=0, name="expiry"),
)
# Firing changes these on its own; a change of the schedule leaves them as they are.
_COUNTED = ("firings", "fired_for", "last_job_id")


def key_of(schedule: Schedule) -> Document:
    """The query that finds the schedule, and no other organisation's."""
    return {"_id": schedule.schedule_id, "organisation_id": schedule.organisation_id}


def check_note(schedule: Schedule) -> Document:
    """The change that keeps when the sweeper is to look."""
    check_at = schedule.check_at(schedule.checked_until or schedule.created_at)
    return {"$unset": {"check_at": ""}} if check_at is None else {"$set": {"check_at": check_at}}


class MongoSchedules:
    """The schedules collection of the scheduler database."""

    def __init__(self, mongo: Mongo, clock: Clock) -> None:
        self._mongo = mongo
        self._clock = clock

    async def add(self, schedule: Schedule) -> None:
        """Keep a new schedule; `TooManySchedules` when the organisation has as many as it may."""
        await self._have_count(schedule.organisation_id)
        document = _written(schedule) | {"_id": schedule.schedule_id, "unarmed_since": self._clock()}
        document |= check_note(schedule).get("$set", {})

        async def work(session: Session) -> None:
            # Two who add at once both write here, so one of them waits and counts the other's.
            mine = {"_id": schedule.organisation_id, "organisation_id": schedule.organisation_id}
            await self._mongo.collection(COUNTS).update_one(mine, {"$inc": {"added": 1}}, session=session)
            alive = self._alive(schedule.organisation_id)
            if await self._mongo.collection(COLLECTION).count_documents(alive, session=session) >= LIMIT:
                raise TooManySchedules(f"an organisation may have {LIMIT} schedules at a time; remove one that ended")
            await self._mongo.collection(COLLECTION).insert_one(document, session=session)

        try:
            await self._mongo.transaction(work)
        except DuplicateKeyError:
            # The same request has come before, and was kept.
            return

    async def _have_count(self, organisation_id: str) -> None:
        mine = {"_id": organisation_id, "organisation_id": organisation_id}
        try:
            await self._mongo.collection(COUNTS).update_one(mine, {"$setOnInsert": {"added": 0}}, upsert=True)
        except DuplicateKeyError:
            return
        except PyMongoError as error:
            raise unavailable("store the schedule") from error

    def _alive(self, organisation_id: str) -> Document:
        to_come = self._clock() + RETENTION
        lasting: list[Document] = [{"expires_at": None}, {"expires_at": {"$gt": to_come}}]
        return {"organisation_id": organisation_id, "withdrawn": False, "$or": lasting}

    async def get(self, organisation_id: str, schedule_id: str) -> Schedule:
        """Return one schedule; `ScheduleNotFound` when there is none."""
        query: Document = {"_id": schedule_id, "organisation_id": organisation_id, "withdrawn": False}
        try:
            document = await self._mongo.collection(COLLECTION).find_one(query)
        except PyMongoError as error:
            raise unavailable("read the schedule") from error
        if document is None:
            raise ScheduleNotFound(f"no schedule «{schedule_id}»; GET /scheduler/schedules lists yours")
        return schedule_of(document)

    async def page(self, organisation_id: str, window: Window) -> Page[Schedule]:
        """Return some schedules, by id."""
        query: Document = {"organisation_id": organisation_id, "withdrawn": False}
        return await paged(self._mongo.collection(COLLECTION), query, "schedule_id", window, schedule_of)

    async def change(self, schedule: Schedule) -> None:
        """Keep the next revision; `ScheduleChanged` when another was kept since this one was read."""
        fields = {name: value for name, value in _written(schedule).items() if name not in _COUNTED}
        note = check_note(schedule)
        change: Document = {"$set": fields | {"unarmed_since": self._clock()} | note.get("$set", {})}
        change |= {"$unset": note["$unset"]} if "$unset" in note else {}
        query = key_of(schedule) | {"revision": schedule.revision - 1, "withdrawn": False}
        if not await self._update(query, change):
            raise ScheduleChanged("somebody else changed or removed the schedule; read it again and repeat your change")

    async def withdraw(self, organisation_id: str, schedule_id: str) -> None:
        """Show and fire the schedule no more; `ScheduleNotFound` when there is none."""
        query: Document = {"_id": schedule_id, "organisation_id": organisation_id, "withdrawn": False}
        if not await self._update(query, self._withdrawal()):
            raise ScheduleNotFound(f"no schedule «{schedule_id}»; GET /scheduler/schedules lists yours")

    async def withdraw_all_of(self, organisation_id: str, user_id: str) -> None:
        """Withdraw every schedule that a person made."""
        query: Document = {"organisation_id": organisation_id, "created_by": user_id, "withdrawn": False}
        try:
            await self._mongo.collection(COLLECTION).update_many(query, self._withdrawal())
        except PyMongoError as error:
            raise unavailable("remove the schedules") from error

    def _withdrawal(self) -> Document:
        return {"$set": {"withdrawn": True, "unarmed_since": self._clock()}, "$unset": {"check_at": ""}}

    async def forget(self, schedule_id: str) -> None:
        """Forget a withdrawn schedule that the clockwork has no more."""
        try:
            await self._mongo.collection(COLLECTION).delete_one({"_id": schedule_id, "withdrawn": True})
        except PyMongoError as error:
            raise unavailable("forget the schedule") from error

    async def armed(self, schedule: Schedule) -> None:
        """Note that the clockwork has this revision."""
        query = key_of(schedule) | {"revision": schedule.revision, "withdrawn": False}
        await self._update(query, {"$unset": {"unarmed_since": ""}})

    async def _update(self, query: Document, change: Document) -> bool:
        try:
            done = await self._mongo.collection(COLLECTION).update_one(query, change)
        except PyMongoError as error:
            raise unavailable("change the schedule") from error
        return bool(done.matched_count)


LIMIT = SCHEDULES_OF_AN_ORGANISATION


def _written(schedule: Schedule) -> Document:
    return schedule_document(schedule) | {"withdrawn": False, "expires_at": schedule.gone_at}
