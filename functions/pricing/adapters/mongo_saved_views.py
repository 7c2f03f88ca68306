"""Saved views in MongoDB."""

from dataclasses import asdict

from pymongo import ASCENDING, IndexModel
from pymongo.errors import DuplicateKeyError, PyMongoError

from pricing.domain.errors import ViewExists, ViewNotFound
from pricing.domain.saved_view import SavedView
from shared.kernel.paging import Page, Window
from shared.runtime.mongo import Document, Mongo, paged, unavailable

COLLECTION = "saved_views"
INDEXES = (IndexModel([("organisation_id", ASCENDING), ("view_id", ASCENDING)], unique=True, name="by_id"),)


def view_from(document: Document) -> SavedView:
    """The view in a stored document."""
    fields = {key: value for key, value in document.items() if key != "_id"}
    return SavedView(**fields | {"by": tuple(fields["by"])})


class MongoSavedViews:
    """The saved_views collection of the pricing database."""

    def __init__(self, mongo: Mongo) -> None:
        self._mongo = mongo

    async def add(self, saved: SavedView) -> None:
        """Keep a new view; `ViewExists` when its id is taken."""
        document = {"_id": _key(saved.organisation_id, saved.view_id)} | asdict(saved)
        try:
            await self._mongo.collection(COLLECTION).insert_one(document)
        except DuplicateKeyError:
            raise ViewExists(f"«{saved.view_id}» is taken; choose another view_id") from None
        except PyMongoError as error:
            raise unavailable("store the view") from error

    async def get(self, organisation_id: str, view_id: str) -> SavedView:
        """Return one view; `ViewNotFound` when there is none."""
        query = {"_id": _key(organisation_id, view_id), "organisation_id": organisation_id}
        try:
            document = await self._mongo.collection(COLLECTION).find_one(query)
        except PyMongoError as error:
            raise unavailable("read the view") from error
        if document is None:
            raise ViewNotFound(f"no view «{view_id}»; GET /pricing/analytics/views lists yours")
        return view_from(document)

    async def remove(self, organisation_id: str, view_id: str) -> None:
        """Forget a view; one that is not there is forgotten already."""
        query = {"_id": _key(organisation_id, view_id), "organisation_id": organisation_id}
        try:
            await self._mongo.collection(COLLECTION).delete_one(query)
        except PyMongoError as error:
            raise unavailable("remove the view") from error

    async def page(self, organisation_id: str, window: Window) -> Page[SavedView]:
        """Return some views, by id."""
        collection = self._mongo.collection(COLLECTION)
        return await paged(collection, {"organisation_id": organisation_id}, "view_id", window, view_from)


def _key(organisation_id: str, view_id: str) -> str:
    return f"{organisation_id}/{view_id}"
