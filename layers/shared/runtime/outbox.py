"""The outbox: facts are stored in the transaction of the change they tell of, and sent to the bus after it.

What is not sent at once (a crash, a bus that does not answer) is sent by the house's relay function,
so a fact may be sent twice but is never lost; its id stays the same, and consumers drop the second.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pymongo import ASCENDING, IndexModel
from pymongo.errors import PyMongoError

from shared.contracts.envelope import Event
from shared.kernel.errors import Unavailable
from shared.runtime.aws import call
from shared.runtime.mongo import Document, Mongo, Session, unavailable
from shared.runtime.observability import logger

ENTRIES_IN_A_REQUEST = 10
BYTES_IN_A_REQUEST = 240_000
SENT_IN_A_TICK = 500
COLLECTION = "outbox"
INDEXES = (IndexModel([("occurred_at", ASCENDING), ("_id", ASCENDING)], name="oldest_first"),)


class BusUnavailable(Unavailable):
    """The event bus did not take an event."""

    code = "bus/unavailable"
    title = "The event bus did not take an event"


class Outbox:
    """The outbox collection of one house, and the way from it to the bus."""

    def __init__(self, mongo: Mongo, bus: str, source: str) -> None:
        self._mongo = mongo
        self._bus = bus
        self._source = source

    async def add(self, events: Sequence[Event], session: Session) -> None:
        """Store facts in the transaction of `session`. A fact that waits already stays as it is."""
        for event in events:
            document = self._document(event)
            await self._mongo.collection(COLLECTION).update_one(
                {"_id": document.pop("_id")},
                {"$setOnInsert": document},
                upsert=True,
                session=session,
            )

    async def relay(self, limit: int = SENT_IN_A_TICK) -> int:
        """Send the oldest waiting facts; returns how many were sent. One that the bus refuses keeps no other back."""
        sent = refused = 0
        try:
            waiting = self._mongo.collection(COLLECTION).find({}).sort([("occurred_at", 1), ("_id", 1)]).limit(limit)
            for some in _requests([document async for document in waiting]):
                taken = await self._send(some)
                await self._mongo.collection(COLLECTION).delete_many({"_id": {"$in": taken}})
                sent += len(taken)
                refused += len(some) - len(taken)
        except PyMongoError as error:
            raise unavailable("hand over the waiting events") from error
        if refused:
            detail = f"the bus refused {refused} of {sent + refused} events; they wait for the next try"
            raise BusUnavailable(detail)
        return sent

    async def relay_quietly(self) -> None:
        """Send what waits, now; when that fails, the relay function will do it within a minute."""
        try:
            await self.relay()
        except Unavailable as error:
            logger.warning("events wait for the relay", code=error.code, detail=error.detail)

    def _document(self, event: Event) -> Document:
        return {
            "_id": event.id,
            "organisation_id": event.organisation_id,
            "type": getattr(event, "type", ""),
            "occurred_at": event.occurred_at,
            "body": event.model_dump_json(exclude_none=True),
        }

    async def _send(self, documents: Sequence[Document]) -> list[str]:
        """Send facts in one request; return the ids of those that the bus took."""
        answered = await call("events", "put_events", Entries=[self._entry(document) for document in documents])
        if not answered.get("FailedEntryCount"):
            return [document["_id"] for document in documents]
        results = zip(documents, answered.get("Entries", ()), strict=False)
        return [document["_id"] for document, result in results if "ErrorCode" not in result]

    def _entry(self, document: Document) -> dict[str, Any]:
        moment: datetime = document["occurred_at"]
        return {
            "EventBusName": self._bus,
            "Source": self._source,
            "DetailType": document["type"],
            "Detail": document["body"],
            "Time": moment,
        }


def _requests(documents: Sequence[Document]) -> list[list[Document]]:
    """Cut into what one request to the bus may carry: ten entries, 256 KB."""
    requests: list[list[Document]] = []
    size = 0
    for document in documents:
        length = len(document["body"].encode())
        if not requests or len(requests[-1]) == ENTRIES_IN_A_REQUEST or size + length > BYTES_IN_A_REQUEST:
            requests.append([])
            size = 0
        requests[-1].append(document)
        size += length
    return requests
