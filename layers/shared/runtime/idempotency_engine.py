"""Powertools' idempotency engine over the house's own MongoDB. Loaded when the first request with a key comes.

The engine is synchronous: it runs on a thread, and what it asks of the database and of the application runs on the
event loop of the request.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from datetime import UTC, datetime
from typing import Any, cast

from aws_lambda_powertools.utilities.idempotency import IdempotencyConfig
from aws_lambda_powertools.utilities.idempotency.base import IdempotencyHandler
from aws_lambda_powertools.utilities.idempotency.exceptions import (
    IdempotencyAlreadyInProgressError,
    IdempotencyInconsistentStateError,
    IdempotencyItemAlreadyExistsError,
    IdempotencyItemNotFoundError,
    IdempotencyPersistenceLayerError,
    IdempotencyValidationError,
)
from aws_lambda_powertools.utilities.idempotency.persistence.base import BasePersistenceLayer
from aws_lambda_powertools.utilities.idempotency.persistence.datarecord import STATUS_CONSTANTS, DataRecord
from aws_lambda_powertools.utilities.typing import LambdaContext
from pymongo.errors import DuplicateKeyError

from shared.kernel.clock import system_clock
from shared.runtime.deadline import remaining
from shared.runtime.idempotency import LONGEST_REQUEST_SECONDS, Kept, as_record, from_record
from shared.runtime.mongo import Collection, Document

KEPT_SECONDS = 24 * 3600
RUNNING = STATUS_CONSTANTS["INPROGRESS"]

PayloadDiffers = IdempotencyValidationError
StillRunning = (IdempotencyAlreadyInProgressError, IdempotencyInconsistentStateError)
StoreFailed = IdempotencyPersistenceLayerError


class _NotKept(Exception):
    def __init__(self, answer: Kept) -> None:
        super().__init__()
        self.answer = answer


class _Time:
    """How long the engine takes a request for alive."""

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds, as Lambda tells them."""
        left = remaining()
        return int((LONGEST_REQUEST_SECONDS if left is None else left) * 1000)


class MongoRecords(BasePersistenceLayer):
    """Records in the house's database. `first_at` is when the request of the present record first came."""

    def __init__(self, collection: Collection, organisation_id: str, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # Powertools has not typed it
        self._collection = collection
        self._organisation_id = organisation_id
        self._loop = loop
        self._attempt = 0
        self.first_at = system_clock()

    def wait[T](self, work: Coroutine[Any, Any, T]) -> T:
        """Run on the request's loop what the engine's thread waits for."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    def _get_record(self, idempotency_key: str) -> DataRecord:
        found = self.wait(self._collection.find_one({"_id": idempotency_key}))
        if found is None:
            raise IdempotencyItemNotFoundError
        return _record(found)

    def _put_record(self, data_record: DataRecord) -> None:
        self.wait(self._begin(data_record))

    async def _begin(self, record: DataRecord) -> None:
        """Begin a request, or take one over that is dead; anything else is there already."""
        found = await self._collection.find_one({"_id": record.idempotency_key})
        at = system_clock()
        if found is not None and _is_alive(found, at):
            raise self._exists(record, found)
        old = found if found is not None and found["expires_at"] > at else {}
        same = old.get("payload_hash") == record.payload_hash
        self.first_at = old["first_at"] if same else at
        self._attempt = (0 if found is None else found["attempt"]) + 1
        document = self._document(record)
        try:
            if found is None:
                await self._collection.insert_one(document)
                return
            mine = {"_id": record.idempotency_key, "attempt": found["attempt"], "status": found["status"]}
            if (await self._collection.replace_one(mine, document)).matched_count:
                return
        except DuplicateKeyError:
            pass
        # Somebody else was quicker; if they are gone again, the engine asks once more.
        found = await self._collection.find_one({"_id": record.idempotency_key})
        raise self._exists(record, found) if found else IdempotencyItemAlreadyExistsError

    def _exists(self, record: DataRecord, found: Document) -> IdempotencyItemAlreadyExistsError:
        old = _record(found)
        self._validate_payload(data_payload=record, stored_data_record=old)
        return IdempotencyItemAlreadyExistsError(old_data_record=old)

    def _update_record(self, data_record: DataRecord) -> None:
        done = {"status": data_record.status, "response": data_record.response_data}
        self.wait(self._change(data_record, done | {"expires_at": _moment(data_record.expiry_timestamp)}))

    def _delete_record(self, data_record: DataRecord) -> None:
        # Not deleted but open to the next try, which must know when the first one was.
        self.wait(self._change(data_record, {"alive_until": 0}))

    async def _change(self, record: DataRecord, fields: Document) -> None:
        mine = {"_id": record.idempotency_key, "attempt": self._attempt}
        await self._collection.update_one(mine, {"$set": fields})

    def _document(self, record: DataRecord) -> Document:
        return {
            "_id": record.idempotency_key,
            "organisation_id": self._organisation_id,
            "status": record.status,
            "payload_hash": record.payload_hash,
            "response": "",
            "expires_at": _moment(record.expiry_timestamp),
            "alive_until": record.in_progress_expiry_timestamp or 0,
            "first_at": self.first_at,
            "attempt": self._attempt,
        }


class Once:
    """One run of the engine: called on a thread, it returns the answer and whether it is a replay."""

    def __init__(self, store: MongoRecords, serve: Callable[[], Awaitable[Kept]], data: dict[str, str]) -> None:
        self._store = store
        self._serve = serve
        self._data = data
        self._served: Kept | None = None

    def __call__(self) -> tuple[Kept, bool]:
        """Serve the request, or find its first answer."""
        config = IdempotencyConfig(
            event_key_jmespath="key",
            payload_validation_jmespath="payload",
            raise_on_no_idempotency_key=True,
            expires_after_seconds=KEPT_SECONDS,
            hash_function="sha256",
            lambda_context=cast(LambdaContext, _Time()),
        )
        engine = IdempotencyHandler(
            self._act, self._data, config, self._store, key_prefix="http", function_args=(), function_kwargs={}
        )
        try:
            stored: dict[str, Any] = engine.handle()
        except _NotKept as failed:
            return failed.answer, False
        return (from_record(stored), True) if self._served is None else (self._served, False)

    def _act(self) -> dict[str, Any]:
        async def serving() -> Kept:
            return await self._serve()

        kept = self._store.wait(serving())
        if not kept.succeeded:
            raise _NotKept(kept)
        self._served = kept
        return as_record(kept)


def _is_alive(found: Document, at: datetime) -> bool:
    if found["expires_at"] <= at:
        return False
    return bool(found["status"] != RUNNING or found["alive_until"] > at.timestamp() * 1000)


def _record(found: Document) -> DataRecord:
    return DataRecord(
        idempotency_key=found["_id"],
        status=found["status"],
        expiry_timestamp=int(found["expires_at"].timestamp()),
        in_progress_expiry_timestamp=found["alive_until"],
        response_data=found["response"],
        payload_hash=found["payload_hash"],
    )


def _moment(seconds: int | None) -> datetime:
    return datetime.fromtimestamp(seconds or 0, UTC)


__all__ = ["MongoRecords", "Once", "PayloadDiffers", "StillRunning", "StoreFailed"]
