"""Jobs in MongoDB. A job and the command that asks for its work are kept together or not at all."""

from collections.abc import Sequence
from datetime import datetime

from pymongo import ASCENDING, DESCENDING, IndexModel
from pymongo.errors import DuplicateKeyError, PyMongoError

from scheduler.adapters.commands import command_of
from scheduler.adapters.documents import job_document, job_of, tally_document
from scheduler.adapters.mongo_parts import MongoParts
from scheduler.domain.errors import JobNotFound
from scheduler.domain.job import MOVES, OPEN, RETENTION, Job, State, Tally
from scheduler.usecases.ports import Wanted
from shared.contracts.jobs import JobEnded, Outcome
from shared.kernel.identifiers import derived_id
from shared.kernel.paging import Page, Window
from shared.runtime.mongo import Document, Mongo, Session, paged, unavailable
from shared.runtime.observability import emit
from shared.runtime.outbox import Outbox

COLLECTION = "jobs"
# Ids begin with the kind of work, so they do not sort a list of all kinds by time.
_NEWEST = ("sequence", DESCENDING)
_MINE = ("organisation_id", ASCENDING)
INDEXES = (
    IndexModel([_MINE, _NEWEST], unique=True, name="newest_first"),
    IndexModel([_MINE, ("kind", ASCENDING), _NEWEST], name="of_kind"),
    IndexModel([_MINE, ("state", ASCENDING), _NEWEST], name="in_state"),
    IndexModel([_MINE, ("schedule_id", ASCENDING), _NEWEST], name="of_schedule"),
    # These fields stand only while they matter, so the sweeper's questions cost what they find.
    IndexModel([("open_until", ASCENDING)], sparse=True, name="overdue"),
    IndexModel([("waiting_since", ASCENDING)], sparse=True, name="waiting"),
    IndexModel([("stop_pending_since", ASCENDING)], sparse=True, name="unmarked"),
    IndexModel([("expires_at", ASCENDING)], expireAfterSeconds=0, name="expiry"),
)
_OUTCOMES: dict[State, Outcome] = {State.CANCELLED: "cancelled", State.EXPIRED: "expired"}


def key_of(job: Job) -> Document:
    """The query that finds the job, and no other organisation's."""
    return {"_id": job.job_id, "organisation_id": job.organisation_id}


def new_document(job: Job) -> Document:
    """The document of a job that is kept for the first time."""
    notes: Document = {
        "_id": job.job_id,
        "sequence": f"{job.requested_at.isoformat(timespec='milliseconds')}/{job.job_id}",
        "open_until": job.deadline_at,
        "expires_at": job.requested_at + RETENTION,
    }
    if job.waits_for is not None:
        notes["waiting_since"] = job.requested_at
    return job_document(job) | notes


