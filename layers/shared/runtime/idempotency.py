"""`Idempotency-Key`: a request that comes again is answered with the first answer, and acts once.

A key belongs to an organisation, a caller, a method and a path, for a day. Answers of success are kept and replayed
byte for byte; a refusal or a failure is not kept, so the same key may be used again when its cause is gone. The record
of a request remembers when it first came, and every id that the request makes follows from that (`fresh_id`): one that
died between its effect and its record meets, when it comes again, the things it made before.
"""

import asyncio
import hashlib
import json
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, partial
from typing import Any

from pymongo import ASCENDING, IndexModel

from shared.kernel.errors import Conflict, Invalid, Malformed
from shared.kernel.identifiers import repeatable_ids
from shared.runtime.mongo import Mongo, unavailable

COLLECTION = "idempotency"
INDEXES = (IndexModel([("expires_at", ASCENDING)], expireAfterSeconds=0, name="expiry"),)
LONGEST_KEY = 255
# A request that Lambda does not end is given up for dead after this.
LONGEST_REQUEST_SECONDS = 30.0
ENGINES = 32

type Headers = list[tuple[str, str]]


class KeyMalformed(Malformed):
    """The Idempotency-Key cannot be used as one."""

    code = "idempotency/malformed-key"
    title = "The Idempotency-Key is malformed"


class KeyMissing(Malformed):
    """This operation is not done without an Idempotency-Key."""

    code = "idempotency/missing-key"
    title = "The Idempotency-Key is missing"


class KeyReused(Invalid):
    """The key was used for another request."""

    code = "idempotency/key-reused"
    title = "The Idempotency-Key belongs to another request"


class InFlight(Conflict):
    """The first request with this key is not answered yet."""

    code = "idempotency/in-flight"
    title = "The first request with this key is still running"
    retry_after_seconds = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """An answer as it is kept."""

    status: int
    headers: Headers
    body: bytes

    @property
    def succeeded(self) -> bool:
        """Whether the answer is one that a second request gets as well."""
        return self.status < 400  # noqa: PLR2004


@dataclass(frozen=True, slots=True, kw_only=True)
class Keyed:
    """A request that carries a key."""

    organisation_id: str
    caller: str
    method: str
    path: str
    query: bytes
    key: str
    body: bytes

    @property
    def scope(self) -> str:
        """Whose key it is, and for what."""
        parts = (self.organisation_id, self.caller, self.method, self.path, self.key)
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def checked_key(key: str) -> str:
    """The key, when it is printable ASCII and not too long."""
    if not 1 <= len(key) <= LONGEST_KEY or not key.isascii() or not key.isprintable():
        raise KeyMalformed(f"send 1 to {LONGEST_KEY} printable ASCII characters, such as a UUID")
    return key


def fingerprint(body: bytes, query: bytes = b"") -> str:
    """What a request says: the order of keys and white space say nothing; 1, 1.0 and "1" say different things."""
    try:
        said = json.loads(body, parse_float=Decimal)
        plain = json.dumps(said, sort_keys=True, separators=(",", ":"), default=lambda number: ["decimal", str(number)])
    except (ValueError, RecursionError):
        plain = "raw:" + hashlib.sha256(body).hexdigest()
    return hashlib.sha256(plain.encode("utf-8", "surrogatepass") + b"?" + query).hexdigest()


@cache
def _engines() -> ThreadPoolExecutor:
    # Its own threads: an engine waits for its request, which may itself wait for a thread of the loop's.
    return ThreadPoolExecutor(ENGINES, thread_name_prefix="idempotency")


async def answered_once(mongo: Mongo, request: Keyed, serve: Callable[[], Awaitable[Kept]]) -> tuple[Kept, bool]:
    """The answer to a request, and whether it is a replay of the first one."""
    # The engine costs as much as the web framework to load: only a process that sees a key loads it.
    from shared.runtime import idempotency_engine as engine  # noqa: PLC0415

    loop = asyncio.get_running_loop()
    store = engine.MongoRecords(mongo.collection(COLLECTION), request.organisation_id, loop)
    said = fingerprint(request.body, request.query)

    async def serving() -> Kept:
        with repeatable_ids(f"{request.scope}|{said}", store.first_at):
            return await serve()

    ran = engine.Once(store, serving, {"key": request.scope, "payload": said})
    try:
        return await loop.run_in_executor(_engines(), partial(copy_context().run, ran))
    except engine.PayloadDiffers:
        raise KeyReused("send another Idempotency-Key, or the request that this one was first sent with") from None
    except engine.StillRunning:
        raise InFlight("wait for the answer to the first request, then send this one again") from None
    except engine.StoreFailed as error:
        # Without its record nobody could tell whether the request acted: rather no effect than two.
        raise unavailable("keep the Idempotency-Key") from error


def as_record(kept: Kept) -> dict[str, Any]:
    """The stored form of an answer."""
    return {
        "status": kept.status,
        "headers": [list(pair) for pair in kept.headers],
        "body": kept.body.decode("latin-1"),
    }


def from_record(stored: dict[str, Any]) -> Kept:
    """The answer in a record."""
    headers = [(str(name), str(value)) for name, value in stored["headers"]]
    return Kept(status=int(stored["status"]), headers=headers, body=str(stored["body"]).encode("latin-1"))
