"""The rows of an outbox: stored with a change, leased by one relay at a time, deleted when their message has left.

`due_at` says when a row may be taken: at once when it is stored, after the lease when a relay took it (and may have
died), after a pause when its destination refused it, never when that happened too often. `turn` says who comes first.
"""

import random
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from pymongo import ASCENDING, DESCENDING, IndexModel, UpdateOne

from shared.contracts.envelope import Event
from shared.kernel.clock import Clock
from shared.runtime.mongo import Document, Mongo, Session
from shared.runtime.queues import parcel_of

COLLECTION = "outbox"
INDEXES = (
    IndexModel([("turn", ASCENDING), ("_id", ASCENDING)], name="in_turns"),
    IndexModel([("organisation_id", ASCENDING), ("turn", DESCENDING)], name="last_turn"),
    IndexModel(
        [("aggregate", ASCENDING), ("sequence", DESCENDING)],
        partialFilterExpression={"aggregate": {"$type": "string"}},
        name="of_aggregate",
    ),
)
LEASE = timedelta(seconds=60)
LONGEST_PAUSE_SECONDS = 900
REFUSALS_UNTIL_PARKED = 25


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """What waits in an outbox: how many messages, the age of the oldest, and how many nobody tries any more."""

    count: int
    oldest_seconds: float
    parked: int


