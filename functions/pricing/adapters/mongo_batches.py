"""Publication batches in MongoDB: each step with its announcement in one transaction."""

from dataclasses import asdict, replace
from datetime import datetime

from pymongo import ASCENDING, DESCENDING, IndexModel
from pymongo.errors import DuplicateKeyError, PyMongoError

from pricing.adapters.commands import PUBLISH, batch_requested
from pricing.adapters.mongo_changes import COLLECTION as CHANGES
from pricing.adapters.mongo_changes import release_unsent, waiting_changes
from pricing.adapters.mongo_failures import note_failure
from pricing.adapters.mongo_receivers import tell_receivers
from pricing.domain.alerts.failures import Failure
from pricing.domain.alerts.rule import AlertTrigger
from pricing.domain.errors import BatchNotFound
from pricing.domain.outcome import Outcome, next_review
from pricing.domain.price_change import State
from pricing.usecases.publication_ports import Batch
from shared.contracts.jobs import Outcome as JobOutcome
from shared.kernel.identifiers import derived_id
from shared.kernel.paging import Page, Window
from shared.runtime.job_facts import JobFacts
from shared.runtime.mongo import Document, Mongo, Session, paged, unavailable
from shared.runtime.outbox import Outbox

COLLECTION = "batches"
# The publisher's memory in terraform/functions.tf.
PUBLISHER_MB = 512
BOUND_AT_ONCE = 500
LOST = (State.FAILED.value, State.UNKNOWN.value)
OUTCOMES: dict[str, JobOutcome] = {"FINISHED": "completed", "CANCELLED": "cancelled", "STOPPED": "failed"}
INDEXES = (
    IndexModel([("organisation_id", ASCENDING), ("_id", DESCENDING)], name="newest_first"),
    IndexModel([("state", ASCENDING), ("resume_at", ASCENDING)], name="waiting"),
    IndexModel([("review_asked", ASCENDING), ("review_at", ASCENDING)], name="due_for_review"),
)


def _facts(batch: Batch) -> JobFacts:
    return JobFacts(batch.organisation_id, batch.batch_id)


def batch_from(document: Document) -> Batch:
    """The batch in a stored document."""
    fields = {key: value for key, value in document.items() if key not in {"_id", "review_asked"}}
    outcome = fields.get("outcome")
    if outcome is not None:
        fields["outcome"] = Outcome(**(outcome | {"alarms": tuple(outcome["alarms"])}))
    return Batch(**fields)


