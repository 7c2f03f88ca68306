"""Rules of alerts in MongoDB."""

from collections.abc import Callable
from dataclasses import asdict

from pymongo import ASCENDING, DESCENDING, IndexModel
from pymongo.errors import PyMongoError

from pricing.adapters.mongo_filters import LISTS
from pricing.domain.alerts.rule import AlertRule, AlertTrigger, Size, Timing
from pricing.domain.errors import AlertRuleChanged, AlertRuleNotFound
from pricing.domain.product_filter import Criteria
from shared.kernel.paging import Page, Window
from shared.runtime.mongo import Document, Mongo, Session, paged, unavailable

COLLECTION = "alert_rules"
LINES = "alert_lines"
CAUSES = "alert_causes"
ON: list[tuple[str, int]] = [("enabled", ASCENDING), ("triggers", ASCENDING)]
INDEXES = (
    IndexModel([("organisation_id", ASCENDING), ("_id", DESCENDING)], name="newest_first"),
    IndexModel([("organisation_id", ASCENDING), ("shop_id", ASCENDING), ("_id", DESCENDING)], name="newest_of_shop"),
    IndexModel([("organisation_id", ASCENDING), ("shop_id", ASCENDING), *ON], name="on_trigger_in_shop"),
    IndexModel([("organisation_id", ASCENDING), *ON], name="on_trigger"),
)


def rule_document(rule: AlertRule) -> Document:
    """The stored form of a rule; its id is its key."""
    fields = asdict(rule)
    return {"_id": fields.pop("rule_id")} | fields | {"triggers": sorted(one.value for one in rule.triggers)}


def rule_from(document: Document) -> AlertRule:
    """The rule in a stored document."""
    fields = {key: value for key, value in document.items() if key != "_id"}
    scope, timing = fields["scope"], fields["timing"]
    made = {
        "triggers": frozenset(AlertTrigger(one) for one in fields["triggers"]),
        "scope": Criteria(**(scope | {name: tuple(scope[name]) for name in LISTS})),
        "threshold": Size(**fields["threshold"]),
        "timing": Timing(**(timing | {"weekdays": tuple(timing["weekdays"])})),
        "named": tuple(fields["named"]),
        "subscribers": tuple(fields["subscribers"]),
    }
    return AlertRule(rule_id=document["_id"], **(fields | made))


class MongoAlertRules:
    """The alert_rules collection of the pricing database."""

    def __init__(self, mongo: Mongo) -> None:
        self._mongo = mongo

    async def add(self, rule: AlertRule) -> None:
        """Keep a new rule."""
        try:
            await self._mongo.collection(COLLECTION).insert_one(rule_document(rule))
        except PyMongoError as error:
            raise unavailable("store the rule of alerts") from error

    async def get(self, organisation_id: str, rule_id: str) -> AlertRule:
        """Return one rule; `AlertRuleNotFound` when there is none."""
        try:
            document = await self._mongo.collection(COLLECTION).find_one(_key(organisation_id, rule_id))
        except PyMongoError as error:
            raise unavailable("read the rule of alerts") from error
        if document is None:
            raise AlertRuleNotFound(f"no rule of alerts «{rule_id}»; GET /pricing/alert-rules lists them")
        return rule_from(document)

    async def change(self, organisation_id: str, rule_id: str, change: Callable[[AlertRule], AlertRule]) -> AlertRule:
        """Keep what `change` makes of a rule; `AlertRuleChanged` when somebody else was faster.

        What a rule has to say is forgotten when it is switched on or off.
        """
        known = await self.get(organisation_id, rule_id)
        changed = change(known)
        as_read = _key(organisation_id, rule_id) | {"version": known.version}

        async def work(session: Session) -> bool:
            rules = self._mongo.collection(COLLECTION)
            done = await rules.replace_one(as_read, rule_document(changed), session=session)
            if done.matched_count and changed.enabled is not known.enabled:
                await self._forget(organisation_id, rule_id, session)
            return bool(done.matched_count)

        if not await self._mongo.transaction(work):
            raise AlertRuleChanged("somebody else changed the rule meanwhile; read it and change it again")
        return changed

    async def remove(self, organisation_id: str, rule_id: str) -> None:
        """Forget a rule and what it has to say; its messages stay. One that is not there is forgotten already."""

        async def work(session: Session) -> None:
            await self._mongo.collection(COLLECTION).delete_one(_key(organisation_id, rule_id), session=session)
            await self._forget(organisation_id, rule_id, session)
            of_rule = {"organisation_id": organisation_id, "rule_id": rule_id}
            await self._mongo.collection(CAUSES).delete_many(of_rule, session=session)

        await self._mongo.transaction(work)

    async def page(self, organisation_id: str, window: Window, shop_id: str | None) -> Page[AlertRule]:
        """Return some rules, newest first, of one shop or of all."""
        query: Document = {"organisation_id": organisation_id}
        if shop_id is not None:
            query["shop_id"] = shop_id
        return await paged(self._mongo.collection(COLLECTION), query, "_id", window, rule_from, newest_first=True)

    async def _forget(self, organisation_id: str, rule_id: str, session: Session) -> None:
        of_rule = {"organisation_id": organisation_id, "rule_id": rule_id}
        await self._mongo.collection(LINES).delete_many(of_rule, session=session)


def _key(organisation_id: str, rule_id: str) -> Document:
    return {"_id": rule_id, "organisation_id": organisation_id}
