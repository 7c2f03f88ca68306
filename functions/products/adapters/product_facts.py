"""What the catalogue announces of its products: the whole of what other houses may know."""

from collections.abc import Sequence
from decimal import Decimal

from products.domain.product import Product
from shared.contracts.products import ProductFacts, ProductsChanged
from shared.kernel.identifiers import derived_id

PRODUCTS_IN_AN_EVENT = 100
# The bus takes 256 KB; an event that it never takes would wait in the outbox for ever.
BYTES_IN_AN_EVENT = 200_000


def announcements(changed: Sequence[Product]) -> list[ProductsChanged]:
    """The events that tell of changed products of one organisation; the same change makes the same events."""
    events: list[list[tuple[Product, ProductFacts]]] = []
    size = 0
    for product in changed:
        facts = _facts(product)
        length = len(facts.model_dump_json(exclude_none=True).encode())
        if not events or len(events[-1]) == PRODUCTS_IN_AN_EVENT or size + length > BYTES_IN_AN_EVENT:
            events.append([])
            size = 0
        events[-1].append((product, facts))
        size += length
    return [_event(some) for some in events]


def _event(told: Sequence[tuple[Product, ProductFacts]]) -> ProductsChanged:
    first, _ = told[0]
    versions = [f"{product.product_id}/{product.revision}" for product, _ in told]
    event_id = derived_id("evt", "products.products-changed", *versions)
    return ProductsChanged(
        id=event_id,
        occurred_at=first.updated_at,
        correlation_id=event_id,
        organisation_id=first.organisation_id,
        products=tuple(facts for _, facts in told),
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
        cost=_text(draft.cost),
        min_price=_text(draft.min_price),
        max_price=_text(draft.max_price),
        map_price=_text(draft.map_price),
        msrp=_text(draft.msrp),
        own_seller_ids=product.own_seller_ids,
        tax_basis=product.tax_basis,
        pack_quantity=draft.pack_quantity,
    )


def _text(amount: Decimal | None) -> str | None:
    return None if amount is None else f"{amount:f}"
