"""The closed list of what a rule may read, each with where it comes from; nothing of a rival that is not public.

Own: facts of our own products, from our own catalogue and sales. Prices, stock states and sellers that rivals show in
public enter through references only. There is no licensed field.
"""

import re
from dataclasses import dataclass
from decimal import Decimal
from difflib import get_close_matches
from fractions import Fraction
from typing import Literal

from pricing.domain.market import ProductFacts

type Kind = Literal["text", "path", "tags", "money", "count", "share"]
type Source = Literal["own", "public", "licensed"]


@dataclass(frozen=True, slots=True)
class Field:
    """One fact of a product: its kind, whose it is, and what it says."""

    kind: Kind
    source: Source
    text: str

    @property
    def is_number(self) -> bool:
        """Whether it is compared by size."""
        return self.kind in {"money", "count", "share"}


FIELDS: dict[str, Field] = {
    "sku": Field("text", "own", "our number of the product"),
    "name": Field("text", "own", "the product's name"),
    "brand": Field("text", "own", "the maker's brand"),
    "gtin": Field("text", "own", "GTIN or EAN"),
    "mpn": Field("text", "own", "the maker's part number"),
    "family": Field("text", "own", "the family of variants it belongs to"),
    "category": Field("path", "own", "the category, parts split by « > »"),
    "tags": Field("tags", "own", "the product's tags"),
    "price": Field("money", "own", "our present price"),
    "cost": Field("money", "own", "what the product costs us"),
    "min_price": Field("money", "own", "the product's own minimum"),
    "max_price": Field("money", "own", "the product's own maximum"),
    "map_price": Field("money", "own", "minimum advertised price"),
    "msrp": Field("money", "own", "the maker's suggested price"),
    "margin_percent": Field("share", "own", "(price − cost) / price, in percent"),
    "stock": Field("count", "own", "units on hand"),
    "sold_28d": Field("count", "own", "units sold in the last 28 days"),
    "pack_quantity": Field("count", "own", "units in a pack"),
}
IN_FORMULAS = tuple(name for name, one in FIELDS.items() if one.kind in {"money", "count"})

RIVALS = ("rival", "competitor", "their", "shared", "pooled", "industry", "market")
SECRETS = (
    "cost", "margin", "profit", "sales", "sold", "units", "volume", "revenue", "turnover", "stock_level", "inventory",
    "forecast", "capacity", "plan", "intent", "future", "strategy", "rule", "policy", "floor", "minimum", "min_price",
    "rebate", "discount_terms", "supplier_terms", "customers", "conversion", "elasticity",
)  # fmt: skip


def is_rivals_secret(name: str) -> bool:
    """Whether a name asks for what a rival does not show in public: its costs, sales, plans or limits."""
    words = name.casefold()
    return words not in FIELDS and any(who in words for who in RIVALS) and any(what in words for what in SECRETS)


PLACES = (
    "postcode", "postal", "zip", "zipcode", "city", "town", "region", "state", "country", "county", "district",
    "neighbourhood", "neighborhood", "street", "address", "location", "geo", "latitude", "longitude",
)  # fmt: skip
PERSONS = (
    "customer", "customers", "buyer", "buyers", "shopper", "visitor", "user", "person", "gender", "sex", "age",
    "birthday", "religion", "ethnicity", "race", "nationality", "language", "disability", "health", "income", "salary",
    "household", "loyalty", "device", "browser", "ip",
)  # fmt: skip
_OF_THE_ARTICLE = frozenset({"origin", "stock", "product", "shelf"})


def is_biased(name: str) -> bool:
    """Whether a name asks where or who the buyer is: one price for all, whoever looks."""
    words = frozenset(re.findall(r"[a-z]+", name.casefold()))
    asked = not words.isdisjoint(PLACES) or not words.isdisjoint(PERSONS)
    return name not in FIELDS and asked and words.isdisjoint(_OF_THE_ARTICLE)


def near(name: str, known: list[str]) -> str:
    """«; did you mean …?» when a known name is close, else nothing."""
    found = get_close_matches(name, known, n=1, cutoff=0.6)
    return f"; did you mean «{found[0]}»?" if found else ""


def value_of(facts: ProductFacts, name: str) -> str | Decimal | Fraction | tuple[str, ...] | None:
    """What a product says of a field; None where it says nothing."""
    if name == "margin_percent":
        price, cost = facts.price, facts.cost
        return None if cost is None or not price else (Fraction(price) - Fraction(cost)) * 100 / Fraction(price)
    value = getattr(facts, name)
    return Decimal(value) if isinstance(value, int) else value
