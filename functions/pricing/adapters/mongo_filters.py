"""Saved filters in MongoDB."""

from dataclasses import asdict

from pymongo import ASCENDING, IndexModel
from pymongo.errors import DuplicateKeyError, PyMongoError

from pricing.domain.errors import FilterExists, FilterNotFound
from pricing.domain.product_filter import Criteria, SavedFilter
from shared.kernel.paging import Page, Window
from shared.runtime.mongo import Document, Mongo, paged, unavailable

COLLECTION = "filters"
INDEXES = (IndexModel([("organisation_id", ASCENDING), ("filter_id", ASCENDING)], unique=True, name="by_id"),)
LISTS = ("brands", "categories", "tags", "skus")


def filter_from(document: Document) -> SavedFilter:
    """The filter in a stored document."""
    fields = {key: value for key, value in document.items() if key != "_id"}
    criteria = fields["criteria"]
    fields["criteria"] = Criteria(**(criteria | {name: tuple(criteria[name]) for name in LISTS}))
    return SavedFilter(**fields)


class MongoFilters:
    """The filters collection of the pricing database."""

    def __init__(self, mongo: Mongo) -> None:
        self._mongo = mongo

    async def add(self, saved: SavedFilter) -> None:
        """Keep a new filter; `FilterExists` when its id is taken."""
        document = {"_id": _key(saved.organisation_id, saved.filter_id)} | asdict(saved)
        try:
            await self._mongo.collection(COLLECTION).insert_one(document)
        except DuplicateKeyError:
            raise FilterExists(f"«{saved.filter_id}» is taken; choose another filter_id") from None
        except PyMongoError as error:
            raise unavailable("store the filter") from error

    async def get(self, organisation_id: str, filter_id: str) -> SavedFilter:
        """Return one filter; `FilterNotFound` when there is none."""
        query = {"_id": _key(organisation_id, filter_id), "organisation_id": organisation_id}
        try:
            document = await self._mongo.collection(COLLECTION).find_one(query)
        except PyMongoError as error:
            raise unavailable("read the filter") from error
        if document is None:
            raise FilterNotFound(f"no filter «{filter_id}»; GET /pricing/filters lists yours")
        return filter_from(document)

    async def remove(self, organisation_id: str, filter_id: str) -> None:
        """Forget a filter; one that is not there is forgotten already."""
        query = {"_id": _key(organisation_id, filter_id), "organisation_id": organisation_id}
        try:
            await self._mongo.collection(COLLECTION).delete_one(query)
        except PyMongoError as error:
            raise unavailable("remove the filter") from error

    async def page(self, organisation_id: str, window: Window) -> Page[SavedFilter]:
        """Return some filters, by id."""
        collection = self._mongo.collection(COLLECTION)
        return await paged(collection, {"organisation_id": organisation_id}, "filter_id", window, filter_from)


def _key(organisation_id: str, filter_id: str) -> str:
    return f"{organisation_id}/{filter_id}"
