"""The house's own MongoDB database: one client for the life of the process, made on first use.

The driver repeats a read or a write once; nothing repeats it here. What is left of the invocation's time ends each
operation and each transaction, on the server too (`maxTimeMS` follows from it).
"""

import asyncio
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from datetime import UTC
from functools import reduce
from itertools import batched
from typing import Any

import pymongo
from bson.codec_options import CodecOptions, TypeRegistry
from bson.decimal128 import DecimalDecoder, DecimalEncoder
from pymongo import AsyncMongoClient, _csot
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import DuplicateKeyError, OperationFailure, PyMongoError

from shared.kernel.errors import Unavailable
from shared.kernel.paging import Page, Window
from shared.runtime.aws import SECRET_SECONDS, secret
from shared.runtime.deadline import HEEDED
from shared.runtime.metrics import emit

DUPLICATE_KEY = 11000
NOT_LET_IN = frozenset({18, 8000})  # AuthenticationFailed, and Atlas' own
BETWEEN_READS_SECONDS = 1.0  # a secret with a wrong password is not read again for each call
# Requests that began with the old client may still end with it.
GRACE_SECONDS = 30
IDS_AT_ONCE = 100

HEEDED.append(pymongo.timeout)

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
    client: AsyncMongoClient[Document] = AsyncMongoClient(
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
    # Under a deadline the driver looks for a server until the deadline, against its own specification.
    topology: Any = client._topology  # noqa: SLF001 - a test fails when the driver is mended or changed
    seconds = client.options.server_selection_timeout
    topology.get_server_selection_timeout = lambda: _csot.clamp_remaining(seconds)
    return client


class Mongo:
    """The database of one house, named by `settings`. Adapters take collections from it.

    Its secret is read again after five minutes and after a refused sign-in: a new password needs no deployment.
    """

    def __init__(self, secret_arn: str, database: str, *, uri: str | None = None) -> None:
        self._secret_arn, self._database, self._uri = secret_arn, database, uri
        self._in_use: str | None = None
        self._read_at = 0.0
        self._client: AsyncMongoClient[Document] | None = None

    @property
    def client(self) -> AsyncMongoClient[Document]:
        """The one client. A function that serves one message at a time may wait here for the secret."""
        if self._client is None or self.is_old:
            return self._use(self._read())
        return self._client

    async def open(self) -> None:
        """Have a client with a fresh URI, reading the secret off the event loop."""
        if self.is_old:
            self._use(await asyncio.to_thread(self._read))

    @property
    def is_old(self) -> bool:
        """Whether the secret is to be read, for the first time or again."""
        if self._uri is not None or self._client is None:
            return self._client is None
        age = time.monotonic() - self._read_at
        return age > SECRET_SECONDS or (self._read_at < _Refusals.latest and age > BETWEEN_READS_SECONDS)

    def _read(self) -> str:
        return self._uri or secret(self._secret_arn, anew=0 < self._read_at <= _Refusals.latest)["uri"]

    def _use(self, uri: str) -> AsyncMongoClient[Document]:
        self._read_at = time.monotonic()
        if self._client is None or uri != self._in_use:
            if self._client is not None:
                _leave(self._client)
            self._client, self._in_use = connected(uri), uri
        return self._client

    @property
    def database(self) -> AsyncDatabase[Document]:
        """The house's database."""
        return self.client.get_database(self._database, codec_options=OPTIONS)

    def collection(self, name: str) -> Collection:
        """One collection of it."""
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
        client, self._client = self._client, None
        if client is not None:
            await client.close()


class _Refusals:
    """When the database last refused a sign-in: every secret that was read before is then read again."""

    latest = -1.0


def _leave(client: AsyncMongoClient[Document]) -> None:
    asyncio.get_running_loop().call_later(GRACE_SECONDS, lambda: asyncio.ensure_future(client.close()))


def unavailable(what: str) -> StoreUnavailable:
    """The error for a driver failure while trying to `what`."""
    failure = sys.exception()
    emit("DependencyFailures", 1, dependency="mongodb")
    if isinstance(failure, OperationFailure) and failure.code in NOT_LET_IN:
        _Refusals.latest = time.monotonic()
    return StoreUnavailable(f"the database could not {what}; try again shortly")


async def found_among(
    collection: Collection,
    query: Document,
    key: str,
    values: Sequence[str],
    projection: Mapping[str, int] | None = None,
) -> AsyncIterator[Document]:
    """Walk through what `query` finds with one of the values at `key`, asked for some at a time.

    `PyMongoError` when the database does not answer.
    """
    for some in batched(values, IDS_AT_ONCE, strict=False):
        async for document in collection.find(query | {key: {"$in": list(some)}}, projection):
            yield document


async def paged[T](
    collection: Collection,
    query: Document,
    key: str,
    window: Window,
    parsed: Callable[[Document], T],
    *,
    newest_first: bool = False,
) -> Page[T]:
    """One page of what `query` finds, in the order of `key`, which must be unique within the query.

    What the query says of `key` itself are bounds, and the page's place lies within them.
    """
    if window.after is not None:
        query = query | {key: query.get(key, {}) | {"$lt" if newest_first else "$gt": window.after}}
    try:
        cursor = collection.find(query).sort(key, -1 if newest_first else 1).limit(window.limit + 1)
        documents = [document async for document in cursor]
    except PyMongoError as error:
        raise unavailable("read the list") from error
    following = _at(documents[window.limit - 1], key) if len(documents) > window.limit else None
    return Page(items=tuple(map(parsed, documents[: window.limit])), next_after=following)


def _at(document: Document, key: str) -> str:
    """The value at a key, which may lead into embedded documents, as in `draft.sku`."""
    return str(reduce(lambda inner, name: inner[name], key.split("."), document))
