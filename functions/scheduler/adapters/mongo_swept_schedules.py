"""Schedules of every organisation in MongoDB, as the sweeper goes through them, and where its walks stand."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from pymongo.errors import PyMongoError

from scheduler.adapters.documents import schedule_of
from scheduler.adapters.mongo_schedules import COLLECTION, check_note, key_of
from scheduler.domain.schedule import Schedule
from shared.runtime.mongo import Document, Mongo, unavailable

WALKS = "walks"
KEPT = "schedules"
CLOCKWORK = "clockwork"


class MongoSweptSchedules:
    """The schedules collection, by what is to be done with a schedule."""

    def __init__(self, mongo: Mongo) -> None:
        self._mongo = mongo

    async def unarmed(self, before: datetime, limit: int) -> Sequence[tuple[Schedule, bool]]:
        """Schedules whose last change the clockwork may not know, and whether they are withdrawn."""
        found = await self._found({"unarmed_since": {"$lte": before}}, "unarmed_since", limit)
        return [(schedule_of(document), bool(document["withdrawn"])) for document in found]

    async def due_for_a_look(self, now: datetime, limit: int) -> Sequence[Schedule]:
        """Schedules with a run that should have fired by now."""
        found = await self._found({"check_at": {"$lte": now}}, "check_at", limit)
        return [schedule_of(document) for document in found]

    async def looked_at(self, schedule: Schedule, until: datetime) -> None:
        """Note until when all runs of the schedule are judged, unless it was changed since it was read."""
        query = key_of(schedule) | {"revision": schedule.revision, "withdrawn": False}
        note = check_note(replace(schedule, checked_until=until))
        change: Document = {"$set": {"checked_until": until} | note.get("$set", {})}
        change |= {"$unset": note["$unset"]} if "$unset" in note else {}
        try:
            await self._mongo.collection(COLLECTION).update_one(query, change)
        except PyMongoError as error:
            raise unavailable("note the look at the schedule") from error

    async def kept_page(self, limit: int) -> Sequence[Schedule]:
        """The next few schedules of a walk that starts again at its end."""
        after = await self._place(KEPT) or ""
        found = await self._found({"_id": {"$gt": after}, "withdrawn": False}, "_id", limit)
        await self._go_on(KEPT, found[-1]["_id"] if len(found) == limit else None)
        return [schedule_of(document) for document in found]

    async def strangers(self, schedule_ids: Sequence[str]) -> Sequence[str]:
        """Those of the ids that no schedule has."""
        if not schedule_ids:
            return []
        known = await self._found({"_id": {"$in": list(schedule_ids)}}, "_id", len(schedule_ids))
        return sorted(set(schedule_ids) - {document["_id"] for document in known})

    async def token(self) -> str | None:
        """Where the walk through the clockwork goes on."""
        return await self._place(CLOCKWORK)

    async def go_on_at(self, token: str | None) -> None:
        """Keep where the walk through the clockwork goes on."""
        await self._go_on(CLOCKWORK, token)

    async def _found(self, query: Document, order: str, limit: int) -> list[Document]:
        try:
            return await self._mongo.collection(COLLECTION).find(query).sort(order, 1).limit(limit).to_list()
        except PyMongoError as error:
            raise unavailable("go through the schedules") from error

    async def _place(self, walk: str) -> str | None:
        try:
            found = await self._mongo.collection(WALKS).find_one({"_id": walk})
        except PyMongoError as error:
            raise unavailable("find the place of the walk") from error
        return None if found is None else found["place"]

    async def _go_on(self, walk: str, place: str | None) -> None:
        try:
            await self._mongo.collection(WALKS).update_one({"_id": walk}, {"$set": {"place": place}}, upsert=True)
        except PyMongoError as error:
            raise unavailable("keep the place of the walk") from error
