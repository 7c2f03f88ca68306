"""Publication batches in MongoDB: each step with its announcement in one transaction."""

from dataclasses import asdict, replace
from datetime import datetime

from pymongo.errors import DuplicateKeyError, PyMongoError

from pricing.adapters.commands import PUBLISH, batch_requested
from pricing.adapters.mongo_changes import COLLECTION as CHANGES
from pricing.adapters.mongo_changes import waiting_changes
from pricing.domain.errors import BatchNotFound
from pricing.usecases.ports import Batch
from shared.contracts.jobs import Outcome
from shared.runtime.job_facts import JobFacts
from shared.runtime.mongo import Document, Mongo, Session, unavailable
from shared.runtime.outbox import Outbox

COLLECTION = "batches"
# The publisher's memory in terraform/functions.tf.
PUBLISHER_MB = 512
OUTCOMES: dict[str, Outcome] = {"FINISHED": "completed", "CANCELLED": "cancelled"}


def _facts(batch: Batch) -> JobFacts:
    return JobFacts(batch.organisation_id, batch.batch_id)


class MongoBatches:
    """The batches collection of the pricing database."""

    def __init__(self, mongo: Mongo, outbox: Outbox) -> None:
        self._mongo = mongo
        self._outbox = outbox

    async def add(self, batch: Batch) -> Batch:
        """Keep a new batch, ask for its publication and announce it, in one; a batch of this id stays as it is."""
        title = f"Publication of {batch.total} prices"
        opened = _facts(batch).opened("publication", title, batch.requested_by, batch.requested_at, batch.run_id)

        async def work(session: Session) -> None:
            document = {"_id": batch.batch_id} | asdict(batch)
            await self._mongo.collection(COLLECTION).insert_one(document, session=session)
            await self._outbox.add([opened], session)
            await self._outbox.add([batch_requested(batch)], session, to=PUBLISH)

        try:
            await self._mongo.transaction(work)
        except DuplicateKeyError:
            return await self.get(batch.organisation_id, batch.batch_id)
        await self._outbox.relay_quietly()
        return batch

    async def find(self, organisation_id: str, batch_id: str) -> Batch | None:
        """Return one batch, if there is one."""
        try:
            return await self.get(organisation_id, batch_id)
        except BatchNotFound:
            return None

    async def get(self, organisation_id: str, batch_id: str) -> Batch:
        """Return one batch; `BatchNotFound` when there is none."""
        try:
            return await self._read(organisation_id, batch_id, None)
        except PyMongoError as error:
            raise unavailable("read the batch") from error

    async def begin(self, batch: Batch, at: datetime) -> Batch:
        """Take up the batch with every approved change that waits, and announce how many.

        A batch that was taken up already keeps what it took first.
        """
        free = waiting_changes(batch.organisation_id, batch.run_id)

        async def work(session: Session) -> Batch:
            known = await self._read(batch.organisation_id, batch.batch_id, session)
            if known.started_at is not None:
                return known
            bound = {"$set": {"batch_id": batch.batch_id}}
            taken = await self._mongo.collection(CHANGES).update_many(free, bound, session=session)
            begun = replace(known, state="RUNNING", started_at=at, total=taken.modified_count)
            await self._replace(begun, session)
            await self._outbox.add([_facts(batch).planned(begun.total, at)], session)
            return begun

        begun = await self._mongo.transaction(work)
        await self._outbox.relay_quietly()
        return begun

    async def end(self, batch: Batch, state: str, at: datetime) -> Batch:
        """Count the batch's changes by state, close it and announce that."""

        async def work(session: Session) -> Batch:
            known = await self._read(batch.organisation_id, batch.batch_id, session)
            if known.finished_at is not None:
                return known
            states = await self._states(batch, session)
            ended = replace(known, state=state, total=sum(states.values()), states=states, finished_at=at)
            await self._replace(ended, session)
            facts = _facts(batch)
            cost = facts.computed(PUBLISHER_MB, known.started_at, at)
            await self._outbox.add([cost, facts.ended(OUTCOMES[state], at)], session)
            return ended

        ended = await self._mongo.transaction(work)
        await self._outbox.relay_quietly()
        return ended

    async def _states(self, batch: Batch, session: Session) -> dict[str, int]:
        query = {"organisation_id": batch.organisation_id, "batch_id": batch.batch_id}
        count = {"$group": {"_id": "$state", "count": {"$sum": 1}}}
        counted = await self._mongo.collection(CHANGES).aggregate([{"$match": query}, count], session=session)
        return {one["_id"]: int(one["count"]) async for one in counted}

    async def _replace(self, batch: Batch, session: Session) -> None:
        key = {"_id": batch.batch_id, "organisation_id": batch.organisation_id}
        await self._mongo.collection(COLLECTION).replace_one(key, asdict(batch), session=session)

    async def _read(self, organisation_id: str, batch_id: str, session: Session | None) -> Batch:
        query: Document = {"_id": batch_id, "organisation_id": organisation_id}
        document = await self._mongo.collection(COLLECTION).find_one(query, {"_id": 0}, session=session)
        if document is None:
            raise BatchNotFound(f"no batch «{batch_id}»; POST /pricing/batches starts one")
        return Batch(**document)
