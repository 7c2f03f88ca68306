"""Promotions and the evidence for them, in MongoDB."""

from collections.abc import Collection, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from pymongo import ASCENDING, DESCENDING, IndexModel, ReplaceOne, UpdateOne
from pymongo.errors import DuplicateKeyError, PyMongoError

from pricing.domain.errors import PromotionChanged, PromotionNotFound
from pricing.domain.promotions.promotion import (
    BEGUN,
    LIVE,
    Claim,
    Item,
    ItemState,
    Promotion,
    PromotionState,
)
from shared.kernel.paging import Page, Window
from shared.runtime.mongo import Document, Mongo, Session, paged, unavailable

COLLECTION = "promotions"
EVIDENCE = "promotion_evidence"
# One document for each product that ever was in a promotion: two approvals at one moment meet there.
PRODUCTS = "promoted_products"
INDEXES = (
    IndexModel([("organisation_id", ASCENDING), ("_id", DESCENDING)], name="newest_first"),
    IndexModel([("organisation_id", ASCENDING), ("product_ids", ASCENDING)], name="of_product"),
    IndexModel([("due_at", ASCENDING)], name="due"),
)
EVIDENCE_INDEXES = (
    IndexModel([("organisation_id", ASCENDING), ("promotion_id", ASCENDING), ("sku", ASCENDING)], name="of_promotion"),
)
STORED_ONLY = {"_id", "product_ids"}


def promotion_document(promotion: Promotion) -> Document:
    """The stored form of a promotion; its id is its key."""
    fields = asdict(promotion)
    return {"_id": fields.pop("promotion_id"), "product_ids": list(promotion.product_ids)} | fields


def promotion_from(document: Document) -> Promotion:
    """The promotion in a stored document."""
    fields = {name: value for name, value in document.items() if name not in STORED_ONLY}
    fields["items"] = tuple(_item(one) for one in fields["items"])
    fields["authors"] = tuple(fields["authors"])
    fields["state"] = PromotionState(fields["state"])
    return Promotion(promotion_id=document["_id"], **fields)


def _item(stored: Document) -> Item:
    fields = stored | {"claim": Claim(**stored["claim"]), "state": ItemState(stored["state"])}
    return Item(**fields)


def of_products(
    organisation_id: str, product_ids: Sequence[str], states: Collection[PromotionState], **when: Document
) -> list[Document]:
    """Find the promotions of some products in some states, by id.

    What is asked stands in two stages, which a server joins: a planner that takes no two ranges takes the first.
    """
    return [
        {"$match": {"organisation_id": organisation_id, "product_ids": {"$in": list(product_ids)}}},
        {"$match": {"state": {"$in": sorted(states)}} | when},
        {"$sort": {"_id": ASCENDING}},
    ]


def _meeting(promotion: Promotion, states: Collection[PromotionState]) -> list[Document]:
    when = {"starts_at": {"$lt": promotion.ends_at}, "ends_at": {"$gt": promotion.starts_at}}
    others = {"_id": {"$ne": promotion.promotion_id}}
    return of_products(promotion.organisation_id, promotion.product_ids, states, **when, **others)


