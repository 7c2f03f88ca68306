"""Refresh tokens in MongoDB; the store forgets them when they expire."""

from dataclasses import asdict
from datetime import datetime

from pymongo import ASCENDING, IndexModel
from pymongo.errors import PyMongoError

from auth.domain.session import RefreshToken
from shared.runtime.mongo import Document, Mongo, unavailable

COLLECTION = "refresh_tokens"
INDEXES = (
    IndexModel([("family_id", ASCENDING)], name="of_family"),
    IndexModel([("expires_at", ASCENDING)], expireAfterSeconds=0, name="expiry"),
)


def from_document(document: Document) -> RefreshToken:
    """The token in a stored document."""
    fields = {key: value for key, value in document.items() if key != "_id"}
    return RefreshToken(token_hash=document["_id"], **fields)


class MongoSessions:
    """The refresh_tokens collection of the auth database."""

    def __init__(self, mongo: Mongo) -> None:
        self._mongo = mongo

    async def add(self, token: RefreshToken) -> None:
        """Keep a new token."""
        document = asdict(token)
        try:
            await self._mongo.collection(COLLECTION).insert_one({"_id": document.pop("token_hash")} | document)
        except PyMongoError as error:
            raise unavailable("store the session") from error

    async def use(self, token_hash: str, at: datetime) -> RefreshToken | None:
        """Mark a token as used and return it as it was before; None when there is no such token."""
        try:
            before = await self._mongo.collection(COLLECTION).find_one_and_update(
                {"_id": token_hash, "used_at": None},
                {"$set": {"used_at": at}},
            )
            if before is None:
                before = await self._mongo.collection(COLLECTION).find_one({"_id": token_hash})
        except PyMongoError as error:
            raise unavailable("read the session") from error
        return None if before is None else from_document(before)

    async def end(self, family_id: str) -> None:
        """End every token of a family."""
        try:
            await self._mongo.collection(COLLECTION).delete_many({"family_id": family_id})
        except PyMongoError as error:
            raise unavailable("end the session") from error
