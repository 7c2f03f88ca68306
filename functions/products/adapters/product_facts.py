"""What the catalogue announces of its products: the whole of what other houses may know."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from products.domain.product import Product
from shared.contracts.products import ProductFacts, ProductsChanged
from shared.kernel.identifiers import derived_id

PRODUCTS_IN_AN_EVENT = 100
# The bus takes 256 KB; an event that it never takes would wait in the outbox for ever.
BYTES_IN_AN_EVENT = 200_000


def announcements(changed: Sequence[Product]) -> list[ProductsChanged]:
    """The events that tell of changed products of one organisation; the same change makes the same events."""
    return [_event(some, some[0][0].updated_at) for some in _batches(changed)]


def told_again(products: Sequence[Product], job_id: str, at: datetime) -> list[ProductsChanged]:
    """The events that tell of products of one organisation once more, for a job."""
    return [_event(some, at, again=job_id) for some in _batches(products)]


def _batches(products: Sequence[Product]) -> list[list[tuple[Product, ProductFacts]]]:
    events: list[list[tuple[Product, ProductFacts]]] = []
    size = 0
    for product in products:
        facts = _facts(product)
        length = len(facts.model_dump_json(exclude_none=True).encode())
        if not events or len(events[-1]) == PRODUCTS_IN_AN_EVENT or size + length > BYTES_IN_AN_EVENT:
            events.append([])
            size = 0
        events[-1].append((product, facts))
        size += length
    return events


def _event(told: Sequence[tuple[Product, ProductFacts]], at: datetime, *, again: str | None = None) -> ProductsChanged:
    versions = [f"{product.product_id}/{product.revision}" for product, _ in told]
    once_more = () if again is None else ("again", again)
    event_id = derived_id("evt", "products.products-changed", *versions, *once_more)
    return ProductsChanged(
        id=event_id,
        occurred_at=at,
        correlation_id=again or event_id,
        organisation_id=told[0][0].organisation_id,
        products=tuple(facts for _, facts in told),
        again=again is not None,
    )


def _facts(product: Product) -> ProductFacts:
    draft = product.draft
    return ProductFacts(
        product_id=product.product_id,
        shop_id=product.shop_id,
        sku=draft.sku,
        name=draft.name,
        currency=product.currency,
        revision=product.revision,
        active=product.active,
        brand=draft.brand,
        gtin=draft.gtin,
        mpn=draft.mpn,
        category=draft.category,
        tags=draft.tags,
        price=_text(draft.price),
        price_since=product.price_since,
        price_number=product.price_number,
        price_source=product.price_source,
        cost=_text(draft.cost),
        min_price=_text(draft.min_price),
        max_price=_text(draft.max_price),
        map_price=_text(draft.map_price),
        msrp=_text(draft.msrp),
        own_seller_ids=product.own_seller_ids,
        tax_basis=product.tax_basis,
        pack_quantity=draft.pack_quantity,
        family=draft.family,
        stock=draft.stock,
        sold_28d=draft.sold_28d,
        supplier=draft.supplier,
        country=product.country,
        time_zone=product.time_zone,
    )


def _text(amount: Decimal | None) -> str | None:
    return None if amount is None else f"{amount:f}"
