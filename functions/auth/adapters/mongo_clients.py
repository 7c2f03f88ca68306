"""Machine clients in MongoDB."""

from dataclasses import asdict

from pymongo import ASCENDING, IndexModel
from pymongo.errors import DuplicateKeyError, PyMongoError

from auth.domain.client import Client
from auth.domain.errors import ClientExists, ClientNotFound
from shared.kernel.paging import Page, Window
from shared.runtime.mongo import Document, Mongo, paged, unavailable

COLLECTION = "clients"
INDEXES = (
    IndexModel([("organisation_id", ASCENDING), ("client_id", ASCENDING)], unique=True, name="of_organisation"),
    IndexModel([("organisation_id", ASCENDING), ("name", ASCENDING)], unique=True, name="by_name"),
)


def to_document(client: Client) -> Document:
    """The stored form of a client."""
    return asdict(client) | {"_id": client.client_id, "scopes": sorted(client.scopes)}


def from_document(document: Document) -> Client:
    """The client in a stored document."""
    fields = {key: value for key, value in document.items() if key != "_id"}
    return Client(**(fields | {"scopes": frozenset(fields["scopes"])}))


class MongoClients:
    """The clients collection of the auth database."""

    def __init__(self, mongo: Mongo) -> None:
        self._mongo = mongo

    async def add(self, client: Client) -> None:
        """Keep a new client; `ClientExists` when the organisation has one of this name."""
        try:
            await self._mongo.collection(COLLECTION).insert_one(to_document(client))
        except DuplicateKeyError:
            raise ClientExists(f"«{client.name}» is there; choose another name, or delete it first") from None
        except PyMongoError as error:
            raise unavailable("store the client") from error

    async def by_id(self, client_id: str) -> Client | None:
        """Return the client with this id, if there is one."""
        try:
            document = await self._mongo.collection(COLLECTION).find_one({"_id": client_id})
        except PyMongoError as error:
            raise unavailable("read the client") from error
        return None if document is None else from_document(document)

    async def page(self, organisation_id: str, window: Window) -> Page[Client]:
        """Return some clients of an organisation, by id."""
        collection = self._mongo.collection(COLLECTION)
        return await paged(collection, {"organisation_id": organisation_id}, "client_id", window, from_document)

    async def remove(self, organisation_id: str, client_id: str) -> None:
        """Forget a client; `ClientNotFound` when the organisation has no such client."""
        key = {"_id": client_id, "organisation_id": organisation_id}
        try:
            done = await self._mongo.collection(COLLECTION).delete_one(key)
        except PyMongoError as error:
            raise unavailable("delete the client") from error
        if not done.deleted_count:
            raise ClientNotFound(f"no client «{client_id}»; GET /auth/clients lists them")
