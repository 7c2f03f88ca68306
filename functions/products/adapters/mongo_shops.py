"""Shops in MongoDB."""

from dataclasses import asdict

from pymongo import ASCENDING, IndexModel
from pymongo.errors import DuplicateKeyError, PyMongoError

from products.domain.errors import ShopExists, ShopNotFound
from products.domain.shop import Mapping, Shop
from shared.kernel.paging import Page, Window
from shared.runtime.mongo import Document, Mongo, paged, unavailable

COLLECTION = "shops"
INDEXES = (IndexModel([("organisation_id", ASCENDING), ("shop_id", ASCENDING)], unique=True, name="by_id"),)


def to_document(shop: Shop) -> Document:
    """The stored form of a shop."""
    return asdict(shop) | {"_id": f"{shop.organisation_id}/{shop.shop_id}"}


def from_document(document: Document) -> Shop:
    """The shop in a stored document."""
    fields = {key: value for key, value in document.items() if key != "_id"}
    fields["mapping"] = Mapping(**fields["mapping"])
    fields["own_seller_ids"] = tuple(fields["own_seller_ids"])
    return Shop(**fields)


class MongoShops:
    """The shops collection of the products database."""

    def __init__(self, mongo: Mongo) -> None:
        self._mongo = mongo

    async def add(self, shop: Shop) -> None:
        """Keep a new shop; `ShopExists` when its id is taken."""
        try:
            await self._mongo.collection(COLLECTION).insert_one(to_document(shop))
        except DuplicateKeyError:
            raise ShopExists(f"«{shop.shop_id}» is taken; choose another shop_id") from None
        except PyMongoError as error:
            raise unavailable("store the shop") from error

    async def replace(self, shop: Shop) -> None:
        """Keep a changed shop."""
        document = to_document(shop)
        key = {"_id": document["_id"], "organisation_id": shop.organisation_id}
        try:
            await self._mongo.collection(COLLECTION).replace_one(key, document)
        except PyMongoError as error:
            raise unavailable("store the shop") from error

    async def get(self, organisation_id: str, shop_id: str) -> Shop:
        """Return one shop; `ShopNotFound` when there is none."""
        key = {"organisation_id": organisation_id, "shop_id": shop_id}
        try:
            document = await self._mongo.collection(COLLECTION).find_one(key)
        except PyMongoError as error:
            raise unavailable("read the shop") from error
        if document is None:
            raise ShopNotFound(f"no shop «{shop_id}»; GET /products/shops lists yours")
        return from_document(document)

    async def page(self, organisation_id: str, window: Window) -> Page[Shop]:
        """Return some of the organisation's shops, by id."""
        collection = self._mongo.collection(COLLECTION)
        return await paged(collection, {"organisation_id": organisation_id}, "shop_id", window, from_document)
