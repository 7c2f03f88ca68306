"""Pricing's copy of the catalogue, in MongoDB."""

from collections.abc import AsyncIterator, Sequence

from pymongo import ASCENDING, IndexModel, ReplaceOne
from pymongo.errors import BulkWriteError, PyMongoError

from pricing.adapters.documents import IDENTIFIERS, facts_document, facts_from
from pricing.adapters.product_queries import query_of
from pricing.domain.candidate import identifiers as identifiers_of
from pricing.domain.market import ProductFacts
from pricing.domain.product_filter import Criteria
from shared.runtime.mongo import DUPLICATE_KEY, Document, Mongo, unavailable

COLLECTION = "products"
INDEXES = (
    IndexModel([("organisation_id", ASCENDING), ("shop_id", ASCENDING), ("sku", ASCENDING)], name="by_sku"),
    IndexModel([("organisation_id", ASCENDING), ("shop_id", ASCENDING), ("_id", ASCENDING)], name="of_shop"),
    IndexModel([("organisation_id", ASCENDING), ("sku", ASCENDING)], name="any_shop"),
    IndexModel([("organisation_id", ASCENDING), (IDENTIFIERS, ASCENDING)], name="by_identifier"),
)


class MongoFacts:
    """The products collection of the pricing database."""

    def __init__(self, mongo: Mongo) -> None:
        self._mongo = mongo

    async def keep(self, facts: Sequence[ProductFacts]) -> None:
        """Keep each fact unless a later revision is kept already."""
        try:
            there = await self._replaced(facts, upsert=True)
            # What is there may be as new, or may be an older one that came at the same moment.
            await self._replaced(there, upsert=False)
        except PyMongoError as error:
            raise unavailable("store products") from error

    async def _replaced(self, facts: Sequence[ProductFacts], *, upsert: bool) -> list[ProductFacts]:
        """Replace older revisions; return those that could not be added because one is there already."""
        if not facts:
            return []
        writes = [
            ReplaceOne(
                {"_id": one.product_id, "organisation_id": one.organisation_id, "revision": {"$lt": one.revision}},
                facts_document(one),
                upsert=upsert,
            )
            for one in facts
        ]
        try:
            await self._mongo.collection(COLLECTION).bulk_write(writes, ordered=False)
        except BulkWriteError as error:
            failed = error.details["writeErrors"]
            if error.details["writeConcernErrors"] or any(one["code"] != DUPLICATE_KEY for one in failed):
                raise
            return [facts[one["index"]] for one in failed]
        return []

    async def by_sku(self, organisation_id: str, shop_id: str, skus: Sequence[str]) -> dict[str, ProductFacts]:
        """Return the known products among the SKUs of a shop, by SKU."""
        query = {"organisation_id": organisation_id, "shop_id": shop_id, "sku": {"$in": list(skus)}}
        return {facts.sku: facts for facts in await self._found(query)}

    async def by_id(self, organisation_id: str, product_ids: Sequence[str]) -> dict[str, ProductFacts]:
        """Return the known products among the ids, by id."""
        query = {"_id": {"$in": list(product_ids)}, "organisation_id": organisation_id}
        return {facts.product_id: facts for facts in await self._found(query)}

    async def by_identifiers(self, organisation_id: str, identifiers: Sequence[str]) -> dict[str, list[ProductFacts]]:
        """Return the active products that carry one of the identifiers, by identifier."""
        query: Document = {"organisation_id": organisation_id, IDENTIFIERS: {"$in": list(identifiers)}, "active": True}
        wanted = set(identifiers)
        found: dict[str, list[ProductFacts]] = {}
        for facts in await self._found(query):
            for one in wanted.intersection(identifiers_of((facts.gtin, facts.mpn, facts.sku))):
                found.setdefault(one, []).append(facts)
        return found

    async def of_shop(self, organisation_id: str, shop_id: str, size: int) -> AsyncIterator[Sequence[ProductFacts]]:
        """Walk through a shop's active products, `size` at a time."""
        after = ""
        while True:
            query: Document = {
                "organisation_id": organisation_id,
                "shop_id": shop_id,
                "_id": {"$gt": after},
                "active": True,
            }
            some = await self._found(query, size)
            if some:
                yield some
            if len(some) < size:
                return
            after = some[-1].product_id

    async def count(self, organisation_id: str) -> int:
        """Return how many active products the organisation has."""
        return await self._count({"organisation_id": organisation_id, "active": True})

    async def count_of_shop(self, organisation_id: str, shop_id: str) -> int:
        """Return how many active products a shop has."""
        return await self._count({"organisation_id": organisation_id, "shop_id": shop_id, "active": True})

    async def _count(self, query: Document) -> int:
        try:
            return await self._mongo.collection(COLLECTION).count_documents(query)
        except PyMongoError as error:
            raise unavailable("count products") from error

    async def count_meant(self, organisation_id: str, criteria: Criteria) -> int:
        """Return how many active products a filter means."""
        try:
            return await self._mongo.collection(COLLECTION).count_documents(query_of(organisation_id, criteria))
        except PyMongoError as error:
            raise unavailable("count products") from error

    async def some_meant(
        self, organisation_id: str, criteria: Criteria, limit: int, after: str = ""
    ) -> Sequence[ProductFacts]:
        """Return the active products that a filter means, by id, those after one."""
        return await self._found(query_of(organisation_id, criteria) | {"_id": {"$gt": after}}, limit)

    async def find_sku(self, organisation_id: str, sku: str) -> ProductFacts | None:
        """Return the product of that SKU in any shop of the organisation, if there is one."""
        found = await self._found({"organisation_id": organisation_id, "sku": sku}, 1)
        return found[0] if found else None

    async def _found(self, query: Document, limit: int = 0) -> list[ProductFacts]:
        try:
            cursor = self._mongo.collection(COLLECTION).find(query).limit(limit)
            return [facts_from(document) async for document in (cursor.sort("_id", 1) if limit else cursor)]
        except PyMongoError as error:
            raise unavailable("read products") from error
