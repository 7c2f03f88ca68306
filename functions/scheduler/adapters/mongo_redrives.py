"""The record of redrives in MongoDB."""

from dataclasses import asdict
from datetime import datetime

from pymongo.errors import PyMongoError

from scheduler.usecases.redrive import Redrive, Redriven
from shared.runtime.mongo import Mongo, unavailable

COLLECTION = "redrives"


class MongoRedrives:
    """The redrives collection of the scheduler database: an operator's record, which no organisation reads."""

    def __init__(self, mongo: Mongo) -> None:
        self._mongo = mongo

    async def begin(self, redrive_id: str, redrive: Redrive, at: datetime) -> None:
        """Note who redrives what, before anything moves."""
        document = {"_id": redrive_id, "began_at": at, "ended_at": None, "done": None} | asdict(redrive)
        try:
            await self._mongo.collection(COLLECTION).insert_one(document)
        except PyMongoError as error:
            raise unavailable("note the redrive") from error

    async def end(self, done: Redriven, at: datetime) -> None:
        """Note what became of it."""
        counts = {name: value for name, value in asdict(done).items() if name not in {"redrive_id", "samples"}}
        change = {"$set": {"ended_at": at, "done": counts}}
        try:
            await self._mongo.collection(COLLECTION).update_one({"_id": done.redrive_id}, change)
        except PyMongoError as error:
            raise unavailable("note the end of the redrive") from error
