"""Jobs of every organisation in MongoDB, as the sweeper looks for them, and the marks of those that are to stop."""

from collections.abc import Sequence
from datetime import datetime

from pymongo.errors import PyMongoError

from scheduler.adapters.commands import command_of
from scheduler.adapters.documents import job_of
from scheduler.adapters.mongo_jobs import COLLECTION, key_of
from scheduler.domain.job import Job, State, deadline_of
from shared.kernel.clock import Clock
from shared.runtime.mongo import Document, Mongo, Session, unavailable
from shared.runtime.outbox import Outbox
from shared.runtime.stops import Stops


class MongoSweptJobs:
    """The jobs collection, by what is to be done with a job."""

    def __init__(self, mongo: Mongo, outbox: Outbox, clock: Clock) -> None:
        self._mongo = mongo
        self._outbox = outbox
        self._clock = clock

    async def overdue(self, now: datetime, limit: int) -> Sequence[Job]:
        """Open jobs whose deadline is over."""
        return await self._found("open_until", {"$lte": now}, limit)

    async def unmarked(self, before: datetime, limit: int) -> Sequence[Job]:
        """Ended jobs that the working houses may not know of."""
        return await self._found("stop_pending_since", {"$lte": before}, limit)

    async def waiting(self, limit: int) -> Sequence[Job]:
        """Jobs that wait for another, oldest first."""
        return await self._found("waiting_since", {"$lte": self._clock()}, limit)

    async def _found(self, field: str, condition: Document, limit: int) -> Sequence[Job]:
        try:
            cursor = self._mongo.collection(COLLECTION).find({field: condition}).sort(field, 1).limit(limit)
            return [job_of(document) async for document in cursor]
        except PyMongoError as error:
            raise unavailable("look for jobs") from error

    async def begin(self, job: Job) -> None:
        """Ask for the work of a job that waited, unless it does not wait any more."""
        deadline = deadline_of(job.kind, self._clock())
        queue, command = command_of(job)

        async def work(session: Session) -> None:
            change: Document = {
                "$set": {"waits_for": None, "deadline_at": deadline, "open_until": deadline},
                "$unset": {"waiting_since": ""},
            }
            query = key_of(job) | {"state": State.QUEUED.value, "waits_for": job.waits_for}
            done = await self._mongo.collection(COLLECTION).update_one(query, change, session=session)
            if done.modified_count:
                await self._outbox.add([command], session, to=queue)

        await self._mongo.transaction(work)
        await self._outbox.relay_quietly()


class MarkedStops:
    """The marks of jobs that are to stop: first the mark, then the note that it was made."""

    def __init__(self, mongo: Mongo, stops: Stops) -> None:
        self._mongo = mongo
        self._stops = stops

    async def mark(self, job: Job) -> None:
        """Mark the job as stopped, and note that it was done."""
        await self._stops.stop(job.organisation_id, job.job_id)
        try:
            await self._mongo.collection(COLLECTION).update_one(key_of(job), {"$unset": {"stop_pending_since": ""}})
        except PyMongoError as error:
            raise unavailable("note the mark of the job") from error