class MongoJobs:
    """The jobs collection of the scheduler database."""

    def __init__(self, mongo: Mongo, outbox: Outbox) -> None:
        self._mongo = mongo
        self._outbox = outbox
        self._parts = MongoParts(mongo)
        self.note = self._parts.note

    async def request(self, job: Job) -> None:
        """Keep a new job and ask for its work, both or neither; a job of this id has asked already."""

        async def work(session: Session) -> None:
            await self._begin(job, session)

        try:
            await self._mongo.transaction(work)
        except DuplicateKeyError:
            return
        await self._outbox.relay_quietly()

    async def _begin(self, job: Job, session: Session) -> None:
        queue, command = command_of(job)
        await self._mongo.collection(COLLECTION).insert_one(new_document(job), session=session)
        await self._outbox.add([command], session, to=queue)

    async def retry(self, origin: Job, again: Job) -> str:
        """Keep a retry and ask for its work, once for each origin; returns the id of the one retry."""

        async def work(session: Session) -> str:
            jobs = self._mongo.collection(COLLECTION)
            found = await jobs.find_one(key_of(origin), {"retried_by": 1}, session=session)
            if found is not None and found["retried_by"] is not None:
                return str(found["retried_by"])
            await jobs.update_one(key_of(origin), {"$set": {"retried_by": again.job_id}}, session=session)
            await self._begin(again, session)
            return again.job_id

        job_id = await self._mongo.transaction(work)
        await self._outbox.relay_quietly()
        return job_id

    async def open(self, job: Job) -> None:
        """Keep a job that was born elsewhere; one that is known stays as it is."""
        try:
            await self._mongo.collection(COLLECTION).insert_one(new_document(job))
        except DuplicateKeyError:
            return
        except PyMongoError as error:
            raise unavailable("store the job") from error

    async def get(self, organisation_id: str, job_id: str) -> Job:
        """Return one job with its counts; `JobNotFound` when there is none."""
        found = await self.find(organisation_id, job_id)
        if found is None:
            raise JobNotFound(f"no job «{job_id}»; GET /scheduler/jobs lists yours")
        return found

    async def find(self, organisation_id: str, job_id: str) -> Job | None:
        """One job with its counts, if there is one."""
        query: Document = {"_id": job_id, "organisation_id": organisation_id}
        try:
            document = await self._mongo.collection(COLLECTION).find_one(query)
        except PyMongoError as error:
            raise unavailable("read the job") from error
        return None if document is None else (await self._counted(organisation_id, [job_of(document)]))[0]

    async def page(self, organisation_id: str, wanted: Wanted, window: Window) -> Page[Job]:
        """Return some jobs, newest first."""
        query: Document = {"organisation_id": organisation_id}
        query |= {} if wanted.kind is None else {"kind": wanted.kind.value}
        query |= {} if wanted.state is None else {"state": wanted.state.value}
        query |= {} if wanted.schedule_id is None else {"schedule_id": wanted.schedule_id}
        page = await paged(self._mongo.collection(COLLECTION), query, "sequence", window, job_of, newest_first=True)
        return Page(items=tuple(await self._counted(organisation_id, page.items)), next_after=page.next_after)

    async def _counted(self, organisation_id: str, jobs: Sequence[Job]) -> list[Job]:
        """The jobs with the sums of their parts. News of the last parts may come after the news of the end."""
        going = [job.job_id for job in jobs if job.state is not State.COMPLETED or not job.tally.is_whole]
        tallies = await self._parts.tallies(organisation_id, going)
        return [job.counted(tallies[job.job_id]) if job.job_id in tallies else job for job in jobs]

    async def states(self, organisation_id: str, job_ids: Sequence[str]) -> dict[str, State]:
        """The states of some jobs, by id."""
        query: Document = {"_id": {"$in": list(job_ids)}, "organisation_id": organisation_id}
        try:
            cursor = self._mongo.collection(COLLECTION).find(query, {"state": 1})
            return {document["_id"]: State(document["state"]) async for document in cursor}
        except PyMongoError as error:
            raise unavailable("read the jobs") from error

    async def move(self, job: Job, state: State, tally: Tally, at: datetime) -> None:
        """Move the job to a state, unless it is in one that does not lead there; of two who try, one does."""
        leading = [one.value for one in State if state in MOVES[one]]
        query: Document = key_of(job) | {"state": {"$in": leading}}
        change: Document = {"$set": {"state": state.value}}
        if state not in OPEN:
            change["$set"] |= {"finished_at": at, "detail": tally.detail, "tally": tally_document(tally)}
            change["$unset"] = {"open_until": "", "waiting_since": ""}
        try:
            done = await self._mongo.collection(COLLECTION).update_one(query, change)
        except PyMongoError as error:
            raise unavailable("move the job on") from error
        if done.modified_count and state not in OPEN:
            _ended(job, state)

    async def end(self, job: Job, state: State, at: datetime, detail: str) -> bool:
        """Cancel or expire the job, and tell it; False when somebody ended it since it was read."""

        async def work(session: Session) -> bool:
            return await end_in(self._mongo, self._outbox, job, state, (at, detail), session)

        ended = await self._mongo.transaction(work)
        if ended:
            _ended(job, state)
            await self._outbox.relay_quietly()
        return ended


def _ended(job: Job, state: State) -> None:
    emit("JobsEnded", 1, kind=job.kind.value, outcome=state.value)


async def end_in(
    mongo: Mongo, outbox: Outbox, job: Job, state: State, why: tuple[datetime, str], session: Session
) -> bool:  # fmt: skip
    """End an open job in a transaction, and tell it; it is noted as one that is still to be marked."""
    at, detail = why
    change: Document = {
        "$set": {"state": state.value, "finished_at": at, "detail": detail, "stop_pending_since": at},
        "$unset": {"open_until": "", "waiting_since": ""},
    }
    query = key_of(job) | {"state": {"$in": [one.value for one in OPEN]}}
    done = await mongo.collection(COLLECTION).update_one(query, change, session=session)
    if not done.modified_count:
        return False
    told = JobEnded(
        id=derived_id("evt", "jobs.job-ended", job.job_id, state.value),
        occurred_at=at,
        correlation_id=job.job_id,
        organisation_id=job.organisation_id,
        job_id=job.job_id,
        outcome=_OUTCOMES[state],
        detail=detail[:500],
    )
    await outbox.add([told], session)
    return True
