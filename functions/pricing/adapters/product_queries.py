"""Filters as queries on pricing's copy of the catalogue."""

from pricing.domain.product_filter import Criteria
from shared.runtime.mongo import Document

# Sorts behind every text that a category may go on with.
LAST = "\U0010ffff"


def query_of(organisation_id: str, criteria: Criteria) -> Document:
    """The query for the active products that the criteria mean."""
    query: Document = {"organisation_id": organisation_id, "active": True}
    if criteria.shop_id is not None:
        query["shop_id"] = criteria.shop_id
    return query | narrowed(criteria)


def narrowed(criteria: Criteria, price: str = "price") -> Document:
    """What the criteria ask of a product besides its shop; `price` is where its own price stands."""
    conditions = _conditions(criteria, price)
    if not conditions:
        return {}
    return {"$nor": [{"$and": conditions}]} if criteria.exclude else {"$and": conditions}


def _conditions(criteria: Criteria, price: str) -> list[Document]:
    conditions: list[Document] = [
        {field: {"$in": list(wanted)}}
        for field, wanted in (("brand", criteria.brands), ("tags", criteria.tags), ("sku", criteria.skus))
        if wanted
    ]
    if criteria.categories:
        conditions.append({"$or": [way for category in criteria.categories for way in _within(category)]})
    prices: Document = {}
    if criteria.price_from is not None:
        prices["$gte"] = criteria.price_from
    if criteria.price_to is not None:
        prices["$lte"] = criteria.price_to
    if prices:
        conditions.append({price: prices})
    return conditions


def _within(category: str) -> tuple[Document, Document]:
    below = f"{category} > "
    return {"category": category}, {"category": {"$gte": below, "$lt": below + LAST}}
