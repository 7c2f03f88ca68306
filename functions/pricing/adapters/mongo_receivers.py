"""Receivers and what is on its way to them, in MongoDB. Secrets lie there sealed."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from pymongo import ASCENDING, DESCENDING, IndexModel, UpdateOne
from pymongo.errors import DuplicateKeyError, PyMongoError

from pricing.domain.delivery import Delivery
from pricing.domain.errors import ReceiverNotFound, TooManyReceivers
from pricing.domain.receiver import MOST_RECEIVERS, EventName, Proof, Receiver, Secret
from pricing.domain.told import Wording, body_of
from shared.kernel.identifiers import derived_id
from shared.kernel.paging import Page, Window
from shared.runtime.mongo import Document, Mongo, Session, paged, unavailable

RECEIVERS = "receivers"
DELIVERIES = "deliveries"
# Where receivers were kept with their secrets in clear.
GONE = ("webhook_endpoints", "webhook_deliveries")
KEPT = timedelta(days=30)
RECEIVER_INDEXES = (
    IndexModel([("organisation_id", ASCENDING), ("_id", DESCENDING)], name="newest_first"),
    # So many places, so many receivers, however many are registered at once.
    IndexModel([("organisation_id", ASCENDING), ("place", ASCENDING)], name="places", unique=True),
)
DELIVERY_INDEXES = (
    IndexModel([("next_at", ASCENDING)], name="due"),
    IndexModel([("organisation_id", ASCENDING), ("sequence", DESCENDING)], name="newest_first"),
    IndexModel(
        [("organisation_id", ASCENDING), ("receiver_id", ASCENDING), ("sequence", DESCENDING)], name="of_receiver"
    ),
    IndexModel([("organisation_id", ASCENDING), ("event", ASCENDING), ("created_at", ASCENDING)], name="of_event"),
    IndexModel([("created_at", ASCENDING)], expireAfterSeconds=int(KEPT.total_seconds()), name="forgotten"),
)


async def tell_receivers(
    mongo: Mongo,
    organisation_id: str,
    event: EventName,
    event_id: str,
    data: Mapping[str, Any],
    at: datetime,
    session: Session,
    values: Mapping[str, str] | None = None,
) -> None:
    """Keep an event on its way to each receiver that wants it, in the transaction of what it tells of.

    `values` are those of the tokens that a receiver's template may have.
    """
    query: Document = {"organisation_id": organisation_id}
    found = mongo.collection(RECEIVERS).find(query, session=session)
    wanted = [one for one in [receiver_from(each) async for each in found] if one.enabled and event in one.events]
    if not wanted:
        return
    deliveries = [
        Delivery(
            delivery_id=derived_id("dlv", organisation_id, one.receiver_id, event_id),
            organisation_id=organisation_id,
            receiver_id=one.receiver_id,
            event_id=event_id,
            event=event,
            body=body_of(one.channel, event, data, at, _wording(one, values)),
            created_at=at,
            next_at=at,
        )
        for one in wanted
    ]
    await mongo.collection(DELIVERIES).bulk_write([_new(one) for one in deliveries], ordered=False, session=session)


def _wording(receiver: Receiver, values: Mapping[str, str] | None) -> Wording | None:
    return None if values is None or not receiver.template else Wording(receiver.template, values)


def receiver_from(document: Document) -> Receiver:
    """The receiver in a stored document."""
    fields = {key: value for key, value in document.items() if key not in {"_id", "place"}}
    proof = fields["proof"]
    made = {
        "events": frozenset(fields["events"]),
        "secrets": tuple(Secret(**one) for one in fields["secrets"]),
        "proof": None if proof is None else Proof(**proof),
    }
    return Receiver(receiver_id=document["_id"], **(fields | made))


def delivery_from(document: Document) -> Delivery:
    """The delivery in a stored document."""
    fields = {key: value for key, value in document.items() if key not in {"_id", "sequence"}}
    return Delivery(delivery_id=document["_id"], **fields)


class MongoReceivers:
    """The receivers and deliveries collections of the pricing database."""

    def __init__(self, mongo: Mongo) -> None:
        self._mongo = mongo

    async def add(self, receiver: Receiver) -> None:
        """Keep a new receiver; `TooManyReceivers` when there are as many as there may be, also for two at once."""
        receivers = self._mongo.collection(RECEIVERS)
        own: Document = {"organisation_id": receiver.organisation_id}
        try:
            taken = {one["place"] async for one in receivers.find(own, {"place": 1})}
            for place in sorted(set(range(MOST_RECEIVERS)) - taken):
                try:
                    await receivers.insert_one(_document(receiver) | {"place": place})
                except DuplicateKeyError:
                    continue
                return
        except PyMongoError as error:
            raise unavailable("store the receiver") from error
        raise TooManyReceivers(f"there are {MOST_RECEIVERS}; remove one first")

    async def get(self, organisation_id: str, receiver_id: str) -> Receiver:
        """Return one receiver; `ReceiverNotFound` when there is none."""
        try:
            document = await self._mongo.collection(RECEIVERS).find_one(_key(organisation_id, receiver_id))
        except PyMongoError as error:
            raise unavailable("read the receiver") from error
        return _there(document, receiver_id)

    async def change(self, organisation_id: str, receiver_id: str, change: Callable[[Receiver], Receiver]) -> Receiver:
        """Keep what `change` makes of a receiver, one change after the other; `ReceiverNotFound` without one."""
        key = _key(organisation_id, receiver_id)

        async def work(session: Session) -> Receiver:
            receivers = self._mongo.collection(RECEIVERS)
            changed = change(_there(await receivers.find_one(key, session=session), receiver_id))
            fields = {name: value for name, value in _document(changed).items() if name != "_id"}
            await receivers.update_one(key, {"$set": fields}, session=session)
            return changed

        return await self._mongo.transaction(work)

    async def remove(self, organisation_id: str, receiver_id: str) -> None:
        """Forget a receiver; what is on its way to it is not sent any more."""
        try:
            await self._mongo.collection(RECEIVERS).delete_one(_key(organisation_id, receiver_id))
        except PyMongoError as error:
            raise unavailable("remove the receiver") from error

    async def page(self, organisation_id: str, window: Window) -> Page[Receiver]:
        """Return some receivers, newest first."""
        query: Document = {"organisation_id": organisation_id}
        receivers = self._mongo.collection(RECEIVERS)
        return await paged(receivers, query, "_id", window, receiver_from, newest_first=True)

    async def tell(self, deliveries: Sequence[Delivery]) -> None:
        """Keep events on their way; one that is kept already stays as it is."""
        try:
            await self._mongo.collection(DELIVERIES).bulk_write([_new(one) for one in deliveries], ordered=False)
        except PyMongoError as error:
            raise unavailable("store what is to be told") from error

    async def codes_since(self, organisation_id: str, at: datetime) -> int:
        """Return how many codes were sent since a moment."""
        query = {"organisation_id": organisation_id, "event": "receiver.confirmation", "created_at": {"$gte": at}}
        try:
            return await self._mongo.collection(DELIVERIES).count_documents(query)
        except PyMongoError as error:
            raise unavailable("count the codes") from error

    async def due(self, at: datetime, limit: int) -> Sequence[Delivery]:
        """Return deliveries of every organisation whose next attempt is due, oldest first."""
        try:
            found = self._mongo.collection(DELIVERIES).find({"next_at": {"$lte": at}}).sort("next_at", ASCENDING)
            return [delivery_from(one) async for one in found.limit(limit)]
        except PyMongoError as error:
            raise unavailable("read what is to be told") from error

    async def delivery(self, organisation_id: str, delivery_id: str) -> Delivery | None:
        """Return one delivery, if there is one."""
        try:
            document = await self._mongo.collection(DELIVERIES).find_one(_key(organisation_id, delivery_id))
        except PyMongoError as error:
            raise unavailable("read the delivery") from error
        return None if document is None else delivery_from(document)

    async def move(self, before: Delivery, after: Delivery) -> bool:
        """Keep what became of a delivery, unless somebody else changed it since."""
        as_read = _key(before.organisation_id, before.delivery_id)
        as_read |= {"state": before.state, "attempts": before.attempts, "next_at": before.next_at}
        names = ("state", "attempts", "next_at", "last_status", "last_failure", "ended_at")
        change = {"$set": {name: getattr(after, name) for name in names}}
        try:
            return bool((await self._mongo.collection(DELIVERIES).update_one(as_read, change)).matched_count)
        except PyMongoError as error:
            raise unavailable("store the delivery") from error

    async def deliveries(self, organisation_id: str, window: Window, receiver_id: str | None) -> Page[Delivery]:
        """Return some deliveries, newest first, to one receiver or to all."""
        query: Document = {"organisation_id": organisation_id}
        if receiver_id is not None:
            query["receiver_id"] = receiver_id
        found = self._mongo.collection(DELIVERIES)
        return await paged(found, query, "sequence", window, delivery_from, newest_first=True)


def _key(organisation_id: str, name: str) -> Document:
    return {"_id": name, "organisation_id": organisation_id}


def _there(document: Document | None, receiver_id: str) -> Receiver:
    if document is None:
        raise ReceiverNotFound(f"no receiver «{receiver_id}»; GET /pricing/receivers lists them")
    return receiver_from(document)


def _document(receiver: Receiver) -> Document:
    fields = asdict(receiver)
    return {"_id": fields.pop("receiver_id")} | fields | {"events": sorted(receiver.events)}


def _new(delivery: Delivery) -> UpdateOne:
    fields = asdict(delivery)
    key = _key(fields.pop("organisation_id"), fields.pop("delivery_id"))
    sequence = f"{delivery.created_at.isoformat(timespec='milliseconds')}/{delivery.delivery_id}"
    return UpdateOne(key, {"$setOnInsert": fields | {"sequence": sequence}}, upsert=True)
