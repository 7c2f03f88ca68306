"""Receivers of webhooks and what is on its way to them, in MongoDB."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from pymongo import ASCENDING, DESCENDING, IndexModel, UpdateOne
from pymongo.errors import PyMongoError

from pricing.domain.errors import TooManyWebhookEndpoints, WebhookEndpointNotFound
from pricing.domain.webhook import MOST_ENDPOINTS, Delivery, Secret, WebhookEndpoint, WebhookEvent
from shared.kernel.identifiers import derived_id
from shared.kernel.paging import Page, Window
from shared.runtime.mongo import Document, Mongo, Session, paged, unavailable

ENDPOINTS = "webhook_endpoints"
DELIVERIES = "webhook_deliveries"
KEPT = timedelta(days=30)
ENDPOINT_INDEXES = (IndexModel([("organisation_id", ASCENDING), ("_id", DESCENDING)], name="newest_first"),)
DELIVERY_INDEXES = (
    IndexModel([("next_at", ASCENDING)], name="due"),
    IndexModel([("organisation_id", ASCENDING), ("sequence", DESCENDING)], name="newest_first"),
    IndexModel(
        [("organisation_id", ASCENDING), ("endpoint_id", ASCENDING), ("sequence", DESCENDING)], name="of_receiver"
    ),
    IndexModel([("created_at", ASCENDING)], expireAfterSeconds=int(KEPT.total_seconds()), name="forgotten"),
)


async def tell_webhooks(
    mongo: Mongo,
    organisation_id: str,
    event: WebhookEvent,
    event_id: str,
    data: Mapping[str, Any],
    at: datetime,
    session: Session,
) -> None:
    """Keep an event on its way to each receiver that wants it, in the transaction of what it tells of."""
    query: Document = {"organisation_id": organisation_id}
    found = mongo.collection(ENDPOINTS).find(query, session=session)
    wanted = [one for one in [endpoint_from(each) async for each in found] if one.enabled and event in one.events]
    if not wanted:
        return
    told = {"type": event, "timestamp": at.isoformat(), "data": data}
    body = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
    deliveries = [
        Delivery(
            delivery_id=derived_id("whd", organisation_id, one.endpoint_id, event_id),
            organisation_id=organisation_id,
            endpoint_id=one.endpoint_id,
            event_id=event_id,
            event=event,
            body=body,
            created_at=at,
            next_at=at,
        )
        for one in wanted
    ]
    await mongo.collection(DELIVERIES).bulk_write([_new(one) for one in deliveries], ordered=False, session=session)


def endpoint_from(document: Document) -> WebhookEndpoint:
    """The receiver in a stored document."""
    fields = {key: value for key, value in document.items() if key != "_id"}
    made = {"events": frozenset(fields["events"]), "secrets": tuple(Secret(**one) for one in fields["secrets"])}
    return WebhookEndpoint(endpoint_id=document["_id"], **(fields | made))


def delivery_from(document: Document) -> Delivery:
    """The delivery in a stored document."""
    fields = {key: value for key, value in document.items() if key not in {"_id", "sequence"}}
    return Delivery(delivery_id=document["_id"], **fields)


class MongoWebhooks:
    """The webhook_endpoints and webhook_deliveries collections of the pricing database."""

    def __init__(self, mongo: Mongo) -> None:
        self._mongo = mongo

    async def add(self, endpoint: WebhookEndpoint) -> None:
        """Keep a new receiver; `TooManyWebhookEndpoints` when there are as many as there may be."""
        endpoints = self._mongo.collection(ENDPOINTS)
        try:
            if await endpoints.count_documents({"organisation_id": endpoint.organisation_id}) >= MOST_ENDPOINTS:
                detail = f"there are {MOST_ENDPOINTS}; remove one first"
                raise TooManyWebhookEndpoints(detail)
            await endpoints.insert_one(_endpoint_document(endpoint))
        except PyMongoError as error:
            raise unavailable("store the receiver of webhooks") from error

    async def get(self, organisation_id: str, endpoint_id: str) -> WebhookEndpoint:
        """Return one receiver; `WebhookEndpointNotFound` when there is none."""
        try:
            document = await self._mongo.collection(ENDPOINTS).find_one(_key(organisation_id, endpoint_id))
        except PyMongoError as error:
            raise unavailable("read the receiver of webhooks") from error
        if document is None:
            detail = f"no receiver «{endpoint_id}»; GET /pricing/webhook-endpoints lists them"
            raise WebhookEndpointNotFound(detail)
        return endpoint_from(document)

    async def keep(self, endpoint: WebhookEndpoint) -> None:
        """Keep a receiver as it is now; one that was removed stays removed."""
        key = _key(endpoint.organisation_id, endpoint.endpoint_id)
        try:
            await self._mongo.collection(ENDPOINTS).replace_one(key, _endpoint_document(endpoint))
        except PyMongoError as error:
            raise unavailable("store the receiver of webhooks") from error

    async def remove(self, organisation_id: str, endpoint_id: str) -> None:
        """Forget a receiver; what is on its way to it is not sent any more."""
        try:
            await self._mongo.collection(ENDPOINTS).delete_one(_key(organisation_id, endpoint_id))
        except PyMongoError as error:
            raise unavailable("remove the receiver of webhooks") from error

    async def page(self, organisation_id: str, window: Window) -> Page[WebhookEndpoint]:
        """Return some receivers, newest first."""
        query: Document = {"organisation_id": organisation_id}
        endpoints = self._mongo.collection(ENDPOINTS)
        return await paged(endpoints, query, "_id", window, endpoint_from, newest_first=True)

    async def tell(self, deliveries: Sequence[Delivery]) -> None:
        """Keep events on their way; one that is kept already stays as it is."""
        try:
            await self._mongo.collection(DELIVERIES).bulk_write([_new(one) for one in deliveries], ordered=False)
        except PyMongoError as error:
            raise unavailable("store what is to be told") from error

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

    async def deliveries(self, organisation_id: str, window: Window, endpoint_id: str | None) -> Page[Delivery]:
        """Return some deliveries, newest first, to one receiver or to all."""
        query: Document = {"organisation_id": organisation_id}
        if endpoint_id is not None:
            query["endpoint_id"] = endpoint_id
        found = self._mongo.collection(DELIVERIES)
        return await paged(found, query, "sequence", window, delivery_from, newest_first=True)


def _key(organisation_id: str, name: str) -> Document:
    return {"_id": name, "organisation_id": organisation_id}


def _endpoint_document(endpoint: WebhookEndpoint) -> Document:
    fields = asdict(endpoint)
    return {"_id": fields.pop("endpoint_id")} | fields | {"events": sorted(endpoint.events)}


def _new(delivery: Delivery) -> UpdateOne:
    fields = asdict(delivery)
    key = _key(fields.pop("organisation_id"), fields.pop("delivery_id"))
    sequence = f"{delivery.created_at.isoformat(timespec='milliseconds')}/{delivery.delivery_id}"
    return UpdateOne(key, {"$setOnInsert": fields | {"sequence": sequence}}, upsert=True)
