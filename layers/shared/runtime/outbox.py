"""The outbox: a message is stored in the transaction of the change it tells of or asks for, and sent after it.

Facts go to the bus, commands to a queue. What is not sent at once (a crash, a destination that does not answer) is
sent by the house's relay function, so a message may leave twice but is never lost; its id stays the same.

Messages of one aggregate leave in the order they were told in. One that its destination refuses holds back the
later ones of its aggregate and no others; it is tried again after growing pauses, and after 25 refusals it is
parked: it stays in the collection and is counted as OutboxParked. A destination that does not answer counts against
no message. Nothing more is ordered: queues and the bus do not keep an order, so consumers must not need one.
"""

import time
from collections.abc import Mapping, Sequence

from pymongo.errors import PyMongoError

from shared.contracts.envelope import Event
from shared.kernel.clock import Clock, system_clock
from shared.kernel.errors import Unavailable
from shared.runtime.bus import Bus
from shared.runtime.claims import Claims
from shared.runtime.mongo import Mongo, Session, unavailable
from shared.runtime.observability import emit, logger
from shared.runtime.outbox_relay import Destination, Relay
from shared.runtime.outbox_rows import COLLECTION, INDEXES, OutboxRows
from shared.runtime.queues import Queue

__all__ = ["COLLECTION", "INDEXES", "BusUnavailable", "Outbox"]

ROWS_IN_A_PASS = 200
SENT_IN_A_TICK = 10_000
# A relay function may run for 60 seconds.
SECONDS_IN_A_TICK = 40.0


class BusUnavailable(Unavailable):
    """The event bus or a queue did not take a message."""

    code = "bus/unavailable"
    title = "The event bus or a queue did not take a message"


class Outbox:
    """The outbox collection of one house, and the ways from it."""

    def __init__(
        self,
        mongo: Mongo,
        source: str,
        *,
        bus: str | None = None,
        queues: Mapping[str, Queue] | None = None,
        claims: Claims | None = None,
        clock: Clock = system_clock,
    ) -> None:
        self._mongo = mongo
        self._rows = OutboxRows(mongo, clock)
        ways: dict[str | None, Destination] = {name: queue for name, queue in (queues or {}).items()}  # noqa: C416 - widens the type
        if bus is not None:
            ways[None] = Bus(bus, source)
        self._relay = Relay(self._rows, ways, claims)

    async def add(
        self, events: Sequence[Event], session: Session, *, to: str | None = None, group: str | None = None
    ) -> None:
        """Store messages in the transaction of `session`: facts for the bus, or commands `to` a queue by its name."""
        await self._rows.add(events, session, to, group)

    async def tell(self, events: Sequence[Event]) -> None:
        """Store facts that come with no change of ours, and send them."""

        async def work(session: Session) -> None:
            await self.add(events, session)

        await self._mongo.transaction(work)
        await self.relay_quietly()

    async def relay(self, limit: int = SENT_IN_A_TICK) -> int:
        """Send all that waits and say how much is left; returns how many were sent. This is the relay's tick."""
        until = time.monotonic() + SECONDS_IN_A_TICK
        sent = kept = 0
        try:
            while sent < limit and time.monotonic() < until:
                done = await self._relay.carry(min(ROWS_IN_A_PASS, limit - sent))
                sent += done.sent
                kept += done.kept
                if done.sent + done.kept < ROWS_IN_A_PASS:
                    break
            waiting = await self._rows.waiting()
        except PyMongoError as error:
            raise unavailable("hand over the waiting messages") from error
        emit("OutboxWaiting", waiting.count)
        emit("OutboxOldest", waiting.oldest_seconds, "Seconds")
        emit("OutboxParked", waiting.parked)
        if kept:
            detail = f"{kept} messages were not taken; they wait for the next try"
            raise BusUnavailable(detail)
        return sent

    async def relay_quietly(self) -> None:
        """Send what waits, now; when that fails, the relay function will do it within a minute."""
        try:
            done = await self._relay.carry(ROWS_IN_A_PASS)
        except (PyMongoError, Unavailable) as error:
            logger.warning("messages wait for the relay", cause=repr(error))
            return
        if done.kept:
            logger.warning("messages wait for the relay", count=done.kept)
