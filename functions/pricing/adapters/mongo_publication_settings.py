"""Settings of publication in MongoDB, one document for each shop."""

from dataclasses import asdict

from pymongo import ASCENDING, IndexModel
from pymongo.errors import DuplicateKeyError, PyMongoError

from pricing.domain.publication import PublicationSettings
from pricing.domain.shop_connection import ShopConnection
from shared.runtime.mongo import Document, Mongo, unavailable

COLLECTION = "publication_settings"
INDEXES = (IndexModel([("organisation_id", ASCENDING), ("shop_id", ASCENDING)], unique=True, name="of_shop"),)


class MongoPublicationSettings:
    """The publication_settings collection of the pricing database."""

    def __init__(self, mongo: Mongo) -> None:
        self._mongo = mongo

    async def of(self, organisation_id: str, shop_id: str) -> PublicationSettings:
        """Return a shop's settings: those that somebody set, or what holds without."""
        key = {"organisation_id": organisation_id, "shop_id": shop_id}
        try:
            document = await self._mongo.collection(COLLECTION).find_one(key, {"_id": 0})
        except PyMongoError as error:
            raise unavailable("read how prices go out") from error
        fields: Document = document or dict(key)
        kept = fields.get("connection")
        return PublicationSettings(**fields | {"connection": None if kept is None else ShopConnection(**kept)})

    async def set(self, settings: PublicationSettings, over: PublicationSettings | None = None) -> bool:
        """Keep a shop's settings; those made of others only while nobody changed these: else False, and nothing is."""
        key: Document = {"organisation_id": settings.organisation_id, "shop_id": settings.shop_id}
        as_read = {} if over is None else {"changed_at": over.changed_at, "changed_by": over.changed_by}
        try:
            await self._mongo.collection(COLLECTION).replace_one(key | as_read, asdict(settings), upsert=True)
        except DuplicateKeyError:
            # There are some, and they are not those that were read.
            return False
        except PyMongoError as error:
            raise unavailable("store how prices go out") from error
        return True