class MongoBatches:
    """The batches collection of the pricing database."""

    def __init__(self, mongo: Mongo, outbox: Outbox) -> None:
        self._mongo = mongo
        self._outbox = outbox

    async def add(self, batch: Batch) -> Batch:
        """Keep a new batch, ask for its publication and announce it, in one; a batch of this id stays as it is."""
        title = "Publication of" if batch.undoes is None else f"Undo of {batch.undoes}:"
        title = f"{title} {batch.total} prices"
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

    async def page(self, organisation_id: str, window: Window) -> Page[Batch]:
        """Return some batches, newest first."""
        query: Document = {"organisation_id": organisation_id}
        return await paged(self._mongo.collection(COLLECTION), query, "_id", window, batch_from, newest_first=True)

    async def begin(self, batch: Batch, canary_share: int, at: datetime) -> Batch:
        """Take up the batch with every approved change of its shop that waits, and announce how many.

        Its canary has at least one price. A batch that was taken up already keeps what it took first; an undo takes
        nothing up, its changes are its own.
        """
        known = await self.get(batch.organisation_id, batch.batch_id)
        if known.started_at is not None:
            return known
        if known.undoes is None:
            await self._bind(known)
        own: Document = {"organisation_id": batch.organisation_id, "batch_id": batch.batch_id}
        changes = self._mongo.collection(CHANGES)

        async def work(session: Session) -> Batch:
            known = await self._read(batch.organisation_id, batch.batch_id, session)
            if known.started_at is not None or known.finished_at is not None:
                return known
            total = await changes.count_documents(own, session=session)
            first = await changes.find_one(own, {"share": 1}, sort=[("share", ASCENDING)], session=session)
            # What is taken back was read once already, and hurts as long as it stands.
            is_careful = canary_share > 0 and batch.undoes is None and first is not None
            share = max(canary_share, first["share"] + 1) if is_careful and first is not None else 0
            begun = replace(known, state="RUNNING", started_at=at, total=total, canary_share=share)
            await self._replace(begun, session)
            await self._outbox.add([_facts(batch).planned(begun.total, at)], session)
            return begun

        begun = await self._mongo.transaction(work)
        if begun.finished_at is not None:
            # Somebody cancelled it while its prices were bound.
            await release_unsent(self._mongo, batch.organisation_id, batch.batch_id)
        await self._outbox.relay_quietly()
        return begun

    async def _bind(self, batch: Batch) -> None:
        """Bind what waits, some at a time: a transaction over a whole shop would outlast the database's patience."""
        free = waiting_changes(batch.organisation_id, batch.shop_id, batch.run_id)
        changes = self._mongo.collection(CHANGES)
        try:
            while found := [one["_id"] async for one in changes.find(free, {"_id": 1}).limit(BOUND_AT_ONCE)]:
                await changes.update_many(free | {"_id": {"$in": found}}, {"$set": {"batch_id": batch.batch_id}})
        except PyMongoError as error:
            raise unavailable("gather the prices of the batch") from error

    async def pass_canary(self, batch: Batch, resume_at: datetime | None) -> Batch:
        """Note that the canary was written, and from when on the rest may follow: at once, or CANARY until then."""

        async def work(session: Session) -> Batch:
            known = await self._read(batch.organisation_id, batch.batch_id, session)
            if known.canary_passed or known.finished_at is not None:
                return known
            state = "RUNNING" if resume_at is None else "CANARY"
            passed = replace(known, state=state, canary_passed=True, resume_at=resume_at)
            await self._replace(passed, session)
            return passed

        return await self._mongo.transaction(work)

    async def resume(self, at: datetime, limit: int) -> int:
        """Ask again for the publication of batches of every organisation whose wait is over; return how many."""
        due: Document = {"state": "CANARY", "resume_at": {"$lte": at}}
        try:
            found = await self._mongo.collection(COLLECTION).find(due).sort("resume_at", ASCENDING).to_list(limit)
        except PyMongoError as error:
            raise unavailable("read the batches that wait") from error
        for document in found:
            await self.go_on(batch_from(document))
        return len(found)

    async def halt(self, batch: Batch, why: str) -> Batch:
        """Note, once, why a batch is to end at its next step; one that waits with its canary out goes on to it."""

        async def work(session: Session) -> Batch:
            known = await self._read(batch.organisation_id, batch.batch_id, session)
            if known.halted or known.finished_at is not None:
                return known
            halted = replace(known, halted=why)
            await self._replace(halted, session)
            return halted

        halted = await self._mongo.transaction(work)
        if halted.state == "CANARY":
            await self.go_on(halted)
        return await self.get(batch.organisation_id, batch.batch_id)

    async def go_on(self, batch: Batch) -> None:
        """Ask again for the publication of a batch whose canary is out, in one with its end of waiting."""

        async def work(session: Session) -> None:
            known = await self._read(batch.organisation_id, batch.batch_id, session)
            if known.state == "CANARY":
                await self._replace(replace(known, state="RUNNING", resume_at=None), session)
                await self._outbox.add([batch_requested(known)], session, to=PUBLISH)

        await self._mongo.transaction(work)
        await self._outbox.relay_quietly()

    async def ask_on(self, batch: Batch, written: int) -> None:
        """Ask for the rest of a batch of which so many prices were written or tried; asked twice, it is once."""

        async def work(session: Session) -> None:
            await self._outbox.add([batch_requested(batch, written)], session, to=PUBLISH)

        await self._mongo.transaction(work)
        await self._outbox.relay_quietly()

    async def end(self, batch: Batch, state: str, at: datetime, detail: str = "") -> Batch:
        """Count the batch's changes by state, close it and announce that; one that never began lets go of them."""

        async def work(session: Session) -> Batch:
            known = await self._read(batch.organisation_id, batch.batch_id, session)
            if known.finished_at is not None:
                return known
            states = await self._states(batch, session)
            ended = replace(
                known,
                state=state,
                total=sum(states.values()),
                states=states,
                finished_at=at,
                resume_at=None,
                detail=detail,
                review_at=next_review(at, at) if states.get(State.APPLIED.value) and known.undoes is None else None,
            )
            await self._replace(ended, session)
            facts = _facts(batch)
            cost = facts.computed(PUBLISHER_MB, known.started_at, at)
            await self._outbox.add([cost, facts.ended(OUTCOMES[state], at, detail)], session)
            told = {
                "batch_id": batch.batch_id,
                "shop_id": known.shop_id,
                "state": state,
                "total": ended.total,
                "states": states,
                "detail": detail,
            }
            event_id = derived_id("evt", batch.organisation_id, batch.batch_id, "ended")
            await tell_receivers(self._mongo, batch.organisation_id, "batch.ended", event_id, told, at, session)
            if (said := _went_wrong(ended)) is not None:
                await note_failure(self._mongo, _failure(ended, said, at), session)
            return ended

        ended = await self._mongo.transaction(work)
        if ended.started_at is None:
            # A worker that died while it bound them never comes back to an ended batch.
            await release_unsent(self._mongo, batch.organisation_id, batch.batch_id)
        await self._outbox.relay_quietly()
        return ended

    async def ask_reviews(self, at: datetime, limit: int) -> int:
        """Ask for a look at batches of every organisation that are due for it, each once; return how many."""
        due: Document = {"review_asked": None, "review_at": {"$lte": at}}
        try:
            found = await self._mongo.collection(COLLECTION).find(due).sort("review_at", ASCENDING).to_list(limit)
        except PyMongoError as error:
            raise unavailable("read the batches that are due for a review") from error
        for document in found:
            await self._ask_review(batch_from(document))
        if found:
            await self._outbox.relay_quietly()
        return len(found)

    async def _ask_review(self, batch: Batch) -> None:
        due = {"review_at": batch.review_at, "review_asked": None}
        key = {"_id": batch.batch_id, "organisation_id": batch.organisation_id} | due

        async def work(session: Session) -> None:
            asked = {"$set": {"review_asked": batch.review_at}}
            if (await self._mongo.collection(COLLECTION).update_one(key, asked, session=session)).matched_count:
                await self._outbox.add([batch_requested(batch)], session, to=PUBLISH)

        await self._mongo.transaction(work)

    async def reviewed(self, batch: Batch, outcome: Outcome, next_at: datetime | None) -> Batch:
        """Keep what a batch brought, and when it is looked at next."""

        async def work(session: Session) -> Batch:
            known = await self._read(batch.organisation_id, batch.batch_id, session)
            if known.review_at != batch.review_at:
                return known
            reviewed = replace(known, outcome=outcome, review_at=next_at)
            # Replaced as a whole, it has not been asked for the next one.
            await self._replace(reviewed, session)
            return reviewed

        return await self._mongo.transaction(work)

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
        document = await self._mongo.collection(COLLECTION).find_one(query, session=session)
        if document is None:
            raise BatchNotFound(f"no batch «{batch_id}»; POST /pricing/batches starts one")
        return batch_from(document)


def _went_wrong(batch: Batch) -> str | None:
    """What of a publication that ended went wrong, in a line; what a person ended did not."""
    whole = f"Publication {batch.batch_id} in {batch.shop_id}"
    if batch.state == "STOPPED":
        return f"{whole} stopped: {batch.detail}"
    states = batch.states or {}
    lost = {state: states[state] for state in LOST if states.get(state)}
    if not lost:
        return None
    counted = ", ".join(f"{count} {state}" for state, count in lost.items())
    return f"{whole}: {counted} of {batch.total} prices"


def _failure(batch: Batch, said: str, at: datetime) -> Failure:
    return Failure(
        failure_id=derived_id("fail", batch.organisation_id, batch.batch_id),
        organisation_id=batch.organisation_id,
        shop_id=batch.shop_id,
        trigger=AlertTrigger.EXPORT_FAILED,
        said=said,
        at=at,
    )
