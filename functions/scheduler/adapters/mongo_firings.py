"""What a run of a schedule changes, in one MongoDB transaction: the schedule, its job, the command for its work."""

from collections.abc import Sequence
from datetime import datetime

from pymongo.errors import DuplicateKeyError, PyMongoError

from scheduler.adapters import mongo_jobs, mongo_schedules
from scheduler.adapters.commands import command_of
from scheduler.adapters.documents import job_of
from scheduler.adapters.mongo_jobs import end_in, new_document
from scheduler.domain.job import OPEN, Job, State
from scheduler.domain.schedule import Schedule
from shared.kernel.errors import Unavailable
from shared.runtime.mongo import Document, Mongo, Session, unavailable
from shared.runtime.outbox import Outbox


class RunsCrossed(Unavailable):
    """Two runs of a schedule came due at the same instant; one starts, the other looks again."""

    code = "scheduler/runs-crossed"
    title = "Two runs of a schedule met"


class MongoFirings:
    """Schedules and jobs of the scheduler database, changed together."""

    def __init__(self, mongo: Mongo, outbox: Outbox) -> None:
        self._mongo = mongo
        self._outbox = outbox

    async def under_way(self, schedule: Schedule) -> Sequence[Job]:
        """The schedule's jobs that have not come to an end, oldest first."""
        query: Document = {
            "organisation_id": schedule.organisation_id,
            "schedule_id": schedule.schedule_id,
            "state": {"$in": [one.value for one in OPEN]},
        }
        try:
            cursor = self._mongo.collection(mongo_jobs.COLLECTION).find(query).sort("job_id", 1)
            return [job_of(document) async for document in cursor]
        except PyMongoError as error:
            raise unavailable("read the schedule's jobs") from error

    async def skip(self, schedule: Schedule, moment: datetime) -> None:
        """Note that a run came due and starts nothing."""
        try:
            await self._mongo.collection(mongo_schedules.COLLECTION).update_one(
                mongo_schedules.key_of(schedule), {"$max": {"fired_for": moment}}
            )
        except PyMongoError as error:
            raise unavailable("note the run") from error

    async def start(self, schedule: Schedule, job: Job, replaced: Sequence[Job], at: datetime) -> bool:
        """Keep the job and ask for its work unless it waits; cancel the replaced ones. False: it is known already."""

        async def work(session: Session) -> None:
            await self._mongo.collection(mongo_jobs.COLLECTION).insert_one(new_document(job), session=session)
            await self._count(schedule, job, session)
            for one in replaced:
                why = (at, f"replaced by {job.job_id}")
                await end_in(self._mongo, self._outbox, one, State.CANCELLED, why, session)
            if job.waits_for is None:
                queue, command = command_of(job)
                await self._outbox.add([command], session, to=queue)

        try:
            await self._mongo.transaction(work)
        except DuplicateKeyError:
            return False
        await self._outbox.relay_quietly()
        return True

    async def _count(self, schedule: Schedule, job: Job, session: Session) -> None:
        """Count the run. A run that counted since the schedule was read may be one that this run must not overlap."""
        query = mongo_schedules.key_of(schedule) | {"firings": schedule.firings}
        change: Document = {
            "$inc": {"firings": 1},
            "$set": {"last_job_id": job.job_id},
            "$max": {"fired_for": job.scheduled_for},
        }
        done = await self._mongo.collection(mongo_schedules.COLLECTION).update_one(query, change, session=session)
        if not done.modified_count:
            raise RunsCrossed("another run of the schedule starts at this moment; this one looks again")
