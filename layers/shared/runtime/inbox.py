"""The inbox: what one message does to the store is done once, however often the message is delivered.

The mark of a message and its effect are one transaction. A consumer whose writes are the same the second time
(natural ids, revisions) needs no inbox; one that adds up needs it.
"""

from collections.abc import Awaitable, Callable
from datetime import timedelta

from pymongo import ASCENDING, IndexModel
from pymongo.errors import DuplicateKeyError, PyMongoError

from shared.kernel.clock import Clock
from shared.runtime.mongo import Document, Mongo, Session, unavailable

COLLECTION = "inbox"
# Longer than a queue (4 days) and then its dead-letter queue (14 days) can hold a message back.
LIFETIME = timedelta(days=30)
INDEXES = (
    IndexModel(
        [("organisation_id", ASCENDING), ("consumer", ASCENDING), ("event_id", ASCENDING)], unique=True, name="once"
    ),
    IndexModel([("seen_at", ASCENDING)], expireAfterSeconds=int(LIFETIME.total_seconds()), name="expiry"),
)


class Inbox:
    """The messages that one consumer of a house has seen."""

    def __init__(self, mongo: Mongo, consumer: str, clock: Clock) -> None:
        self._mongo = mongo
        self._consumer = consumer
        self._clock = clock

    async def once[T](self, event_id: str, organisation_id: str, work: Callable[[Session], Awaitable[T]]) -> T | None:
        """Do `work` and mark its message, in one transaction; None when the message was seen before."""
        mark: Document = {"organisation_id": organisation_id, "consumer": self._consumer, "event_id": event_id}
        seen = self._mongo.collection(COLLECTION)

        async def marked(session: Session) -> T | None:
            if await seen.find_one(mark, {"_id": 1}, session=session) is not None:
                return None
            await seen.insert_one(mark | {"seen_at": self._clock()}, session=session)
            return await work(session)

        try:
            return await self._mongo.transaction(marked)
        except DuplicateKeyError:
            # Either another delivery was faster, or the work itself wrote a key that is there: only the first is fine.
            if not await self._seen(mark):
                raise
            return None

    async def _seen(self, mark: Document) -> bool:
        try:
            return await self._mongo.collection(COLLECTION).find_one(mark, {"_id": 1}) is not None
        except PyMongoError as error:
            raise unavailable("read the inbox") from error
