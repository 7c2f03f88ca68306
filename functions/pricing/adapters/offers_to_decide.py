"""The offers that decisions are made from, in MongoDB: a stretch of a shop's products at once where that pays."""

from collections.abc import Sequence

from pricing.adapters.documents import offer_from
from pricing.domain.market import Offer
from shared.runtime.mongo import Collection, Document, found_among

# What a decision asks of a look, and what no look is without.
_OF_A_LOOK = (
    *("_id", "organisation_id", "offer_id", "product_id", "competitor_id", "job_id", "url", "outcome", "captured_at"),
    *("item_price", "shipping", "currency", "availability", "seller", "confidence", "agreement", "fulfilment"),
    "normalised",
)
DECIDED_BY = dict.fromkeys(
    (
        *("organisation_id", "product_id", "shop_id", "competitor_id", "url", "host", "match_type", "created_at"),
        *(f"{look}.{name}" for look in ("latest", "quarantined") for name in _OF_A_LOOK),
    ),
    1,
)
FEW_PRODUCTS = 200
OFFERS_AT_ONCE = 2_000
MOST_STRANGERS = 1_000


async def read_offers(
    offers: Collection, organisation_id: str, shop_id: str, product_ids: Sequence[str]
) -> dict[str, tuple[Offer, ...]]:
    """The offers of some products of a shop, by product id, with what decisions look at.

    `PyMongoError` when the database does not answer.
    """
    of_shop = {"organisation_id": organisation_id, "shop_id": shop_id}
    ids = sorted(set(product_ids))
    documents = await _stretch(offers, of_shop, ids) if len(ids) > FEW_PRODUCTS else None
    if documents is None:
        documents = [one async for one in found_among(offers, of_shop, "product_id", ids, DECIDED_BY)]
    found: dict[str, list[Offer]] = {}
    for document in documents:
        found.setdefault(document["product_id"], []).append(offer_from(document))
    return {product_id: tuple(of_product) for product_id, of_product in found.items()}


def stretch_query(of_shop: Document, ids: Sequence[str]) -> Document:
    """The query for all that stands between the first and the last of some sorted products of a shop."""
    return of_shop | {"product_id": {"$gte": ids[0], "$lte": ids[-1]}}


async def _stretch(offers: Collection, of_shop: Document, ids: list[str]) -> list[Document] | None:
    """All between the first and the last of the products; None where most of that is of others, who are not asked for.

    Products of a part stand beside each other, unless they are of families or few of many.
    """
    wanted, found, strangers = frozenset(ids), list[Document](), 0
    async with offers.find(stretch_query(of_shop, ids), DECIDED_BY, batch_size=OFFERS_AT_ONCE) as cursor:
        async for one in cursor:
            if one["product_id"] in wanted:
                found.append(one)
                continue
            strangers += 1
            if strangers > max(len(found), MOST_STRANGERS):
                return None
    return found
