"""Work that failed and waits to be told, in MongoDB."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime, timedelta

from pymongo import ASCENDING, IndexModel, UpdateOne
from pymongo.errors import DuplicateKeyError, PyMongoError

from pricing.adapters.alert_telling import keep_told
from pricing.adapters.mongo_alert_desk import MongoAlertDesk
from pricing.adapters.mongo_alert_rules import COLLECTION as RULES
from pricing.domain.alerts.alert import Cause
from pricing.domain.alerts.failures import Failure, FailureStep
from pricing.domain.alerts.rule import AlertRule, AlertTrigger
from pricing.usecases.alert_ports import ShopId
from shared.kernel.errors import Conflict
from shared.kernel.identifiers import derived_id
from shared.runtime.mongo import Document, Mongo, Session, unavailable

COLLECTION = "failures"
# Longer than the longest cooldown, so that a message that comes again finds its failure told.
KEPT = timedelta(days=14)
INDEXES = (
    IndexModel([("next_at", ASCENDING)], name="due"),
    IndexModel([("organisation_id", ASCENDING), ("shop_id", ASCENDING), ("next_at", ASCENDING)], name="of_shop"),
    IndexModel([("at", ASCENDING)], expireAfterSeconds=int(KEPT.total_seconds()), name="forgotten"),
)


class _Overtaken(Conflict):
    """Another step was faster."""


async def note_failure(mongo: Mongo, failure: Failure, session: Session | None) -> None:
    """Note a failure where a rule of its shop wants to know; one that is known already stays as it is."""
    wanted = {"organisation_id": failure.organisation_id, "shop_id": failure.shop_id, "enabled": True}
    rule = wanted | {"triggers": failure.trigger.value}
    if await mongo.collection(RULES).find_one(rule, {"_id": 1}, session=session) is None:
        return
    fields = asdict(failure) | {"next_at": failure.at}
    key = {"_id": fields.pop("failure_id"), "organisation_id": fields.pop("organisation_id")}
    write = UpdateOne(key, {"$setOnInsert": fields}, upsert=True)
    await mongo.collection(COLLECTION).bulk_write([write], session=session)


async def note_everywhere(mongo: Mongo, failure: Failure, session: Session) -> None:
    """Note a failure that belongs to no shop in each shop with a rule that wants to know."""
    wanted = {"organisation_id": failure.organisation_id, "enabled": True, "triggers": failure.trigger.value}
    rules = mongo.collection(RULES).find(wanted, {"shop_id": 1}, session=session)
    for shop_id in sorted({one["shop_id"] async for one in rules}):
        name = derived_id("fail", failure.failure_id, shop_id)
        await note_failure(mongo, replace(failure, failure_id=name, shop_id=shop_id), session)


def failure_from(document: Document) -> Failure:
    """The failure in a stored document."""
    fields = {key: value for key, value in document.items() if key not in {"_id", "next_at"}}
    made = {"trigger": AlertTrigger(fields["trigger"]), "told_to": tuple(fields["told_to"])}
    return Failure(failure_id=document["_id"], **(fields | made))


class MongoFailureNotes:
    """The failures collection of the pricing database, for whom knows that something failed."""

    def __init__(self, mongo: Mongo) -> None:
        self._mongo = mongo

    async def note(self, failure: Failure) -> None:
        """Note a failure where a rule of its shop wants to know; one that is known already stays as it is."""
        try:
            await note_failure(self._mongo, failure, None)
        except PyMongoError as error:
            raise unavailable("note what failed") from error


class MongoFailureDesk:
    """The same for whom tells of it; `api_url` is where alerts are read."""

    def __init__(self, mongo: Mongo, api_url: str) -> None:
        self._mongo = mongo
        self._api_url = api_url
        self._alerts = MongoAlertDesk(mongo, api_url)

    async def due(self, at: datetime, limit: int) -> Sequence[ShopId]:
        """Return some shops that have failures to look at by now."""
        shop = {"organisation_id": "$organisation_id", "shop_id": "$shop_id"}
        ripe: list[Document] = [
            {"$match": {"next_at": {"$lte": at}}},
            {"$group": {"_id": shop, "first": {"$min": "$next_at"}}},
            {"$sort": {"first": ASCENDING}},
            {"$limit": limit},
        ]
        try:
            found = await self._mongo.collection(COLLECTION).aggregate(ripe)
            return sorted([ShopId(**one["_id"]) async for one in found])
        except PyMongoError as error:
            raise unavailable("read what failed") from error

    async def rules(self, shop: ShopId) -> Sequence[AlertRule]:
        """Return the shop's rules that are on."""
        return await self._alerts.rules(shop)

    async def failures(self, shop: ShopId, at: datetime, limit: int) -> Sequence[Failure]:
        """Return the shop's failures that are to be looked at by now, oldest first."""
        query = {"organisation_id": shop.organisation_id, "shop_id": shop.shop_id, "next_at": {"$lte": at}}
        try:
            found = self._mongo.collection(COLLECTION).find(query).sort("next_at", ASCENDING).limit(limit)
            return [failure_from(one) async for one in found]
        except PyMongoError as error:
            raise unavailable("read what failed") from error

    async def causes(self, shop: ShopId) -> Mapping[tuple[str, str], Cause]:
        """Return what is known of the shop's causes, by rule and cause."""
        return await self._alerts.causes(shop)

    async def settle(self, step: FailureStep, taken: Sequence[Failure]) -> bool:
        """Keep a step, all in one; False, and nothing is done, when another one was faster."""

        async def work(session: Session) -> None:
            for one in taken:
                as_read = {"_id": one.failure_id, "organisation_id": one.organisation_id, "told_to": list(one.told_to)}
                now = {"told_to": list(step.told_to[one.failure_id]), "next_at": step.next_at[one.failure_id]}
                done = await self._mongo.collection(COLLECTION).update_one(as_read, {"$set": now}, session=session)
                if not done.matched_count:
                    raise _Overtaken("another step was faster")
            await keep_told(self._mongo, self._api_url, step.alerts, step.causes, session)

        try:
            await self._mongo.transaction(work)
        except (_Overtaken, DuplicateKeyError):
            return False
        return True
