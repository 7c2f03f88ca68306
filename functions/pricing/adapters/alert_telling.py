"""Alerts kept and told, in the transaction of what they are raised by."""

from collections.abc import Sequence

from pymongo import UpdateOne

from pricing.adapters.mongo_alert_rules import CAUSES
from pricing.adapters.mongo_alerts import COLLECTION as ALERTS
from pricing.adapters.mongo_alerts import alert_document, cause_key
from pricing.adapters.mongo_receivers import tell_receivers
from pricing.domain.alerts.alert import Alert, Cause
from pricing.domain.alerts.tokens import tokens_of
from shared.runtime.mongo import Document, Mongo, Session


async def keep_told(
    mongo: Mongo, api_url: str, alerts: Sequence[Alert], causes: Sequence[Cause], session: Session
) -> None:
    """Keep alerts and when their causes were told, and have their receivers told."""
    if causes:
        await mongo.collection(CAUSES).bulk_write([_told(one) for one in causes], ordered=False, session=session)
    if alerts:
        await mongo.collection(ALERTS).insert_many([alert_document(one) for one in alerts], session=session)
    for one in alerts:
        link = f"{api_url}/pricing/alerts/{one.alert_id}"
        # Templates are written for the market; of work that failed there is no competitor and no price.
        values = None if one.kind == "failure" else tokens_of(one, link)
        whose, name, at = one.organisation_id, one.alert_id, one.raised_at
        await tell_receivers(mongo, whose, "alert.raised", name, _told_alert(one, link), at, session, values)


def _told_alert(alert: Alert, link: str) -> Document:
    """An alert as receivers are told of it; its lines are read by its id."""
    names = ("alert_id", "rule_id", "shop_id", "kind", "text", "competitor_id", "direction", "currency", "offers")
    plain = {name: getattr(alert, name) for name in (*names, "products", "under_floor")}
    return plain | {"money": None if alert.money is None else f"{alert.money:f}", "link": link}


def _told(cause: Cause) -> UpdateOne:
    # What people said of a cause meanwhile stays.
    first = {name: getattr(cause, name) for name in ("shop_id", "rule_id", "cause")} | {"level": 0}
    return UpdateOne(cause_key(cause), {"$set": {"told_at": cause.told_at}, "$setOnInsert": first}, upsert=True)
