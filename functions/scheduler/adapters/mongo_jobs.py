"""Jobs in MongoDB, and the inbox that lets each event count once."""

from collections.abc import Callable
from dataclasses import asdict
from datetime import timedelta

from pymongo import ASCENDING, DESCENDING, IndexModel
from pymongo.errors import DuplicateKeyError, PyMongoError

from scheduler.domain.errors import JobNotFound
from scheduler.domain.job import Job, State
from shared.kernel.clock import Clock
from shared.kernel.paging import Page, Window
from shared.runtime.mongo import Document, Mongo, Session, paged, unavailable

COLLECTION = "jobs"
INBOX = "inbox"
INDEXES = (IndexModel([("organisation_id", ASCENDING), ("job_id", DESCENDING)], unique=True, name="newest_first"),)
# Longer than a queue (4 days) and its dead-letter queue (14 days) can hold an event back.
INBOX_LIFETIME = timedelta(days=30)
INBOX_INDEXES = (
    IndexModel([("seen_at", ASCENDING)], expireAfterSeconds=int(INBOX_LIFETIME.total_seconds()), name="expiry"),
)


def from_document(document: Document) -> Job:
    """The job in a stored document."""
    fields = {key: value for key, value in document.items() if key != "_id"}
    fields |= {"competitor_ids": tuple(fields["competitor_ids"]), "state": State(fields["state"])}
    return Job(**fields)


class MongoJobs:
    """The jobs collection of the scheduler database."""

    def __init__(self, mongo: Mongo, clock: Clock) -> None:
        self._mongo = mongo
        self._clock = clock

    async def add(self, job: Job) -> bool:
        """Keep a new job; False when there is one of its id."""
        try:
            await self._mongo.collection(COLLECTION).insert_one({"_id": job.job_id} | asdict(job))
        except DuplicateKeyError:
            return False
        except PyMongoError as error:
            raise unavailable("store the job") from error
        return True

    async def remove(self, job: Job) -> None:
        """Forget a job that could not be handed over."""
        query = {"_id": job.job_id, "organisation_id": job.organisation_id}
        try:
            await self._mongo.collection(COLLECTION).delete_one(query)
        except PyMongoError as error:
            raise unavailable("remove the job") from error

    async def get(self, organisation_id: str, job_id: str) -> Job:
        """Return one job; `JobNotFound` when there is none."""
        try:
            found = await self._read(organisation_id, job_id, None)
        except PyMongoError as error:
            raise unavailable("read the job") from error
        if found is None:
            raise JobNotFound(f"no job «{job_id}»; GET /scheduler/jobs lists yours")
        return found

    async def page(self, organisation_id: str, window: Window) -> Page[Job]:
        """Return some jobs, newest first."""
        query: Document = {"organisation_id": organisation_id}
        return await paged(
            self._mongo.collection(COLLECTION), query, "job_id", window, from_document, newest_first=True
        )

    async def change(self, organisation_id: str, job_id: str, event_id: str, change: Callable[[Job], Job]) -> None:
        """Apply the change that an event tells of, once for each event id."""

        async def work(session: Session) -> None:
            seen = {"_id": event_id, "organisation_id": organisation_id, "seen_at": self._clock()}
            query = {"_id": event_id, "organisation_id": organisation_id}
            if await self._mongo.collection(INBOX).find_one(query, session=session) is not None:
                return
            await self._mongo.collection(INBOX).insert_one(seen, session=session)
            job = await self._read(organisation_id, job_id, session)
            if job is None:
                raise JobNotFound(f"no job «{job_id}»")
            key = {"_id": job_id, "organisation_id": organisation_id}
            await self._mongo.collection(COLLECTION).replace_one(key, asdict(change(job)), session=session)

        try:
            await self._mongo.transaction(work)
        except DuplicateKeyError:
            # Two deliveries at once: the other one counts.
            return

    async def _read(self, organisation_id: str, job_id: str, session: Session | None) -> Job | None:
        query = {"_id": job_id, "organisation_id": organisation_id}
        document = await self._mongo.collection(COLLECTION).find_one(query, session=session)
        return None if document is None else from_document(document)
