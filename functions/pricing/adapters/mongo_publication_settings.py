"""Settings of publication in MongoDB, one document for each shop."""

from dataclasses import asdict

from pymongo import ASCENDING, IndexModel
from pymongo.errors import PyMongoError

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

    async def set(self, settings: PublicationSettings) -> None:
        """Keep a shop's settings."""
        key = {"organisation_id": settings.organisation_id, "shop_id": settings.shop_id}
        try:
            await self._mongo.collection(COLLECTION).replace_one(key, asdict(settings), upsert=True)
        except PyMongoError as error:
            raise unavailable("store how prices go out") from error
