"""Price changes in MongoDB."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from pymongo import ASCENDING, DESCENDING, IndexModel, UpdateOne
from pymongo.errors import PyMongoError

from pricing.adapters.mongo_own_moves import note_moves
from pricing.domain.price_change import PriceChange, State
from shared.kernel.identifiers import NewId
from shared.kernel.paging import Page, Window
from shared.runtime.job_facts import JobFacts
from shared.runtime.mongo import Document, Mongo, Session, paged, unavailable
from shared.runtime.outbox import Outbox

COLLECTION = "price_changes"
INDEXES = (
    IndexModel([("organisation_id", ASCENDING), ("sequence", DESCENDING)], name="newest_first"),
    IndexModel([("organisation_id", ASCENDING), ("state", ASCENDING), ("sequence", DESCENDING)], name="of_state"),
    IndexModel([("organisation_id", ASCENDING), ("decided_at", DESCENDING)], name="newest_decided"),
    IndexModel([("organisation_id", ASCENDING), ("run_id", ASCENDING), ("sequence", DESCENDING)], name="newest_of_run"),
    IndexModel(
        [("organisation_id", ASCENDING), ("batch_id", ASCENDING), ("state", ASCENDING), ("sequence", DESCENDING)],
        name="newest_of_batch",
    ),
    IndexModel([("organisation_id", ASCENDING), ("product_id", ASCENDING), ("state", ASCENDING)], name="of_product"),
    # What is open in a shop beside a run's own proposals.
    IndexModel(
        [("organisation_id", ASCENDING), ("shop_id", ASCENDING), ("state", ASCENDING), ("run_id", ASCENDING)],
        name="of_shop",
    ),
)


def change_document(change: PriceChange) -> Document:
    """The stored form of a price change; its id is its key."""
    fields = asdict(change)
    sequence = f"{change.proposed_at.isoformat(timespec='milliseconds')}/{change.change_id}"
    return {"_id": fields.pop("change_id"), "sequence": sequence} | fields


def change_from(document: Document) -> PriceChange:
    """The price change in a stored document."""
    fields = {key: value for key, value in document.items() if key not in {"_id", "sequence", "moved_by"}}
    fields["state"] = State(fields["state"])
    return PriceChange(change_id=document["_id"], **fields)


class MongoPriceChanges:
    """The price_changes collection of the pricing database."""

    def __init__(self, mongo: Mongo, outbox: Outbox, new_id: NewId) -> None:
        self._mongo = mongo
        self._outbox = outbox
        self._new_id = new_id

    async def some(self, organisation_id: str, change_ids: Sequence[str]) -> Sequence[PriceChange]:
        """Return those of the changes that exist."""
        return await self._found({"_id": {"$in": list(change_ids)}, "organisation_id": organisation_id})

    async def page(
        self, organisation_id: str, window: Window, state: State | None, run_id: str | None
    ) -> Page[PriceChange]:
        """Return some changes, newest first, of one state or run or of all."""
        query: Document = {"organisation_id": organisation_id}
        if state is not None:
            query["state"] = state.value
        if run_id is not None:
            query["run_id"] = run_id
        collection = self._mongo.collection(COLLECTION)
        return await paged(collection, query, "sequence", window, change_from, newest_first=True)

    async def propose(self, change: PriceChange) -> None:
        """Keep a proposal that no run made; one of this id stays as it is."""
        document = change_document(change)
        key = {"_id": document.pop("_id"), "organisation_id": change.organisation_id}
        try:
            await self._mongo.collection(COLLECTION).update_one(key, {"$setOnInsert": document}, upsert=True)
        except PyMongoError as error:
            raise unavailable("store the proposal") from error

    async def withdraw(self, organisation_id: str, product_id: str, why: str, at: datetime) -> None:
        """Deny what waits for a product: its proposals, and its approved prices that no batch took up."""
        states = [State.PROPOSED.value, State.APPROVED.value]
        query: Document = {"organisation_id": organisation_id, "product_id": product_id, "state": {"$in": states}}
        denied = {"state": State.DENIED.value, "decided_at": at, "deny_reason": why}
        try:
            await self._mongo.collection(COLLECTION).update_many(query | {"batch_id": None}, {"$set": denied})
        except PyMongoError as error:
            raise unavailable("withdraw proposals") from error

    async def move(self, before: State, changes: Sequence[PriceChange]) -> Sequence[str]:
        """Store changes that are still in the state `before`; return the ids of those that were."""
        if not changes:
            return []
        mark = self._new_id("mov")
        writes = []
        for change in changes:
            document = change_document(change) | {"moved_by": mark}
            key = {
                "_id": document.pop("_id"),
                "organisation_id": change.organisation_id,
                "state": before.value,
            }
            writes.append(UpdateOne(key, {"$set": document}))
        moved = {
            "_id": {"$in": [change.change_id for change in changes]},
            "organisation_id": {"$in": sorted({change.organisation_id for change in changes})},
            "moved_by": mark,
        }
        try:
            await self._mongo.collection(COLLECTION).bulk_write(writes, ordered=False)
            return [one["_id"] async for one in self._mongo.collection(COLLECTION).find(moved, {"_id": 1})]
        except PyMongoError as error:
            raise unavailable("store price changes") from error

    async def waiting(self, organisation_id: str, run_id: str | None) -> int:
        """Count the approved changes without a batch, of one run or of all."""
        try:
            return await self._mongo.collection(COLLECTION).count_documents(waiting_changes(organisation_id, run_id))
        except PyMongoError as error:
            raise unavailable("count approved prices") from error

    async def settle(self, organisation_id: str, batch_id: str, changes: Sequence[PriceChange], at: datetime) -> None:
        """Store how changes that are still SENT ended and announce it, in one."""
        of_batch: Document = {"organisation_id": organisation_id, "batch_id": batch_id, "state": State.SENT.value}

        async def work(session: Session) -> None:
            sent = of_batch | {"_id": {"$in": [change.change_id for change in changes]}}
            cursor = self._mongo.collection(COLLECTION).find(sent, {"_id": 1}, session=session)
            waiting = {one["_id"] async for one in cursor}
            ended = [change for change in changes if change.change_id in waiting]
            if not ended:
                return
            documents = [change_document(change) for change in ended]
            writes = [UpdateOne(of_batch | {"_id": one.pop("_id")}, {"$set": one}) for one in documents]
            await self._mongo.collection(COLLECTION).bulk_write(writes, ordered=False, session=session)
            applied = [change for change in ended if change.state is State.APPLIED]
            await note_moves(self._mongo, applied, at, session)
            failed = sum(change.state in {State.FAILED, State.UNKNOWN} for change in ended)
            # A change ends once, so the first of them names this part and no other.
            part = ended[0].change_id
            told = JobFacts(organisation_id, batch_id).progressed(part, at, done=len(applied), failed=failed)
            await self._outbox.add([told], session)

        await self._mongo.transaction(work)
        await self._outbox.relay_quietly()

    async def release(self, organisation_id: str, batch_id: str) -> None:
        """Take the changes of a batch that were not sent out of it; they stay approved."""
        unsent = {"organisation_id": organisation_id, "batch_id": batch_id, "state": State.APPROVED.value}
        try:
            await self._mongo.collection(COLLECTION).update_many(unsent, {"$set": {"batch_id": None}})
        except PyMongoError as error:
            raise unavailable("free the prices of a batch") from error

    async def unpublished(self, organisation_id: str, batch_id: str, limit: int) -> Sequence[PriceChange]:
        """Return changes of a batch that have not reached an end, newest first."""
        waiting = {"$in": [State.APPROVED.value, State.SENT.value]}
        query = {"organisation_id": organisation_id, "batch_id": batch_id, "state": waiting}
        return await self._found(query, limit)

    async def states(self, organisation_id: str, batch_id: str) -> dict[str, int]:
        """Count a batch's changes by state."""
        query = {"organisation_id": organisation_id, "batch_id": batch_id}
        count = {"$group": {"_id": "$state", "count": {"$sum": 1}}}
        try:
            counted = await self._mongo.collection(COLLECTION).aggregate([{"$match": query}, count])
            return {one["_id"]: int(one["count"]) async for one in counted}
        except PyMongoError as error:
            raise unavailable("count price changes") from error

    async def _found(self, query: Document, limit: int = 0) -> list[PriceChange]:
        try:
            cursor = self._mongo.collection(COLLECTION).find(query).sort("sequence", DESCENDING).limit(limit)
            return [change_from(one) async for one in cursor]
        except PyMongoError as error:
            raise unavailable("read price changes") from error


def waiting_changes(organisation_id: str, run_id: str | None) -> Document:
    """The approved changes without a batch, of one run or of all."""
    query: Document = {"organisation_id": organisation_id, "state": State.APPROVED.value, "batch_id": None}
    return query if run_id is None else query | {"run_id": run_id}
