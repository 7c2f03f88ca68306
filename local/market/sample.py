"""The market's own sample: a catalogue of some sixty products and the shops that compete with it."""

import csv
import io
from dataclasses import dataclass
from decimal import Decimal
from hashlib import blake2b

from local.market.model import Item, Market, Shop, Style, rounded
from shared.kernel.gtin import check_digit

SEED = 20_260_301
HEADERS = ("sku", "name", "brand", "gtin", "mpn", "category", "price", "currency", "cost", "map")
_KINDS = (
    ("Headphones", "Wireless Headphones", "79.90"), ("Kettle", "Electric Kettle 1.7 L", "39.50"),
    ("Backpack", "Travel Backpack 32 L", "89.00"), ("Lamp", "LED Desk Lamp", "45.95"),
    ("Router", "Wi-Fi 6 Router", "129.99"), ("Keyboard", "Mechanical Keyboard", "109.00"),
    ("Blender", "Stand Blender 1000 W", "99.90"), ("Monitor", "27 inch Monitor", "249.00"),
    ("Drill", "Cordless Drill 18 V", "119.50"), ("Tent", "Two-Person Tent", "159.00"),
    ("Scale", "Kitchen Scale", "24.99"), ("Vacuum", "Robot Vacuum", "1299.00"),
)  # fmt: skip
_BRANDS = ("Aldervale", "Brightmoor", "Cindertop", "Driftline", "Elmhurst")
_SHOPS = (
    ("northlight.example", Style.JSON_LD, "en", "US", "USD", 0.97),
    ("maplecart.example", Style.MICRODATA, "en", "US", "USD", 1.02),
    ("harbourmart.example", Style.PLAIN, "en", "US", "USD", 0.99),
    ("alpenkauf.example", Style.RDFA, "de", "DE", "EUR", 0.93),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """One row of the sample catalogue."""

    sku: str
    name: str
    brand: str
    gtin: str
    mpn: str
    category: str
    price: Decimal
    currency: str
    cost: Decimal
    map: Decimal | None


def sample_products() -> tuple[Product, ...]:
    """Return the sample catalogue: every kind of product from every brand."""
    rows = [(kind, brand) for kind in _KINDS for brand in _BRANDS]
    return tuple(_product(number, kind, brand) for number, (kind, brand) in enumerate(rows, start=1))


def sample_market() -> Market:
    """Return the shops that sell the sample catalogue, each at its own level of prices."""
    products = sample_products()
    return Market(seed=SEED, shops=tuple(_shop(products, *facts) for facts in _SHOPS))


def sample_catalogue_csv() -> str:
    """Return the sample catalogue as CSV with named headers."""
    out = io.StringIO()
    writer = csv.DictWriter(out, HEADERS, lineterminator="\n")
    writer.writeheader()
    for product in sample_products():
        writer.writerow(
            {name: getattr(product, name) if getattr(product, name) is not None else "" for name in HEADERS}
        )
    return out.getvalue()


def with_check_digit(digits: str) -> str:
    """Return a GTIN: the digits and the check digit they demand."""
    return f"{digits}{check_digit(digits)}"


def _product(number: int, kind: tuple[str, str, str], brand: str) -> Product:
    category, name, base = kind
    price = rounded(Decimal(base) * Decimal(str(0.9 + _share(f"{brand}{name}") * 0.3)), "USD")
    return Product(
        sku=f"OPX-{number:04}",
        name=f"{brand} {name}",
        brand=brand,
        gtin=with_check_digit(f"4099{number:08}"),
        mpn=f"{brand[:2].upper()}{category[:3].upper()}-{number:03}",
        category=category,
        price=price,
        currency="USD",
        cost=rounded(price * Decimal("0.68"), "USD"),
        map=rounded(price * Decimal("0.98"), "USD") if number % 5 == 0 else None,
    )


def _shop(
    products: tuple[Product, ...], host: str, style: Style, language: str, country: str, currency: str, level: float
) -> Shop:
    items = tuple(
        Item(
            sku=f"{host[:2].upper()}{product.sku[4:]}",
            title=product.name,
            brand=product.brand,
            mpn=product.mpn,
            gtin=product.gtin,
            price=rounded(product.price * Decimal(str(level + (_share(host + product.sku) - 0.5) * 0.12)), currency),
        )
        for product in products
        if _share(f"sells{host}{product.sku}") < 0.85  # noqa: PLR2004
    )
    return Shop(host=host, style=style, language=language, country=country, currency=currency, items=items)


def _share(fact: str) -> float:
    return int.from_bytes(blake2b(f"{SEED}{fact}".encode(), digest_size=7).digest()) / 2**56
