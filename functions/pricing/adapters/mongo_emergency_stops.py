"""Emergency stops in MongoDB."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from pymongo import ASCENDING, DESCENDING, IndexModel, ReturnDocument
from pymongo.errors import PyMongoError

from pricing.domain.emergency_stop import EmergencyStop
from pricing.domain.errors import EmergencyStopNotFound
from shared.kernel.paging import Page, Window
from shared.runtime.mongo import Document, Mongo, paged, unavailable

COLLECTION = "emergency_stops"
INDEXES = (
    IndexModel([("organisation_id", ASCENDING), ("_id", DESCENDING)], name="newest_first"),
    IndexModel([("organisation_id", ASCENDING), ("lifted_at", ASCENDING), ("shop_id", ASCENDING)], name="in_force"),
)


def _stop_from(document: Document) -> EmergencyStop:
    return EmergencyStop(stop_id=document["_id"], **{key: value for key, value in document.items() if key != "_id"})


class MongoEmergencyStops:
    """The emergency_stops collection of the pricing database."""

    def __init__(self, mongo: Mongo) -> None:
        self._mongo = mongo

    async def add(self, stop: EmergencyStop) -> None:
        """Keep a new stop; one of the same id stays as it is."""
        document = asdict(stop)
        key = {"_id": document.pop("stop_id"), "organisation_id": document.pop("organisation_id")}
        try:
            await self._mongo.collection(COLLECTION).update_one(key, {"$setOnInsert": document}, upsert=True)
        except PyMongoError as error:
            raise unavailable("store the emergency stop") from error

    async def lift(self, organisation_id: str, stop_id: str, user_id: str, reason: str, at: datetime) -> EmergencyStop:
        """End a stop; one that was lifted stays as it was lifted."""
        key: Document = {"_id": stop_id, "organisation_id": organisation_id}
        lifted = {"$set": {"lifted_by": user_id, "lifted_at": at, "lift_reason": reason}}
        stops = self._mongo.collection(COLLECTION)
        try:
            ended = await stops.find_one_and_update(
                key | {"lifted_at": None}, lifted, return_document=ReturnDocument.AFTER
            )
            found = ended or await stops.find_one(key)
        except PyMongoError as error:
            raise unavailable("lift the emergency stop") from error
        if found is None:
            raise EmergencyStopNotFound(f"no emergency stop «{stop_id}»; GET /pricing/emergency-stops lists them")
        return _stop_from(found)

    async def in_force(self, organisation_id: str, shop_id: str) -> Sequence[EmergencyStop]:
        """Return the stops that a shop's prices are under now: its own, and those for every shop."""
        query = {"organisation_id": organisation_id, "lifted_at": None, "shop_id": {"$in": [None, shop_id]}}
        try:
            return [_stop_from(one) async for one in self._mongo.collection(COLLECTION).find(query).sort("_id", 1)]
        except PyMongoError as error:
            raise unavailable("read the emergency stops") from error

    async def page(self, organisation_id: str, window: Window) -> Page[EmergencyStop]:
        """Return some stops, newest first."""
        query: Document = {"organisation_id": organisation_id}
        return await paged(self._mongo.collection(COLLECTION), query, "_id", window, _stop_from, newest_first=True)
