"""Price changes and publication batches in MongoDB."""

from collections.abc import Sequence
from dataclasses import asdict

from pymongo import ASCENDING, DESCENDING, IndexModel, UpdateOne
from pymongo.errors import PyMongoError

from pricing.domain.errors import BatchNotFound
from pricing.domain.price_change import PriceChange, State
from pricing.usecases.ports import Batch
from shared.kernel.identifiers import NewId
from shared.kernel.paging import Page, Window
from shared.runtime.mongo import Document, Mongo, paged, unavailable

COLLECTION = "price_changes"
INDEXES = (
    IndexModel([("organisation_id", ASCENDING), ("sequence", DESCENDING)], name="newest_first"),
    IndexModel([("organisation_id", ASCENDING), ("state", ASCENDING), ("sequence", DESCENDING)], name="of_state"),
    IndexModel([("organisation_id", ASCENDING), ("run_id", ASCENDING), ("sequence", DESCENDING)], name="newest_of_run"),
    IndexModel(
        [("organisation_id", ASCENDING), ("batch_id", ASCENDING), ("state", ASCENDING), ("sequence", DESCENDING)],
        name="newest_of_batch",
    ),
)
BATCHES = "batches"


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

    def __init__(self, mongo: Mongo, new_id: NewId) -> None:
        self._mongo = mongo
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
            return await self._mongo.collection(COLLECTION).count_documents(_waiting(organisation_id, run_id))
        except PyMongoError as error:
            raise unavailable("count approved prices") from error

    async def gather(self, organisation_id: str, batch_id: str, run_id: str | None) -> int:
        """Take every approved change without a batch, of one run or of all, into a batch; return how many it has."""
        bound = {"$set": {"batch_id": batch_id}}
        try:
            done = await self._mongo.collection(COLLECTION).update_many(_waiting(organisation_id, run_id), bound)
        except PyMongoError as error:
            raise unavailable("gather approved prices") from error
        return done.modified_count

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


def _waiting(organisation_id: str, run_id: str | None) -> Document:
    query: Document = {"organisation_id": organisation_id, "state": State.APPROVED.value, "batch_id": None}
    return query if run_id is None else query | {"run_id": run_id}


class MongoBatches:
    """The batches collection of the pricing database."""

    def __init__(self, mongo: Mongo) -> None:
        self._mongo = mongo

    async def add(self, batch: Batch) -> None:
        """Keep a new batch."""
        try:
            await self._mongo.collection(BATCHES).insert_one({"_id": batch.batch_id} | asdict(batch))
        except PyMongoError as error:
            raise unavailable("store the batch") from error

    async def replace(self, batch: Batch) -> None:
        """Keep a changed batch."""
        key = {"_id": batch.batch_id, "organisation_id": batch.organisation_id}
        try:
            await self._mongo.collection(BATCHES).replace_one(key, asdict(batch))
        except PyMongoError as error:
            raise unavailable("store the batch") from error

    async def remove(self, batch: Batch) -> None:
        """Forget a batch that has no price."""
        key = {"_id": batch.batch_id, "organisation_id": batch.organisation_id}
        try:
            await self._mongo.collection(BATCHES).delete_one(key)
        except PyMongoError as error:
            raise unavailable("remove the batch") from error

    async def get(self, organisation_id: str, batch_id: str) -> Batch:
        """Return one batch; `BatchNotFound` when there is none."""
        query = {"_id": batch_id, "organisation_id": organisation_id}
        try:
            document = await self._mongo.collection(BATCHES).find_one(query, {"_id": 0})
        except PyMongoError as error:
            raise unavailable("read the batch") from error
        if document is None:
            raise BatchNotFound(f"no batch «{batch_id}»; POST /pricing/batches starts one")
        return Batch(**document)
