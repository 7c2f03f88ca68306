"""The house's own MongoDB database: one client for the life of the process, made on first use."""

from collections.abc import Awaitable, Callable
from datetime import UTC
from functools import reduce
from typing import Any

from bson.codec_options import CodecOptions, TypeRegistry
from bson.decimal128 import DecimalDecoder, DecimalEncoder
from pymongo import AsyncMongoClient
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import DuplicateKeyError, PyMongoError

from shared.kernel.errors import Unavailable
from shared.kernel.paging import Page, Window
from shared.runtime.aws import secret

DUPLICATE_KEY = 11000

type Document = dict[str, Any]
type Session = AsyncClientSession
type Collection = AsyncCollection[Document]

# Money is Decimal on both sides of the wire; the driver has the codec but leaves switching it on to us.
OPTIONS: CodecOptions[Document] = CodecOptions(
    tz_aware=True,
    tzinfo=UTC,
    type_registry=TypeRegistry([DecimalEncoder(), DecimalDecoder()]),
)


class StoreUnavailable(Unavailable):
    """The database did not do what it was asked."""

    code = "store/unavailable"
    title = "The database did not answer"


def connected(uri: str) -> AsyncMongoClient[Document]:
    """A client that connects on first use and that survives the freezing of a Lambda environment."""
    return AsyncMongoClient(
        uri,
        connect=False,
        maxPoolSize=4,
        # A frozen environment wakes with dead sockets.
        maxIdleTimeMS=60_000,
        serverSelectionTimeoutMS=3_000,
        connectTimeoutMS=2_000,
        socketTimeoutMS=20_000,
        waitQueueTimeoutMS=2_000,
        # The streaming monitor notices a failover after ten seconds; polling notices it in half of one.
        serverMonitoringMode="poll",
        heartbeatFrequencyMS=5_000,
        appname="omnipricex",
    )


class Mongo:
    """The database of one house, named by `settings`. Adapters take collections from it."""

    def __init__(self, secret_arn: str, database: str, *, uri: str | None = None) -> None:
        self._secret_arn = secret_arn
        self._database = database
        self._uri = uri
        self._client: AsyncMongoClient[Document] | None = None

    @property
    def client(self) -> AsyncMongoClient[Document]:
        """The one client; its URI is read from the secret when first needed."""
        if self._client is None:
            self._client = connected(self._uri or secret(self._secret_arn)["uri"])
        return self._client

    @property
    def database(self) -> AsyncDatabase[Document]:
        """The house's database, with UTC times and Decimal numbers."""
        return self.client.get_database(self._database, codec_options=OPTIONS)

    def collection(self, name: str) -> Collection:
        """One collection of the house's database."""
        return self.database[name]

    async def transaction[T](self, work: Callable[[Session], Awaitable[T]]) -> T:
        """Do `work` in a transaction; the driver repeats it when the server says that helps."""
        try:
            async with self.client.start_session() as session:
                return await session.with_transaction(work)
        except DuplicateKeyError:
            # Two of one kind is the caller's to judge, not a failure of the store.
            raise
        except PyMongoError as error:
            raise unavailable("finish the change") from error

    async def ping(self) -> None:
        """Raise `StoreUnavailable` unless the database answers."""
        try:
            await self.database.command("ping")
        except PyMongoError as error:
            raise unavailable("answer") from error

    async def close(self) -> None:
        """Close the client, for tests and tools; a Lambda environment never does."""
        if self._client is not None:
            await self._client.close()
            self._client = None


def unavailable(what: str) -> StoreUnavailable:
    """The error for a driver failure while trying to `what`."""
    return StoreUnavailable(f"the database could not {what}; try again shortly")


async def paged[T](
    collection: Collection,
    query: Document,
    key: str,
    window: Window,
    parsed: Callable[[Document], T],
    *,
    newest_first: bool = False,
) -> Page[T]:
    """One page of what `query` finds, in the order of `key`, which must be unique within the query."""
    if window.after is not None:
        query = query | {key: {"$lt" if newest_first else "$gt": window.after}}
    order = -1 if newest_first else 1
    try:
        cursor = collection.find(query).sort(key, order).limit(window.limit + 1)
        documents = [document async for document in cursor]
    except PyMongoError as error:
        raise unavailable("read the list") from error
    items = documents[: window.limit]
    following = _at(items[-1], key) if len(documents) > window.limit else None
    return Page(items=tuple(parsed(document) for document in items), next_after=following)


def _at(document: Document, key: str) -> str:
    """The value at a key, which may lead into embedded documents, as in `draft.sku`."""
    return str(reduce(lambda inner, name: inner[name], key.split("."), document))
