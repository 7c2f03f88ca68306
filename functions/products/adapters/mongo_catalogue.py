"""Products in MongoDB: each change, its price history and its announcement in one transaction."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from pymongo import ASCENDING, IndexModel, ReplaceOne
from pymongo.errors import PyMongoError

from products.adapters.product_facts import announcements
from products.domain.errors import ProductNotFound
from products.domain.product import Draft, NewPrice, Origin, Product, Refusal, product_id_of, repriced, taken_in
from products.usecases.ports import Merged
from shared.kernel.paging import Page, Window
from shared.runtime.mongo import Document, Mongo, Session, paged, unavailable
from shared.runtime.outbox import Outbox

COLLECTION = "products"
PRICES = "own_prices"
INDEXES = (
    IndexModel(
        [("organisation_id", ASCENDING), ("shop_id", ASCENDING), ("draft.sku", ASCENDING)],
        unique=True,
        name="by_sku",
    ),
    IndexModel([("organisation_id", ASCENDING), ("shop_id", ASCENDING), ("_id", ASCENDING)], name="in_order"),
)
PRICE_INDEXES = (
    IndexModel(
        [("organisation_id", ASCENDING), ("product_id", ASCENDING), ("valid_from", ASCENDING)],
        name="history",
    ),
)


def to_document(product: Product) -> Document:
    """The stored form of a product; its id is its key."""
    fields = asdict(product)
    return {"_id": fields.pop("product_id")} | fields


def from_document(document: Document) -> Product:
    """The product in a stored document."""
    fields = {key: value for key, value in document.items() if key != "_id"}
    fields["own_seller_ids"] = tuple(fields["own_seller_ids"])
    draft = fields["draft"]
    fields["draft"] = Draft(**(draft | {"tags": tuple(draft.get("tags", ()))}))
    return Product(product_id=document["_id"], **fields)


class MongoCatalogue:
    """The products collection of the products database."""

    def __init__(self, mongo: Mongo, outbox: Outbox) -> None:
        self._mongo = mongo
        self._outbox = outbox

    async def take_in(self, drafts: Sequence[Draft], origin: Origin) -> Merged:
        """Add and change products as an import says."""
        ids = [product_id_of(origin.organisation_id, origin.shop_id, draft.sku) for draft in drafts]

        async def work(session: Session) -> Merged:
            known = await self._read(origin.organisation_id, ids, session)
            after = [taken_in(known.get(one), draft, origin) for one, draft in zip(ids, drafts, strict=True)]
            changed = [product for product in after if product is not None]
            await self._write(changed, known, session)
            created = sum(product.revision == 1 for product in changed)
            return Merged(created, len(changed) - created, len(drafts) - len(changed))

        merged = await self._mongo.transaction(work)
        await self._outbox.relay_quietly()
        return merged

    async def reprice(self, organisation_id: str, prices: Sequence[NewPrice], at: datetime) -> Sequence[Refusal | None]:
        """Write prices; for each, None when it is shown now, or why it was refused."""

        async def work(session: Session) -> Sequence[Refusal | None]:
            known = await self._read(organisation_id, [price.product_id for price in prices], session)
            changed: dict[str, Product] = {}
            refusals: list[Refusal | None] = []
            for price in prices:
                after = repriced(changed.get(price.product_id, known.get(price.product_id)), price, at)
                if isinstance(after, Product) and after.product_id in changed:
                    after = Refusal("conflict", "another price for this product came first; send this one again")
                refusals.append(after if isinstance(after, Refusal) else None)
                if isinstance(after, Product):
                    changed[after.product_id] = after
            await self._write(list(changed.values()), known, session)
            return refusals

        refusals = await self._mongo.transaction(work)
        await self._outbox.relay_quietly()
        return refusals

    async def get(self, organisation_id: str, product_id: str) -> Product:
        """Return one product; `ProductNotFound` when there is none."""
        found = await self.some(organisation_id, [product_id])
        if not found:
            raise ProductNotFound(f"no product «{product_id}»; GET /products/items?shop_id=… lists a shop's")
        return found[0]

    async def some(self, organisation_id: str, product_ids: Sequence[str]) -> Sequence[Product]:
        """Return those of the products that exist."""
        try:
            return list((await self._read(organisation_id, product_ids, None)).values())
        except PyMongoError as error:
            raise unavailable("read products") from error

    async def page(self, organisation_id: str, shop_id: str, window: Window) -> Page[Product]:
        """Return some of a shop's products, by SKU."""
        query: Document = {"organisation_id": organisation_id, "shop_id": shop_id}
        return await paged(self._mongo.collection(COLLECTION), query, "draft.sku", window, from_document)

    async def count(self, organisation_id: str, shop_id: str) -> int:
        """Return how many products a shop has."""
        query = {"organisation_id": organisation_id, "shop_id": shop_id}
        try:
            return await self._mongo.collection(COLLECTION).count_documents(query)
        except PyMongoError as error:
            raise unavailable("count products") from error

    async def following(self, organisation_id: str, shop_id: str, after: str, limit: int) -> Sequence[Product]:
        """Return some of a shop's products in the order of their ids, those after one."""
        query: Document = {"organisation_id": organisation_id, "shop_id": shop_id, "_id": {"$gt": after}}
        try:
            found = self._mongo.collection(COLLECTION).find(query).sort("_id", ASCENDING).limit(limit)
            return [from_document(document) async for document in found]
        except PyMongoError as error:
            raise unavailable("read products") from error

    async def _read(
        self, organisation_id: str, product_ids: Sequence[str], session: Session | None
    ) -> dict[str, Product]:
        query = {"_id": {"$in": list(product_ids)}, "organisation_id": organisation_id}
        cursor = self._mongo.collection(COLLECTION).find(query, session=session)
        return {document["_id"]: from_document(document) async for document in cursor}

    async def _write(
        self,
        changed: Sequence[Product],
        known: dict[str, Product],
        session: Session,
    ) -> None:
        if not changed:
            return
        documents = [to_document(product) for product in changed]
        writes = [ReplaceOne({"_id": document["_id"]}, document, upsert=True) for document in documents]
        await self._mongo.collection(COLLECTION).bulk_write(writes, ordered=False, session=session)
        history = [_own_price(product) for product in changed if _moved(known.get(product.product_id), product)]
        if history:
            await self._mongo.collection(PRICES).insert_many(history, session=session)
        await self._outbox.add(announcements(changed), session)


def _moved(before: Product | None, after: Product) -> bool:
    return after.draft.price is not None and (before is None or before.draft.price != after.draft.price)


def _own_price(product: Product) -> Document:
    return {
        "_id": f"{product.product_id}/{product.revision}",
        "organisation_id": product.organisation_id,
        "product_id": product.product_id,
        "amount": product.draft.price,
        "currency": product.currency,
        "valid_from": product.price_since,
        "source": product.price_source,
        "batch_id": product.batch_id,
    }
