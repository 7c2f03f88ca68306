"""A product: one sellable unit of a shop, with what is known of its prices and bounds."""

from dataclasses import dataclass, fields, replace
from datetime import datetime
from decimal import Decimal

from products.domain.shop import TaxBasis
from shared.kernel.identifiers import derived_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What is known of a product. None means that nobody has said it. A category is a path: `Home > Lighting`.

    `pack_quantity` is how many units the product holds, for comparing it with packs of another size. Products of one
    `family` are variants that may be given one price. `stock` are units on hand, `sold_28d` units sold in 28 days.
    `supplier` is whom we buy it from.
    """

    sku: str
    name: str
    brand: str | None = None
    gtin: str | None = None
    mpn: str | None = None
    url: str | None = None
    category: str | None = None
    tags: tuple[str, ...] = ()
    price: Decimal | None = None
    cost: Decimal | None = None
    min_price: Decimal | None = None
    max_price: Decimal | None = None
    map_price: Decimal | None = None
    msrp: Decimal | None = None
    pack_quantity: int | None = None
    family: str | None = None
    stock: int | None = None
    sold_28d: int | None = None
    supplier: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """A product as the catalogue holds it; amounts are in the shop's currency.

    `price_number` grows by one with each change of the price. Country and time zone are those of the shop.
    """

    product_id: str
    organisation_id: str
    shop_id: str
    currency: str
    own_seller_ids: tuple[str, ...]
    draft: Draft
    active: bool
    revision: int
    price_since: datetime | None
    price_source: str | None
    batch_id: str | None
    updated_at: datetime
    tax_basis: TaxBasis | None = None
    price_number: int = 0
    country: str | None = None
    time_zone: str | None = None


def product_id_of(organisation_id: str, shop_id: str, sku: str) -> str:
    """The id of a shop's SKU, the same however often the SKU is imported."""
    return derived_id("prd", organisation_id, shop_id, sku)


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """What is needed to take a draft in: whose it is, in which shop and currency, what the shop says of all, and when.

    `told` names the fields that the import has a column for; of the others it says nothing.
    """

    organisation_id: str
    shop_id: str
    currency: str
    own_seller_ids: tuple[str, ...]
    at: datetime
    tax_basis: TaxBasis | None = None
    country: str | None = None
    time_zone: str | None = None
    told: frozenset[str] = frozenset(field.name for field in fields(Draft))


def taken_in(existing: Product | None, draft: Draft, origin: Origin) -> Product | None:
    """The product after an import, or None when the import changes nothing.

    An empty cell takes a value away; a column that the file does not have leaves it: a file of prices alone
    must not take the costs and the MAP prices with it.
    """
    if existing is None:
        return Product(
            product_id=product_id_of(origin.organisation_id, origin.shop_id, draft.sku),
            organisation_id=origin.organisation_id,
            shop_id=origin.shop_id,
            currency=origin.currency,
            own_seller_ids=origin.own_seller_ids,
            draft=draft,
            active=True,
            revision=1,
            price_since=None if draft.price is None else origin.at,
            price_source=None if draft.price is None else "import",
            batch_id=None,
            updated_at=origin.at,
            tax_basis=origin.tax_basis,
            price_number=0 if draft.price is None else 1,
            country=origin.country,
            time_zone=origin.time_zone,
        )
    draft = replace(existing.draft, **{name: getattr(draft, name) for name in origin.told})
    of_shop = (existing.own_seller_ids, existing.tax_basis, existing.country, existing.time_zone)
    said = (origin.own_seller_ids, origin.tax_basis, origin.country, origin.time_zone)
    if existing.draft == draft and of_shop == said:
        return None
    moved = existing.draft.price != draft.price
    return replace(
        existing,
        draft=draft,
        own_seller_ids=origin.own_seller_ids,
        tax_basis=origin.tax_basis,
        country=origin.country,
        time_zone=origin.time_zone,
        revision=existing.revision + 1,
        price_number=existing.price_number + moved,
        price_since=origin.at if moved else existing.price_since,
        price_source="import" if moved else existing.price_source,
        batch_id=None if moved else existing.batch_id,
        updated_at=origin.at,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPrice:
    """A price to show from now on, agreed on while the shop showed `expected`."""

    product_id: str
    amount: Decimal
    currency: str
    expected: Decimal | None
    batch_id: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a price was not written."""

    outcome: str
    detail: str


def repriced(existing: Product | None, price: NewPrice, at: datetime) -> Product | Refusal | None:
    """The product with its new price, None when it shows it already, or why it must not be written."""
    if existing is None:
        return Refusal("unknown_product", "the catalogue has no such product")
    if existing.currency != price.currency:
        return Refusal("conflict", f"the shop sells in {existing.currency}, the price is in {price.currency}")
    if existing.draft.price == price.amount:
        return None
    if existing.draft.price != price.expected:
        return Refusal("conflict", f"the shop shows {existing.draft.price}, not {price.expected}: changed since")
    return replace(
        existing,
        draft=replace(existing.draft, price=price.amount),
        revision=existing.revision + 1,
        price_number=existing.price_number + 1,
        price_since=at,
        price_source="publication",
        batch_id=price.batch_id,
        updated_at=at,
    )
