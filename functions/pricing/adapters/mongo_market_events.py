"""Changes of offers that wait for alerts, in MongoDB: one of each offer at most."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import datetime, timedelta

from pymongo import ASCENDING, IndexModel, UpdateOne

from pricing.adapters.mongo_alert_rules import COLLECTION as RULES
from pricing.domain.alerts.market import MarketEvent, OfferState, event_of
from pricing.domain.market import Offer
from shared.kernel.identifiers import derived_id
from shared.runtime.mongo import Document, Mongo, Session

COLLECTION = "market_events"
# What nobody took up by then is no news any more.
KEPT = timedelta(days=2)
INDEXES = (
    IndexModel([("organisation_id", ASCENDING), ("shop_id", ASCENDING), ("at", ASCENDING)], name="of_shop"),
    IndexModel([("at", ASCENDING)], expireAfterSeconds=int(KEPT.total_seconds()), name="forgotten"),
)


async def note_events(
    mongo: Mongo, before: Mapping[str, Offer], after: Iterable[Offer], at: datetime, session: Session
) -> None:
    """Note what changed of offers, in the transaction that records it, where a rule of their shop wants to know.

    A change that waits keeps its beginning, so that a price that returns leaves nothing to tell.
    """
    found = [event_of(before[one.offer_id], one, at) for one in after if one.offer_id in before]
    events = [one for one in found if one is not None]
    if not events:
        return
    wanted = set()
    for organisation_id, shop_id in sorted({(one.organisation_id, one.shop_id) for one in events}):
        on: Document = {"organisation_id": organisation_id, "shop_id": shop_id, "enabled": True}
        if await mongo.collection(RULES).find_one(on, {"_id": 1}, session=session) is not None:
            wanted.add((organisation_id, shop_id))
    writes = [_noted(one) for one in events if (one.organisation_id, one.shop_id) in wanted]
    if writes:
        await mongo.collection(COLLECTION).bulk_write(writes, ordered=False, session=session)


def event_key(event: MarketEvent) -> Document:
    """Where a change waits."""
    key = derived_id("mev", event.organisation_id, event.offer_id)
    return {"_id": key, "organisation_id": event.organisation_id}


def event_from(document: Document) -> MarketEvent:
    """The change in a stored document, or in a line of an alert."""
    fields = {key: value for key, value in document.items() if key != "_id"}
    states = {name: OfferState(**fields[name]) for name in ("before", "after")}
    return MarketEvent(**(fields | states))


def _noted(event: MarketEvent) -> UpdateOne:
    first = asdict(event)
    after, changes = first.pop("after"), first.pop("changes")
    key = event_key(event)
    del first["organisation_id"]
    return UpdateOne(key, {"$setOnInsert": first, "$set": {"after": after}, "$inc": {"changes": changes}}, upsert=True)
