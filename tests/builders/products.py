"""The catalogue's values, valid by default; a test changes the one thing it is about."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from products.domain.product import Draft, NewPrice, Origin
from products.domain.shop import Mapping, Shop
from products.usecases.ports import ImportReport, Merged

MONDAY = datetime(2026, 11, 23, 6, tzinfo=UTC)


def a_shop(**changes: Any) -> Shop:
    """A shop of the organisation org that sells in EUR."""
    fields: dict[str, Any] = {
        "organisation_id": "org",
        "shop_id": "demo-eu",
        "name": "Demo",
        "currency": "EUR",
        "country": "LV",
        "timezone": "Europe/Riga",
        "tax_basis": "including",
        "own_seller_ids": ("OWN2",),
        "mapping": Mapping(),
        "created_at": MONDAY,
    }
    return Shop(**(fields | changes))


def a_draft(sku: str = "HP-100", price: str | None = "99.99", **changes: Any) -> Draft:
    """What a file says of headphones."""
    fields: dict[str, Any] = {
        "sku": sku,
        "name": "Headphones",
        "price": None if price is None else Decimal(price),
        "cost": Decimal("60.00"),
    }
    return Draft(**(fields | changes))


def an_origin(**changes: Any) -> Origin:
    """An import into the shop demo-eu, now."""
    fields: dict[str, Any] = {
        "organisation_id": "org",
        "shop_id": "demo-eu",
        "currency": "EUR",
        "own_seller_ids": ("OWN2",),
        "at": MONDAY,
    }
    return Origin(**(fields | changes))


def a_new_price(product_id: str, amount: str = "95.99", **changes: Any) -> NewPrice:
    """A price that was agreed on while the shop showed 99.99."""
    fields: dict[str, Any] = {
        "product_id": product_id,
        "amount": Decimal(amount),
        "currency": "EUR",
        "expected": Decimal("99.99"),
        "batch_id": "bat",
    }
    return NewPrice(**(fields | changes))


def a_report(**changes: Any) -> ImportReport:
    """The report of a file with one good row."""
    fields: dict[str, Any] = {
        "import_id": "imp",
        "organisation_id": "org",
        "shop_id": "demo-eu",
        "at": MONDAY,
        "rows": 1,
        "merged": Merged(1, 0, 0),
        "faults": (),
    }
    return ImportReport(**(fields | changes))
