"""Alerts in MongoDB, and what people found useful."""

from dataclasses import asdict, replace
from datetime import timedelta

from pymongo import ASCENDING, DESCENDING, IndexModel, UpdateOne
from pymongo.errors import PyMongoError

from pricing.adapters.mongo_alert_rules import CAUSES
from pricing.adapters.mongo_market_events import event_from
from pricing.domain.alerts.alert import Alert, Cause, levelled
from pricing.domain.alerts.lines import AlertLine
from pricing.domain.alerts.rule import AlertTrigger
from pricing.domain.errors import AlertNotFound
from shared.kernel.identifiers import derived_id
from shared.kernel.paging import Page, Window
from shared.runtime.mongo import Document, Mongo, Session, paged, unavailable

COLLECTION = "alerts"
KEPT = timedelta(days=400)
INDEXES = (
    IndexModel([("organisation_id", ASCENDING), ("sequence", DESCENDING)], name="newest_first"),
    IndexModel([("organisation_id", ASCENDING), ("shop_id", ASCENDING), ("sequence", DESCENDING)], name="of_shop"),
    IndexModel([("organisation_id", ASCENDING), ("rule_id", ASCENDING), ("sequence", DESCENDING)], name="of_rule"),
    IndexModel([("raised_at", ASCENDING)], expireAfterSeconds=int(KEPT.total_seconds()), name="forgotten"),
)
STORED_ONLY = {"_id", "sequence"}


def line_from(document: Document) -> AlertLine:
    """The line in a stored document."""
    fields = {key: value for key, value in document.items() if key not in STORED_ONLY}
    made = {"trigger": AlertTrigger(fields["trigger"]), "event": event_from(fields["event"])}
    return AlertLine(**(fields | made))


def alert_document(alert: Alert) -> Document:
    """The stored form of an alert; its id is its key."""
    fields = asdict(alert)
    sequence = f"{alert.raised_at.isoformat(timespec='milliseconds')}/{alert.alert_id}"
    return {"_id": fields.pop("alert_id"), "sequence": sequence} | fields


def alert_from(document: Document) -> Alert:
    """The alert in a stored document."""
    fields = {key: value for key, value in document.items() if key not in STORED_ONLY}
    made = {"lines": tuple(line_from(one) for one in fields["lines"])}
    made |= {name: tuple(fields[name]) for name in ("causes", "subscribers")}
    return Alert(alert_id=document["_id"], **(fields | made))


def cause_key(cause: Cause) -> Document:
    """Where a cause is kept."""
    key = derived_id("alc", cause.organisation_id, cause.rule_id, cause.cause)
    return {"_id": key, "organisation_id": cause.organisation_id}


class MongoAlerts:
    """The alerts collection of the pricing database."""

    def __init__(self, mongo: Mongo) -> None:
        self._mongo = mongo

    async def page(self, organisation_id: str, window: Window, shop_id: str | None, rule_id: str | None) -> Page[Alert]:
        """Return some alerts, newest first."""
        query: Document = {"organisation_id": organisation_id}
        query |= {name: value for name, value in (("shop_id", shop_id), ("rule_id", rule_id)) if value is not None}
        alerts = self._mongo.collection(COLLECTION)
        return await paged(alerts, query, "sequence", window, alert_from, newest_first=True)

    async def get(self, organisation_id: str, alert_id: str) -> Alert:
        """Return one alert; `AlertNotFound` when there is none."""
        try:
            document = await self._mongo.collection(COLLECTION).find_one(_key(organisation_id, alert_id))
        except PyMongoError as error:
            raise unavailable("read the alert") from error
        return _there(document, alert_id)

    async def judge(self, organisation_id: str, alert_id: str, user_id: str, *, useful: bool) -> Alert:
        """Keep whether somebody found an alert useful and level its causes, in one."""
        key = _key(organisation_id, alert_id)

        async def work(session: Session) -> Alert:
            alerts = self._mongo.collection(COLLECTION)
            alert = _there(await alerts.find_one(key, session=session), alert_id)
            said = {"useful": useful, "useful_by": user_id}
            await alerts.update_one(key, {"$set": said}, session=session)
            keys = [cause_key(_cause(alert, one)) for one in alert.causes]
            of_alert = {"_id": {"$in": [one["_id"] for one in keys]}, "organisation_id": organisation_id}
            known = self._mongo.collection(CAUSES).find(of_alert, {"level": 1}, session=session)
            writes = [
                UpdateOne(
                    _key(organisation_id, one["_id"]),
                    {"$set": {"level": levelled(one["level"], before=alert.useful, useful=useful)}},
                )
                async for one in known
            ]
            if writes:
                await self._mongo.collection(CAUSES).bulk_write(writes, ordered=False, session=session)
            return replace(alert, useful=useful, useful_by=user_id)

        return await self._mongo.transaction(work)


def _cause(alert: Alert, cause: str) -> Cause:
    return Cause(organisation_id=alert.organisation_id, shop_id=alert.shop_id, rule_id=alert.rule_id, cause=cause)


def _there(document: Document | None, alert_id: str) -> Alert:
    if document is None:
        raise AlertNotFound(f"no alert «{alert_id}»; GET /pricing/alerts lists them")
    return alert_from(document)


def _key(organisation_id: str, alert_id: str) -> Document:
    return {"_id": alert_id, "organisation_id": organisation_id}
