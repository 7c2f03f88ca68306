"""One pass of a relay: the rows it takes leave in requests; what cannot leave now is given back or waits."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from shared.kernel.errors import Unavailable
from shared.runtime.aws import AwsUnavailable, error_code
from shared.runtime.claims import LARGEST_PLAIN_BYTES, Claims
from shared.runtime.mongo import Document
from shared.runtime.observability import logger
from shared.runtime.outbox_rows import OutboxRows
from shared.runtime.queues import Parcel, requests

# The services' names for a message that they will not take, however often it comes.
REFUSALS = frozenset(
    {
        "AWS.SimpleQueueService.BatchRequestTooLong",
        "BatchRequestTooLong",
        "InvalidMessageContents",
        "InvalidParameterValue",
        "RequestEntityTooLargeException",
        "ValidationException",
    }
)


class Destination(Protocol):
    """Where messages go: the bus, or a queue."""

    async def put(self, request: Sequence[Parcel]) -> set[str]:
        """Send what one request may carry; return the ids that were taken."""


@dataclass(slots=True)
class Done:
    """What became of a pass: how many left and how many did not, which destinations and aggregates wait."""

    sent: int = 0
    kept: int = 0
    down: set[str | None] = field(default_factory=set)
    stuck: set[str] = field(default_factory=set)

    def keep(self, rows: Sequence[Document]) -> None:
        """These did not leave, so the later ones of their aggregates must not either."""
        self.kept += len(rows)
        self.stuck |= {row["aggregate"] for row in rows if row["aggregate"] is not None}


class Relay:
    """The way of an outbox's rows to their destinations."""

    def __init__(self, rows: OutboxRows, ways: Mapping[str | None, Destination], claims: Claims | None) -> None:
        self._rows = rows
        self._ways = ways
        self._claims = claims

    async def carry(self, limit: int) -> Done:
        """Take some due rows and send them; what cannot be sent now is given back or waits."""
        largest = None if self._claims else LARGEST_PLAIN_BYTES
        rows = await self._rows.take(list(self._ways), largest, limit)
        done = Done()
        for wave in _waves(rows):
            for to in sorted({row["to"] for row in wave}, key=lambda to: to or ""):
                await self._send(to, [row for row in wave if row["to"] == to], done)
        return done

    async def _send(self, to: str | None, rows: Sequence[Document], done: Done) -> None:
        """Send the rows of one wave for one destination, as far as nothing keeps them back."""
        free = [row for row in rows if to not in done.down and row["aggregate"] not in done.stuck]
        await self._give_back([row for row in rows if row not in free], done)
        parcels = {row["_id"]: parcel for row in free if (parcel := await self._parcel(row)) is not None}
        await self._give_back([row for row in free if row["_id"] not in parcels], done)
        by_id = {row["_id"]: row for row in free}
        for request in requests(list(parcels.values())):
            asked = [by_id[parcel.id] for parcel in request]
            if to in done.down:
                await self._give_back(asked, done)
                continue
            try:
                taken = await _put(self._ways[to], request)
            except Unavailable as error:
                logger.warning("a destination takes no messages now", destination=to or "bus", detail=error.detail)
                done.down.add(to)
                await self._give_back(asked, done)
                continue
            await self._settle(asked, taken, done)

    async def _settle(self, asked: Sequence[Document], taken: set[str], done: Done) -> None:
        left = [row for row in asked if row["_id"] in taken]
        await self._rows.left(left)
        done.sent += len(left)
        for row in asked:
            if row["_id"] not in taken:
                logger.error(
                    "a message was refused", event_id=row["_id"], type=row["type"], refusals=row["refusals"] + 1
                )
                await self._rows.refused(row)
                done.keep([row])

    async def _give_back(self, rows: Sequence[Document], done: Done) -> None:
        await self._rows.give_back(rows)
        done.keep(rows)

    async def _parcel(self, row: Document) -> Parcel | None:
        """The row as it travels: a large body lies in the bucket. None when the bucket does not answer."""
        body: str = row["body"]
        if self._claims is not None and row["size"] > LARGEST_PLAIN_BYTES:
            try:
                body = await self._claims.deposit(body)
            except Unavailable as error:
                logger.warning("a large message waits for the bucket", event_id=row["_id"], detail=error.detail)
                return None
        return Parcel(id=row["_id"], type=row["type"], occurred_at=row["occurred_at"], group=row["group"], body=body)


def _waves(rows: Sequence[Document]) -> list[list[Document]]:
    """One message of each aggregate at a time, so that a request that half succeeds breaks no order."""
    waves: list[list[Document]] = []
    before: Counter[str] = Counter()
    for row in rows:
        place = 0 if row["aggregate"] is None else before[row["aggregate"]]
        if row["aggregate"] is not None:
            before[row["aggregate"]] += 1
        if place == len(waves):
            waves.append([])
        waves[place].append(row)
    return waves


async def _put(way: Destination, request: Sequence[Parcel]) -> set[str]:
    """Send a request; one that is refused as a whole is sent message by message, to find the bad one."""
    try:
        return await way.put(request)
    except AwsUnavailable as error:
        if error_code(error) not in REFUSALS:
            raise
    if len(request) == 1:
        return set()
    return {one for parcel in request for one in await _put(way, [parcel])}