class OutboxRows:
    """The outbox collection of one house."""

    def __init__(self, mongo: Mongo, clock: Clock) -> None:
        self._mongo = mongo
        self._clock = clock

    async def add(self, events: Sequence[Event], session: Session, to: str | None, group: str | None) -> None:
        """Store messages in the transaction of `session`; one that waits already stays as it is."""
        if not events:
            return
        latest = {name: await self._latest(name, session) for name in sorted({*filter(None, map(_aggregate, events))})}
        turns = await self._turns(sorted({event.organisation_id for event in events}), session)
        writes = []
        for event in events:
            name = _aggregate(event)
            if name is not None:
                latest[name] += 1
            row = self._row(event, to, group) | {
                "aggregate": name,
                "sequence": latest.get(name or "", 0),
                "turn": turns[event.organisation_id],
            }
            turns[event.organisation_id] += 1
            writes.append(UpdateOne({"_id": row.pop("_id")}, {"$setOnInsert": row}, upsert=True))
        await self._mongo.collection(COLLECTION).bulk_write(writes, session=session)

    async def _turns(self, organisations: Sequence[str], session: Session) -> dict[str, int]:
        """Each organisation's next turn: behind its own last, and not before those that wait now.

        What one organisation stores at once gets turns one after the other, so the first of another's, however much
        later it comes, leaves next (start-time fair queueing).
        """
        rows = self._mongo.collection(COLLECTION)
        waiting: Document = {"due_at": {"$ne": None}}
        first = await rows.find_one(waiting, {"turn": 1}, sort=[("turn", ASCENDING)], session=session)
        now = 0 if first is None else int(first["turn"])
        turns: dict[str, int] = {}
        for organisation_id in organisations:
            own = {"organisation_id": organisation_id}
            last = await rows.find_one(own, {"turn": 1}, sort=[("turn", DESCENDING)], session=session)
            turns[organisation_id] = max(now, 0 if last is None else int(last["turn"]) + 1)
        return turns

    async def _latest(self, aggregate: str, session: Session) -> int:
        """The highest number among the aggregate's waiting rows: who depends on their change has seen them."""
        newest = await self._mongo.collection(COLLECTION).find_one(
            {"aggregate": aggregate}, {"sequence": 1}, sort=[("sequence", DESCENDING)], session=session
        )
        return 0 if newest is None else int(newest["sequence"])

    def _row(self, event: Event, to: str | None, group: str | None) -> Document:
        parcel = parcel_of(event, group)
        now = self._clock()
        return {
            "_id": parcel.id,
            "organisation_id": event.organisation_id,
            "type": parcel.type,
            "to": to,
            "group": parcel.group,
            "occurred_at": parcel.occurred_at,
            "body": parcel.body,
            "size": len(parcel.body.encode()),
            "added_at": now,
            "due_at": now,
            "refusals": 0,
            "taken_by": None,
        }

    async def take(self, known: Sequence[str | None], largest: int | None, limit: int) -> list[Document]:
        """Lease due rows for known destinations, without those that an earlier row of their aggregate holds back."""
        now = self._clock()
        rows = self._mongo.collection(COLLECTION)
        query: Document = {"due_at": {"$lte": now}, "to": {"$in": list(known)}}
        if largest is not None:
            query["size"] = {"$lte": largest}
        due = [row async for row in rows.find(query).sort([("turn", ASCENDING), ("_id", ASCENDING)]).limit(limit)]
        if not due:
            return []
        ids = [row["_id"] for row in due]
        mark = secrets.token_hex(8)
        lease = {"$set": {"due_at": now + LEASE, "taken_by": mark}}
        # Two relays may see the same rows due; each row is leased to the one whose write comes first.
        leased = await rows.update_many({"_id": {"$in": ids}, "due_at": {"$lte": now}}, lease)
        if leased.modified_count == len(ids):
            taken = due
        else:
            taken = [row async for row in rows.find({"_id": {"$in": ids}, "taken_by": mark})]
        first = await self._first_of_others(taken, mark)
        held = [row for row in taken if row["sequence"] > first.get(row["aggregate"], row["sequence"])]
        await self.give_back(held)
        stays = {row["_id"] for row in held}
        return sorted(
            (row for row in taken if row["_id"] not in stays),
            key=lambda row: (row["sequence"], row["added_at"], row["_id"]),
        )

    async def _first_of_others(self, taken: Sequence[Document], mark: str) -> dict[str, int]:
        """By aggregate, the number of its first waiting row that this relay did not take."""
        names = sorted({row["aggregate"] for row in taken if row["aggregate"] is not None})
        if not names:
            return {}
        query = {"aggregate": {"$in": names}, "taken_by": {"$ne": mark}}
        first: dict[str, int] = {}
        async for row in self._mongo.collection(COLLECTION).find(query, {"aggregate": 1, "sequence": 1}):
            first[row["aggregate"]] = min(row["sequence"], first.get(row["aggregate"], row["sequence"]))
        return first

    async def left(self, rows: Sequence[Document]) -> None:
        """These have left: forget them."""
        if rows:
            await self._mongo.collection(COLLECTION).delete_many({"_id": {"$in": [row["_id"] for row in rows]}})

    async def give_back(self, rows: Sequence[Document]) -> None:
        """These were not tried: they are due as before."""
        if rows:
            again = {"$set": {"due_at": self._clock(), "taken_by": None}}
            await self._mongo.collection(COLLECTION).update_many({"_id": {"$in": [row["_id"] for row in rows]}}, again)

    async def refused(self, row: Document) -> None:
        """This one was refused: it waits longer each time, and is parked when that did not help."""
        refusals = row["refusals"] + 1
        pause = random.uniform(1, min(2.0**refusals, LONGEST_PAUSE_SECONDS))  # noqa: S311 - spreads tries, hides nothing
        due = None if refusals >= REFUSALS_UNTIL_PARKED else self._clock() + timedelta(seconds=pause)
        change = {"$set": {"refusals": refusals, "due_at": due, "taken_by": None}}
        await self._mongo.collection(COLLECTION).update_one({"_id": row["_id"]}, change)

    async def waiting(self) -> Waiting:
        """What waits now."""
        parked = {"$cond": [{"$eq": ["$due_at", None]}, 1, 0]}
        counted = {"_id": None, "count": {"$sum": 1}, "oldest": {"$min": "$added_at"}, "parked": {"$sum": parked}}
        found = await (await self._mongo.collection(COLLECTION).aggregate([{"$group": counted}])).to_list(1)
        if not found:
            return Waiting(count=0, oldest_seconds=0.0, parked=0)
        age = (self._clock() - found[0]["oldest"]).total_seconds()
        return Waiting(count=int(found[0]["count"]), oldest_seconds=max(age, 0.0), parked=int(found[0]["parked"]))


def _aggregate(event: Event) -> str | None:
    return None if event.aggregate is None else f"{event.organisation_id}/{event.aggregate}"
