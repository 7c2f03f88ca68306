"""What alerts are raised from, in MongoDB: changes that wait, lines, causes, and a ledger for each shop."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime

from pymongo import ASCENDING, DESCENDING, DeleteOne, IndexModel, ReplaceOne
from pymongo.errors import DuplicateKeyError, PyMongoError

from pricing.adapters.alert_telling import keep_told
from pricing.adapters.mongo_alert_rules import CAUSES, LINES, rule_from
from pricing.adapters.mongo_alert_rules import COLLECTION as RULES
from pricing.adapters.mongo_alerts import line_from
from pricing.adapters.mongo_market_events import COLLECTION as EVENTS
from pricing.adapters.mongo_market_events import event_from, event_key
from pricing.domain.alerts.alert import Cause
from pricing.domain.alerts.lines import AlertLine
from pricing.domain.alerts.market import MarketEvent
from pricing.domain.alerts.raising import Ledger, LineKey, Round, Step
from pricing.domain.alerts.rule import AlertRule
from pricing.usecases.alert_ports import ShopId
from shared.kernel.errors import Conflict
from shared.kernel.identifiers import derived_id
from shared.runtime.mongo import Document, Mongo, Session, found_among, unavailable

LEDGERS = "alert_ledgers"
MOST_RULES = 200
MOST_CAUSES = 20_000
LINE_INDEXES = (
    IndexModel([("organisation_id", ASCENDING), ("shop_id", ASCENDING), ("waits", ASCENDING)], name="waiting_of_shop"),
    IndexModel([("organisation_id", ASCENDING), ("product_id", ASCENDING)], name="of_product"),
    IndexModel([("organisation_id", ASCENDING), ("rule_id", ASCENDING), ("stands", ASCENDING)], name="of_rule"),
)
CAUSE_INDEXES = (
    IndexModel([("organisation_id", ASCENDING), ("shop_id", ASCENDING)], name="of_shop"),
    IndexModel([("organisation_id", ASCENDING), ("rule_id", ASCENDING)], name="of_rule"),
)
LEDGER_INDEXES = (IndexModel([("due_at", ASCENDING)], name="due"),)


class _Overtaken(Conflict):
    """Another step was faster, or a change went on."""


class MongoAlertDesk:
    """The market_events, alert_lines, alert_causes and alert_ledgers collections of the pricing database."""

    def __init__(self, mongo: Mongo, api_url: str) -> None:
        self._mongo = mongo
        self._api_url = api_url

    async def due(self, ripe_before: datetime, at: datetime, limit: int) -> Sequence[ShopId]:
        """Return some shops that have changes from before a moment, or something to say by now."""
        shop = {"organisation_id": "$organisation_id", "shop_id": "$shop_id"}
        ripe: list[Document] = [
            {"$match": {"at": {"$lt": ripe_before}}},
            {"$group": {"_id": shop, "first": {"$min": "$at"}}},
            {"$sort": {"first": ASCENDING}},
            {"$limit": limit},
        ]
        try:
            changed = await self._mongo.collection(EVENTS).aggregate(ripe)
            found = {ShopId(**one["_id"]) async for one in changed}
            ledgers = self._mongo.collection(LEDGERS).find({"due_at": {"$lte": at}}).sort("due_at", ASCENDING)
            found |= {ShopId(one["organisation_id"], one["shop_id"]) async for one in ledgers.limit(limit)}
        except PyMongoError as error:
            raise unavailable("read which alerts are due") from error
        return sorted(found)

    async def rules(self, shop: ShopId) -> Sequence[AlertRule]:
        """Return the shop's rules that are on."""
        query = {**_of(shop), "enabled": True}
        return [rule_from(one) for one in await self._found(RULES, query, "_id", MOST_RULES)]

    async def events(self, shop: ShopId, ripe_before: datetime, limit: int) -> Sequence[MarketEvent]:
        """Return changes from before a moment, oldest first."""
        query = {**_of(shop), "at": {"$lt": ripe_before}}
        return [event_from(one) for one in await self._found(EVENTS, query, "at", limit)]

    async def ledger(self, shop: ShopId) -> Ledger:
        """Return where the shop's alerts stand."""
        found = await self._found(LEDGERS, _ledger_key(shop), "_id", 1)
        if not found:
            return Ledger(organisation_id=shop.organisation_id, shop_id=shop.shop_id)
        fields = {key: value for key, value in found[0].items() if key != "_id"}
        return Ledger(**(fields | {"rounds": {name: Round(**one) for name, one in fields["rounds"].items()}}))

    async def lines(
        self, shop: ShopId, product_ids: Collection[str], standing_of: Collection[str], limit: int
    ) -> Mapping[LineKey, AlertLine]:
        """Return the shop's lines that wait, those of these rules that stand, and all those of these products."""
        found = await self._found(LINES, {**_of(shop), "waits": True}, "_id", limit)
        for rule_id in standing_of:
            standing = {"organisation_id": shop.organisation_id, "rule_id": rule_id, "stands": True}
            found += await self._found(LINES, standing, "_id", limit)
        try:
            of_products = {"organisation_id": shop.organisation_id}
            found += [
                one
                async for one in found_among(
                    self._mongo.collection(LINES), of_products, "product_id", sorted(product_ids)
                )
            ]
        except PyMongoError as error:
            raise unavailable("read the lines of alerts") from error
        return {(one["rule_id"], one["offer_id"]): line_from(one) for one in found}

    async def causes(self, shop: ShopId) -> Mapping[tuple[str, str], Cause]:
        """Return what is known of the shop's causes, by rule and cause."""
        found = await self._found(CAUSES, _of(shop), "_id", MOST_CAUSES)
        causes = [Cause(**{key: value for key, value in one.items() if key != "_id"}) for one in found]
        return {(one.rule_id, one.cause): one for one in causes}

    async def settle(self, shop: ShopId, step: Step, taken: Sequence[MarketEvent]) -> bool:
        """Keep a step and forget the changes that it took in, all in one.

        False, and nothing is done, when another step was faster or one of the changes went on meanwhile.
        """

        async def work(session: Session) -> None:
            await self._advance(shop, step.ledger, session)
            if taken:
                deletes = [DeleteOne(event_key(one) | {"changes": one.changes}) for one in taken]
                gone = await self._mongo.collection(EVENTS).bulk_write(deletes, ordered=False, session=session)
                if gone.deleted_count < len(taken):
                    raise _Overtaken("a change went on")
            if step.lines:
                lines = [ReplaceOne(_line_key(one), _line_document(one), upsert=True) for one in step.lines]
                await self._mongo.collection(LINES).bulk_write(lines, ordered=False, session=session)
            await keep_told(self._mongo, self._api_url, step.alerts, step.causes, session)

        try:
            await self._mongo.transaction(work)
        except (_Overtaken, DuplicateKeyError):
            return False
        return True

    async def _advance(self, shop: ShopId, ledger: Ledger, session: Session) -> None:
        document = _ledger_key(shop) | asdict(ledger)
        ledgers = self._mongo.collection(LEDGERS)
        if ledger.revision == 1:
            await ledgers.insert_one(document, session=session)
            return
        as_read = _ledger_key(shop) | {"revision": ledger.revision - 1}
        if (await ledgers.replace_one(as_read, document, session=session)).matched_count == 0:
            raise _Overtaken("another step was faster")

    async def _found(self, collection: str, query: Document, by: str, limit: int) -> list[Document]:
        order = DESCENDING if collection == RULES else ASCENDING
        try:
            return [one async for one in self._mongo.collection(collection).find(query).sort(by, order).limit(limit)]
        except PyMongoError as error:
            raise unavailable("read what alerts are made of") from error


def _of(shop: ShopId) -> Document:
    return {"organisation_id": shop.organisation_id, "shop_id": shop.shop_id}


def _ledger_key(shop: ShopId) -> Document:
    return {"_id": derived_id("alg", shop.organisation_id, shop.shop_id), "organisation_id": shop.organisation_id}


def _line_key(line: AlertLine) -> Document:
    key = derived_id("all", line.organisation_id, line.rule_id, line.offer_id)
    return {"_id": key, "organisation_id": line.organisation_id}


def _line_document(line: AlertLine) -> Document:
    return _line_key(line) | asdict(line)
