"""Pricing's copy of the catalogue, in MongoDB."""

from collections.abc import Sequence
from itertools import batched

from pymongo import ASCENDING, IndexModel, ReplaceOne
from pymongo.errors import BulkWriteError, PyMongoError

from pricing.adapters.documents import IDENTIFIERS, PARTITION, facts_document, facts_from
from pricing.adapters.product_queries import query_of
from pricing.domain.candidate import identifiers as identifiers_of
from pricing.domain.market import ProductFacts
from pricing.domain.product_filter import Criteria
from pricing.usecases.ports import ShopPart
from shared.runtime.mongo import DUPLICATE_KEY, Document, Mongo, unavailable

COLLECTION = "products"
NAMED_AT_ONCE = 1_000
INDEXES = (
    IndexModel([("organisation_id", ASCENDING), ("shop_id", ASCENDING), ("sku", ASCENDING)], name="by_sku"),
    IndexModel(
        [("organisation_id", ASCENDING), ("shop_id", ASCENDING), ("active", ASCENDING), (PARTITION, ASCENDING)],
        name="parts_of_shop",
    ),
    IndexModel([("organisation_id", ASCENDING), ("sku", ASCENDING)], name="any_shop"),
    IndexModel([("organisation_id", ASCENDING), ("active", ASCENDING), ("_id", ASCENDING)], name="walk"),
    IndexModel(
        [("organisation_id", ASCENDING), ("shop_id", ASCENDING), ("active", ASCENDING), ("_id", ASCENDING)],
        name="walk_of_shop",
    ),
    IndexModel([("organisation_id", ASCENDING), (IDENTIFIERS, ASCENDING)], name="by_identifier"),
)


class MongoFacts:
    """The products collection of the pricing database."""

    def __init__(self, mongo: Mongo) -> None:
        self._mongo = mongo

    async def keep(self, facts: Sequence[ProductFacts], *, again: bool = False) -> None:
        """Keep each fact unless a later revision is kept already or, when it is not told `again`, the same one."""
        try:
            there = await self._replaced(facts, upsert=True, again=again)
            # What is there may be as new, or may be an older one that came at the same moment.
            await self._replaced(there, upsert=False, again=again)
        except PyMongoError as error:
            raise unavailable("store products") from error

    async def _replaced(self, facts: Sequence[ProductFacts], *, upsert: bool, again: bool) -> list[ProductFacts]:
        """Replace older revisions; return those that could not be added because one is there already."""
        if not facts:
            return []
        writes = [
            ReplaceOne(
                {
                    "_id": one.product_id,
                    "organisation_id": one.organisation_id,
                    # A damaged fact may have lost its revision.
                    "revision": {"$not": {"$gt": one.revision}} if again else {"$lt": one.revision},
                },
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

    async def parts_of(self, organisation_id: str, shop_id: str, size: int) -> Sequence[ShopPart]:
        """Divide a shop's active products into parts of about `size`; a family is never divided."""
        query = {"organisation_id": organisation_id, "shop_id": shop_id, "active": True}
        parts: list[ShopPart] = []
        after = last = ""
        count = 0
        try:
            found = self._mongo.collection(COLLECTION).find(query, {"_id": 0, PARTITION: 1}).sort(PARTITION, ASCENDING)
            async for document in found:
                if count >= size and document[PARTITION] != last:
                    parts.append(ShopPart(after=after, until=last, products=count))
                    after, count = last, 0
                last = document[PARTITION]
                count += 1
        except PyMongoError as error:
            raise unavailable("read products") from error
        return [*parts, ShopPart(after=after, until=last, products=count)] if count else parts

    async def part_after(self, organisation_id: str, shop_id: str, after: str, size: int) -> tuple[ShopPart, bool]:
        """Return the next part of about `size` products after a place in the shop's order, and whether more follow."""
        query: Document = {
            "organisation_id": organisation_id,
            "shop_id": shop_id,
            "active": True,
            PARTITION: {"$gt": after},
        }
        collection = self._mongo.collection(COLLECTION)
        try:
            found = collection.find(query, {"_id": 0, PARTITION: 1}).sort(PARTITION, ASCENDING).limit(size)
            places = [one[PARTITION] async for one in found]
            until = places[-1] if places else after
            following = await collection.find_one(query | {PARTITION: {"$gt": until}}, {"_id": 1})
        except PyMongoError as error:
            raise unavailable("read products") from error
        return ShopPart(after=after, until=until, products=len(places)), following is not None

    async def in_part(self, organisation_id: str, shop_id: str, part: ShopPart) -> Sequence[ProductFacts]:
        """Return the active products of a part of a shop, families together."""
        wanted: Document = {"$gt": part.after, "$lte": part.until}
        if part.partitions:
            wanted = {"$in": list(part.partitions)}
        query = {"organisation_id": organisation_id, "shop_id": shop_id, "active": True, PARTITION: wanted}
        return sorted(await self._found(query), key=lambda one: (one.partition, one.product_id))

    async def sizes_of(self, organisation_id: str, shop_id: str, partitions: Sequence[str]) -> dict[str, int]:
        """Return how many active products each of some partitions of a shop has; one without any is left out."""
        query = {"organisation_id": organisation_id, "shop_id": shop_id, "active": True}
        count = {"$group": {"_id": f"${PARTITION}", "products": {"$sum": 1}}}
        sizes: dict[str, int] = {}
        try:
            for some in batched(partitions, NAMED_AT_ONCE, strict=False):
                match = {"$match": query | {PARTITION: {"$in": list(some)}}}
                found = await self._mongo.collection(COLLECTION).aggregate([match, count])
                sizes |= {one["_id"]: one["products"] async for one in found}
        except PyMongoError as error:
            raise unavailable("count products") from error
        return sizes

    async def count(self, organisation_id: str) -> int:
        """Return how many active products the organisation has."""
        return await self._count({"organisation_id": organisation_id, "active": True})

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
