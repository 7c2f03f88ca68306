"""What the catalogue announces of its products: the whole of what other houses may know."""

from collections.abc import Sequence
from decimal import Decimal
from itertools import batched

from products.domain.product import Product
from shared.contracts.products import ProductFacts, ProductsChanged
from shared.kernel.identifiers import derived_id

PRODUCTS_IN_AN_EVENT = 100


def announcements(changed: Sequence[Product]) -> list[ProductsChanged]:
    """The events that tell of changed products of one organisation; the same change makes the same events."""
    return [_event(some) for some in batched(changed, PRODUCTS_IN_AN_EVENT, strict=False)]


def _event(products: Sequence[Product]) -> ProductsChanged:
    first = products[0]
    versions = [f"{product.product_id}/{product.revision}" for product in products]
    event_id = derived_id("evt", "products.products-changed", *versions)
    return ProductsChanged(
        id=event_id,
        occurred_at=first.updated_at,
        correlation_id=event_id,
        organisation_id=first.organisation_id,
        products=tuple(_facts(product) for product in products),
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
        price=_text(draft.price),
        price_since=product.price_since,
        cost=_text(draft.cost),
        min_price=_text(draft.min_price),
        max_price=_text(draft.max_price),
        map_price=_text(draft.map_price),
        msrp=_text(draft.msrp),
        own_seller_ids=product.own_seller_ids,
    )


def _text(amount: Decimal | None) -> str | None:
    return None if amount is None else f"{amount:f}"
