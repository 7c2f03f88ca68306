"""What the catalogue's API takes and gives."""

from typing import Annotated, Literal

from pydantic import Field

from products.domain.product import Product
from products.domain.shop import Shop
from products.usecases.ports import ImportReport
from shared.runtime.answers import Body, MoneyView, Slug, View, timestamp
from shared.runtime.table_files import RowFaultView, shown_fault

type SellerId = Annotated[str, Field(min_length=1, max_length=100)]
type Column = Annotated[str, Field(min_length=1, max_length=200)]


class NewShop(Body):
    """A shop to open."""

    shop_id: Slug = Field(examples=["demo-eu"])
    name: str = Field(min_length=1, max_length=100)
    currency: str = Field(pattern=r"^[A-Z]{3}$", examples=["EUR"])
    country: str = Field(pattern=r"^[A-Z]{2}$", examples=["LV"])
    timezone: str = Field(default="UTC", max_length=64, examples=["Europe/Riga"])
    tax_basis: Literal["including", "excluding"] = "including"
    own_seller_ids: list[SellerId] = Field(default=[], max_length=100)


class ColumnMapping(Body):
    """Which column of the shop's files holds which field."""

    columns: dict[str, Column] = Field(max_length=50, examples=[{"sku": "id", "name": "title", "mpn": "modelno"}])
    delimiter: Literal[",", ";", "|", "\t"] = ","


class ShopView(View):
    """A shop."""

    shop_id: str
    name: str
    currency: str
    country: str
    timezone: str
    tax_basis: str
    own_seller_ids: list[str]
    import_mapping: ColumnMapping
    created_at: str


class ShopPage(View):
    """Some shops."""

    data: list[ShopView]
    next_cursor: str | None


class ItemView(View):
    """A product of the catalogue."""

    product_id: str
    shop_id: str
    sku: str
    name: str
    brand: str | None
    gtin: str | None
    mpn: str | None
    url: str | None
    category: str | None
    tags: list[str]
    price: MoneyView | None
    cost: MoneyView | None
    min_price: MoneyView | None
    max_price: MoneyView | None
    map_price: MoneyView | None
    msrp: MoneyView | None
    pack_quantity: int | None
    family: str | None
    stock: int | None
    sold_28d: int | None
    supplier: str | None
    active: bool
    revision: int
    price_since: str | None
    price_source: str | None
    batch_id: str | None
    updated_at: str


class ItemPage(View):
    """Some products."""

    data: list[ItemView]
    next_cursor: str | None


class ImportView(View):
    """What became of a file. `faults` lists the first thousand rejected rows."""

    import_id: str
    shop_id: str
    at: str
    rows: int
    accepted: int
    rejected: int
    created: int
    updated: int
    unchanged: int
    faults: list[RowFaultView]


def shown_shop(shop: Shop) -> dict[str, object]:
    """A shop as `ShopView`."""
    return {
        "shop_id": shop.shop_id,
        "name": shop.name,
        "currency": shop.currency,
        "country": shop.country,
        "timezone": shop.timezone,
        "tax_basis": shop.tax_basis,
        "own_seller_ids": list(shop.own_seller_ids),
        "import_mapping": {"columns": shop.mapping.columns, "delimiter": shop.mapping.delimiter},
        "created_at": timestamp(shop.created_at),
    }


AMOUNTS = ("price", "cost", "min_price", "max_price", "map_price", "msrp")


def shown_item(product: Product) -> dict[str, object]:
    """A product as `ItemView`."""
    draft = product.draft
    amounts = {name: getattr(draft, name) for name in AMOUNTS}
    return {
        "product_id": product.product_id,
        "shop_id": product.shop_id,
        **{name: getattr(draft, name) for name in ("sku", "name", "brand", "gtin", "mpn", "url", "category")},
        "tags": list(draft.tags),
        **{
            name: None if amount is None else {"amount": f"{amount:f}", "currency": product.currency}
            for name, amount in amounts.items()
        },
        "pack_quantity": draft.pack_quantity,
        "family": draft.family,
        "stock": draft.stock,
        "sold_28d": draft.sold_28d,
        "supplier": draft.supplier,
        "active": product.active,
        "revision": product.revision,
        "price_since": None if product.price_since is None else timestamp(product.price_since),
        "price_source": product.price_source,
        "batch_id": product.batch_id,
        "updated_at": timestamp(product.updated_at),
    }


def shown_import(report: ImportReport) -> dict[str, object]:
    """A report as `ImportView`."""
    merged = report.merged
    return {
        "import_id": report.import_id,
        "shop_id": report.shop_id,
        "at": timestamp(report.at),
        "rows": report.rows,
        "accepted": report.accepted,
        "rejected": report.rows - report.accepted,
        "created": merged.created,
        "updated": merged.updated,
        "unchanged": merged.unchanged,
        "faults": [shown_fault(fault) for fault in report.faults],
    }
