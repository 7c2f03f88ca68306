"""Refresh tokens in MongoDB; the store forgets them when they expire."""

from dataclasses import asdict
from datetime import datetime

from pymongo import ASCENDING, IndexModel
from pymongo.errors import PyMongoError

from auth.domain.session import RefreshToken
from shared.runtime.mongo import Document, Mongo, Session, unavailable

COLLECTION = "refresh_tokens"
INDEXES = (
    IndexModel([("family_id", ASCENDING)], name="of_family"),
    IndexModel([("user_id", ASCENDING)], name="of_user"),
    IndexModel([("expires_at", ASCENDING)], expireAfterSeconds=0, name="expiry"),
)


def to_document(token: RefreshToken) -> Document:
    """The stored form of a token; its hash is its key."""
    fields = asdict(token)
    return {"_id": fields.pop("token_hash")} | fields


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
        try:
            await self._mongo.collection(COLLECTION).insert_one(to_document(token))
        except PyMongoError as error:
            raise unavailable("store the session") from error

    async def find(self, token_hash: str) -> RefreshToken | None:
        """Return the token with this hash, if there is one."""
        try:
            document = await self._mongo.collection(COLLECTION).find_one({"_id": token_hash})
        except PyMongoError as error:
            raise unavailable("read the session") from error
        return None if document is None else from_document(document)

    async def rotate(self, token: RefreshToken, following: RefreshToken, at: datetime) -> bool:
        """Use a token up and keep the one that follows, in one; False when it was used or ended meanwhile."""
        tokens = self._mongo.collection(COLLECTION)

        async def work(session: Session) -> bool:
            unused = {"_id": token.token_hash, "used_at": None}
            done = await tokens.update_one(unused, {"$set": {"used_at": at}}, session=session)
            if not done.modified_count:
                return False
            await tokens.insert_one(to_document(following), session=session)
            return True

        return await self._mongo.transaction(work)

    async def end(self, family_id: str) -> None:
        """End every token of a family."""
        try:
            await self._mongo.collection(COLLECTION).delete_many({"family_id": family_id})
        except PyMongoError as error:
            raise unavailable("end the session") from error
