"""The stored market of the benchmark of runs: products with ten offers each, written quickly.

An offer is written once as its adapter writes it, and copied with what differs. Of the indexes on offers only the one
that a run reads by is there: the others cost most of the time of filling, and a run neither reads nor changes them.
Neighbours in a shop's order are written far from each other, as those of a real shop are, whose ids are hashes.
"""

from collections.abc import Iterator
from decimal import Decimal
from itertools import batched

from bson.decimal128 import Decimal128

from pricing.adapters.documents import facts_document, offer_document
from pricing.adapters.indexes import INDEXES
from pricing.adapters.mongo_facts import COLLECTION as PRODUCTS
from pricing.adapters.mongo_market import OFFERS
from shared.runtime.migrations import migrate
from shared.runtime.mongo import Document, Mongo
from tests.builders.pricing import an_offer, some_facts

OFFERS_EACH = 10
PRODUCTS_AT_ONCE = 500
READ_BY = "of_shop"
_SPREAD = 7_919  # a prime: a name is given once, whatever round number of products there is


def name_of(shop: str, size: int, place: int) -> str:
    """The id of the product that is written at a place."""
    return f"{shop}-{place * _SPREAD % size:06}"


async def prepare(mongo: Mongo) -> None:
    """Make the collections and the indexes."""
    read_by = [one for one in INDEXES[OFFERS] if one.document["name"] == READ_BY]
    await migrate(mongo, {**INDEXES, OFFERS: read_by})


async def fill(mongo: Mongo, shop: str, size: int) -> None:
    """Write a shop."""
    for places in batched(range(size), PRODUCTS_AT_ONCE, strict=False):
        each = [(name_of(shop, size, place), place) for place in places]
        await mongo.collection(PRODUCTS).insert_many([_product(shop, *one) for one in each], ordered=False)
        offers = [offer for one in each for offer in _offers(shop, *one)]
        await mongo.collection(OFFERS).insert_many(offers, ordered=False)


def _product(shop: str, name: str, place: int) -> Document:
    facts = some_facts(f"{80 + place % 40}.99", product_id=name, sku=name, shop_id=shop, cost=Decimal(50))
    return facts_document(facts)


def _offers(shop: str, name: str, place: int) -> Iterator[Document]:
    told = {"product_id": name, "shop_id": shop}
    for rival in range(OFFERS_EACH):
        offer_id = f"{name}-{rival}"
        price = Decimal128(f"{70 + (place * 7 + rival * 13) % 50}.49")
        of_offer = {"offer_id": offer_id, "product_id": name, "item_price": price}
        latest = _WRITTEN["latest"] | of_offer | {"_id": f"obs-{offer_id}"}
        previous = _WRITTEN["previous"] | of_offer | {"_id": f"old-{offer_id}"}
        yield _WRITTEN | told | {"_id": offer_id, "latest": latest, "previous": previous}


def _plain(document: Document) -> Document:
    """The same document with amounts as the wire has them: the driver need not ask what each Decimal becomes."""
    plain: Document = {}
    for name, value in document.items():
        if isinstance(value, dict):
            plain[name] = _plain(value)
        else:
            plain[name] = Decimal128(value) if isinstance(value, Decimal) else value
    return plain


_WRITTEN = _plain(offer_document(an_offer("70.49", previous="71.49")))
