"""Locks and promotions in MongoDB."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from pymongo import ASCENDING, DESCENDING, IndexModel, ReturnDocument, UpdateOne
from pymongo.errors import PyMongoError

from pricing.domain.errors import HoldNotFound
from pricing.domain.hold import Hold, not_of_a_promotion
from shared.kernel.paging import Page, Window
from shared.runtime.mongo import Document, Mongo, paged, unavailable

COLLECTION = "holds"
INDEXES = (
    IndexModel([("organisation_id", ASCENDING), ("_id", DESCENDING)], name="newest_first"),
    IndexModel([("organisation_id", ASCENDING), ("product_id", ASCENDING), ("ends_at", ASCENDING)], name="of_product"),
)


def hold_document(hold: Hold) -> Document:
    """The stored form of a hold; its id is its key."""
    fields = asdict(hold)
    return {"_id": fields.pop("hold_id")} | fields


def hold_from(document: Document) -> Hold:
    """The hold in a stored document."""
    return Hold(hold_id=document["_id"], **{key: value for key, value in document.items() if key != "_id"})


class MongoHolds:
    """The holds collection of the pricing database."""

    def __init__(self, mongo: Mongo) -> None:
        self._mongo = mongo

    async def add(self, hold: Hold) -> None:
        """Keep a new hold."""
        try:
            await self._mongo.collection(COLLECTION).insert_one(hold_document(hold))
        except PyMongoError as error:
            raise unavailable("store the hold") from error

    async def place(self, holds: Sequence[Hold]) -> None:
        """Keep holds; one of the same id stays as it is."""
        writes = []
        for document in map(hold_document, holds):
            key = {name: document.pop(name) for name in ("_id", "organisation_id")}
            writes.append(UpdateOne(key, {"$setOnInsert": document}, upsert=True))
        try:
            if writes:
                await self._mongo.collection(COLLECTION).bulk_write(writes, ordered=False)
        except PyMongoError as error:
            raise unavailable("store the holds") from error

    async def end_of(self, organisation_id: str, hold_ids: Sequence[str], at: datetime) -> None:
        """End holds; those that have ended, or never were, stay so."""
        open_: Document = {
            "_id": {"$in": list(hold_ids)},
            "organisation_id": organisation_id,
            "$or": [{"ends_at": None}, {"ends_at": {"$gt": at}}],
        }
        try:
            await self._mongo.collection(COLLECTION).update_many(open_, {"$set": {"ends_at": at}})
        except PyMongoError as error:
            raise unavailable("end the holds") from error

    async def end(self, organisation_id: str, hold_id: str, at: datetime) -> Hold:
        """End a hold; one that has ended stays as it ended."""
        key = {"_id": hold_id, "organisation_id": organisation_id}
        open_ = key | {"promotion_id": None, "$or": [{"ends_at": None}, {"ends_at": {"$gt": at}}]}
        holds = self._mongo.collection(COLLECTION)
        try:
            ended = await holds.find_one_and_update(
                open_, {"$set": {"ends_at": at}}, return_document=ReturnDocument.AFTER
            )
            found = ended or await holds.find_one(key)
        except PyMongoError as error:
            raise unavailable("end the hold") from error
        if found is None:
            raise HoldNotFound(f"no hold «{hold_id}»; GET /pricing/holds lists them")
        return not_of_a_promotion(hold_from(found))

    async def page(self, organisation_id: str, window: Window, at: datetime | None) -> Page[Hold]:
        """Return some holds, newest first: all, or those in force or to come at a time."""
        query: Document = {"organisation_id": organisation_id}
        if at is not None:
            query["$or"] = [{"ends_at": None}, {"ends_at": {"$gt": at}}]
        return await paged(self._mongo.collection(COLLECTION), query, "_id", window, hold_from, newest_first=True)

    async def of_products(self, organisation_id: str, product_ids: Sequence[str], at: datetime) -> Sequence[Hold]:
        """Return the holds that are in force at a time."""
        query: Document = {
            "organisation_id": organisation_id,
            "product_id": {"$in": list(product_ids)},
            "starts_at": {"$lte": at},
            "$or": [{"ends_at": None}, {"ends_at": {"$gt": at}}],
        }
        try:
            return [hold_from(one) async for one in self._mongo.collection(COLLECTION).find(query)]
        except PyMongoError as error:
            raise unavailable("read the holds") from error
