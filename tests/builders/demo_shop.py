"""The headphones shop of the journeys: catalogue, policy and market; and a shop with drawn numbers beside it."""

import csv
import io
import random
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from local.market.model import Item, Market, Shop, Style, address_of

SHOP, DRAWN_SHOP, RIVAL_HOST = "demo-eu", "drawn-eu", "c1.example"
HEADER = ("sku", "name", "category", "price", "cost", "min_price", "max_price", "map_price")
ROWS = (
    ("HP-100", "Headphones 100", "Audio", "99.99", "60.00", "", "129.00", ""),
    ("HP-200", "Headphones 200", "Audio", "54.99", "40.00", "", "", ""),
    ("HP-300", "Headphones 300", "Audio", "209.00", "120.00", "", "", "199.00"),
    ("HP-400", "Headphones 400", "Audio", "29.99", "20.00", "", "34.99", ""),
    ("HP-500", "Headphones 500", "Audio", "1149.00", "800.00", "", "", ""),
    ("HP-600", "Headphones 600", "Audio", "450.00", "300.00", "433.00", "463.00", ""),
    ("HP-700", "Headphones 700", "Stale", "20.00", "10.00", "", "", ""),
)
SCANNED = {"HP-100": "94.90", "HP-200": "45.00", "HP-300": "179.00", "HP-500": "1099.00", "HP-600": "464.85"}
"""What C1 asks on its pages; the other offers are told as a scanner tells them."""

LIMITED = {"min_margin_percent": "20", "max_price": "129.00", "max_up_percent": "5", "max_down_percent": "5"}
UNLIMITED = {"min_margin_percent": "20", "max_price": "129.00"}
ONE_UNDER = {"reference": "lowest", "relation": "below", "by": {"percent": "1"}}
LOWEST = {"reference": "lowest"}


def policy(follow: dict[str, Any], bounds: dict[str, Any]) -> dict[str, Any]:
    """The shop's policy; how HP-100 is priced is said by the test."""
    return {
        "name": "Headphones",
        "shop": SHOP,
        "currency": "EUR",
        "defaults": {"routing": {"auto_within_percent": "10", "manager_above_percent": "25"}},
        "rules": [
            {
                "name": "top headphones",
                "when": {"field": "sku", "eq": "HP-100"},
                "follow": [follow],
                "bounds": bounds,
                "ending": {"endings": [".99"]},
            },
            {
                "name": "entry headphones",
                "when": {"field": "sku", "eq": "HP-200"},
                "follow": [LOWEST],
                "bounds": {"min_margin_percent": "15"},
                "ending": {"endings": [".99"]},
            },
            {
                "name": "under the next",
                "when": {"field": "sku", "eq": "HP-600"},
                "follow": [{"reference": "lowest", "relation": "below", "by": {"money": "1.00"}}],
            },
            {"name": "match the lowest", "follow": [LOWEST]},
        ],
    }


def catalogue(rows: tuple[tuple[str, ...], ...] = ROWS) -> str:
    """The shop's catalogue as a file."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(HEADER)
    writer.writerows(rows)
    return out.getvalue()


def c1(prices: dict[str, str]) -> dict[str, object]:
    """The market document of a German shop that asks these prices and never moves by itself."""
    items = [{"sku": sku, "title": f"Kopfhörer {sku}", "price": price} for sku, price in prices.items()]
    shop = {"host": RIVAL_HOST, "style": "json-ld", "language": "de", "country": "DE", "currency": "EUR"}
    return {"seed": 1, "shops": [shop | {"moves": False, "items": items}]}


def page_of(sku: str) -> str:
    """The address of C1's page of a product."""
    item = Item(sku=sku, title=f"Kopfhörer {sku}", price=Decimal(1))
    shop = Shop(host=RIVAL_HOST, style=Style.JSON_LD, items=(item,))
    return address_of(Market(seed=1, shops=(shop,)).shops[0], item)


@dataclass(frozen=True, slots=True)
class DrawnOffer:
    """An offer with drawn numbers; `state` is in, out or ours."""

    rival: str
    item: Decimal
    shipping: Decimal
    state: str


@dataclass(frozen=True, slots=True)
class DrawnProduct:
    """A product with drawn numbers and its offers."""

    sku: str
    price: Decimal
    cost: Decimal
    max_price: Decimal | None
    map_price: Decimal | None
    offers: tuple[DrawnOffer, ...]

    @property
    def row(self) -> tuple[str, ...]:
        """The product as a row of a catalogue."""
        told = (self.price, self.cost, None, self.max_price, self.map_price)
        return self.sku, self.sku, "Drawn", *("" if one is None else str(one) for one in told)


DRAWN_POLICY: dict[str, Any] = {
    "name": "One percent under",
    "shop": DRAWN_SHOP,
    "currency": "EUR",
    "rules": [
        {
            "name": "all",
            "follow": [ONE_UNDER],
            "bounds": {"min_margin_percent": "12.5", "max_up_percent": "7", "max_down_percent": "9"},
            "ending": {"endings": [".99", ".49"]},
        }
    ],
}


def drawn_products(seed: int, count: int) -> list[DrawnProduct]:
    """Products of which no number is round, some without rivals, with MAP or with a maximum."""
    drawn = random.Random(seed)

    def near(price: Decimal, low: int, high: int) -> Decimal:
        return (price * drawn.randint(low, high) / 1000).quantize(Decimal("0.01"))

    products = []
    for number in range(count):
        price = Decimal(drawn.randrange(1_000, 90_000)) / 100
        offers = tuple(
            DrawnOffer(
                rival=f"g{rival}",
                item=near(price, 780, 1_200),
                shipping=Decimal(drawn.choice([0, 0, 295, 499])) / 100,
                state=drawn.choice(["in", "in", "in", "out", "ours"]),
            )
            for rival in range(1, drawn.randint(0, 3) + 1)
        )
        products.append(
            DrawnProduct(
                sku=f"G-{number:03}",
                price=price,
                cost=near(price, 550, 930),
                max_price=near(price, 1_000, 1_300) if drawn.random() < 0.4 else None,
                map_price=near(price, 850, 1_000) if drawn.random() < 0.3 else None,
                offers=offers,
            )
        )
    return products