class MongoPromotions:
    """The promotions collection of the pricing database."""

    def __init__(self, mongo: Mongo) -> None:
        self._mongo = mongo

    async def add(self, promotion: Promotion) -> Promotion:
        """Keep a new promotion; one of this id stays as it is and is returned."""
        try:
            await self._mongo.collection(COLLECTION).insert_one(promotion_document(promotion))
        except DuplicateKeyError:
            return await self.get(promotion.organisation_id, promotion.promotion_id)
        except PyMongoError as error:
            raise unavailable("store the promotion") from error
        return promotion

    async def get(self, organisation_id: str, promotion_id: str) -> Promotion:
        """Return one promotion; `PromotionNotFound` when there is none."""
        query = {"_id": promotion_id, "organisation_id": organisation_id}
        try:
            found = await self._mongo.collection(COLLECTION).find_one(query)
        except PyMongoError as error:
            raise unavailable("read the promotion") from error
        if found is None:
            raise PromotionNotFound(f"no promotion «{promotion_id}»; GET /pricing/promotions lists them")
        return promotion_from(found)

    async def page(
        self, organisation_id: str, window: Window, shop_id: str | None, state: PromotionState | None
    ) -> Page[Promotion]:
        """Return some promotions, newest first: all, or those of a shop or in a state."""
        asked = {"shop_id": shop_id, "state": state}
        query: Document = {"organisation_id": organisation_id}
        query |= {name: str(value) for name, value in asked.items() if value is not None}
        return await paged(self._mongo.collection(COLLECTION), query, "_id", window, promotion_from, newest_first=True)

    async def save(self, promotion: Promotion) -> None:
        """Keep the next revision; `PromotionChanged` when the stored one is not the one before it."""
        try:
            await self._save(promotion, None)
        except PyMongoError as error:
            raise unavailable("store the promotion") from error

    async def approve(self, promotion: Promotion) -> Sequence[str]:
        """Keep the approved revision, unless a live promotion of its products overlaps it; return the ids of those."""
        organisation_id = promotion.organisation_id
        keys = [
            {"_id": f"{organisation_id}/{one}", "organisation_id": organisation_id} for one in promotion.product_ids
        ]
        writes = [UpdateOne(key, {"$inc": {"approvals": 1}}, upsert=True) for key in keys]

        async def work(session: Session) -> Sequence[str]:
            await self._mongo.collection(PRODUCTS).bulk_write(writes, session=session)
            found = await self._mongo.collection(COLLECTION).aggregate(_meeting(promotion, LIVE), session=session)
            overlapping = [one["_id"] async for one in found]
            if not overlapping:
                await self._save(promotion, session)
            return overlapping

        return await self._mongo.transaction(work)

    async def overlapping(self, promotion: Promotion, states: Collection[PromotionState]) -> Sequence[Promotion]:
        """Return others of its products in some states, whose time meets its own."""
        return await self._piped(_meeting(promotion, states))

    async def begun(self, organisation_id: str, product_ids: Sequence[str]) -> Sequence[Promotion]:
        """Return promotions of some products that began and are not over."""
        return await self._piped(of_products(organisation_id, product_ids, BEGUN))

    async def touching(self, organisation_id: str, product_ids: Sequence[str], at: datetime) -> Sequence[Promotion]:
        """Return promotions of some products that were approved and begin, end, or are to be in force at a moment."""
        when = {"starts_at": {"$lte": at}, "ends_at": {"$gte": at}}
        return await self._piped(of_products(organisation_id, product_ids, (*LIVE, PromotionState.ENDED), **when))

    async def due(self, at: datetime, limit: int) -> Sequence[Promotion]:
        """Return promotions of every organisation with something to do by then, longest due first."""
        try:
            found = self._mongo.collection(COLLECTION).find({"due_at": {"$lte": at}}).sort("due_at", ASCENDING)
            return [promotion_from(one) async for one in found.limit(limit)]
        except PyMongoError as error:
            raise unavailable("read the promotions that are due") from error

    async def keep_evidence(self, organisation_id: str, promotion_id: str, evidence: Sequence[dict[str, Any]]) -> None:
        """Keep the evidence for products of a promotion in place of what was kept for them."""
        writes = []
        for one in evidence:
            key = {"_id": f"{promotion_id}/{one['product_id']}", "organisation_id": organisation_id}
            kept = key | {"promotion_id": promotion_id, "sku": one["sku"], "told": one}
            writes.append(ReplaceOne(key, kept, upsert=True))
        try:
            if writes:
                await self._mongo.collection(EVIDENCE).bulk_write(writes, ordered=False)
        except PyMongoError as error:
            raise unavailable("store the evidence") from error

    async def evidence(self, organisation_id: str, promotion_id: str) -> Sequence[dict[str, Any]]:
        """Return the evidence that was kept for a promotion, by SKU."""
        query = {"organisation_id": organisation_id, "promotion_id": promotion_id}
        try:
            found = self._mongo.collection(EVIDENCE).find(query).sort("sku", ASCENDING)
            return [one["told"] async for one in found]
        except PyMongoError as error:
            raise unavailable("read the evidence") from error

    async def _save(self, promotion: Promotion, session: Session | None) -> None:
        key = {
            "_id": promotion.promotion_id,
            "organisation_id": promotion.organisation_id,
            "revision": promotion.revision - 1,
        }
        document = promotion_document(promotion)
        done = await self._mongo.collection(COLLECTION).replace_one(key, document, session=session)
        if not done.matched_count:
            raise PromotionChanged(f"«{promotion.promotion_id}» was changed meanwhile; read it again")

    async def _piped(self, pipeline: Sequence[Document]) -> list[Promotion]:
        try:
            return [promotion_from(one) async for one in await self._mongo.collection(COLLECTION).aggregate(pipeline)]
        except PyMongoError as error:
            raise unavailable("read the promotions") from error
