"""A reader of product pages made of selectolax, as one would write it: parse once, then select what pages usually say.

It is the yardstick of `python -m bench extraction`: its time and its accuracy stand beside those of our readers.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from selectolax.lexbor import LexborHTMLParser, LexborNode

STOCK = {
    "instock": "in_stock",
    "onlineonly": "in_stock",
    "limitedavailability": "in_stock",
    "outofstock": "out_of_stock",
    "soldout": "out_of_stock",
    "discontinued": "discontinued",
    "preorder": "pre_order",
    "backorder": "back_order",
}
IDENTIFIERS = {
    "sku": ("sku",),
    "gtin": ("gtin13", "gtin", "gtin12", "gtin14", "gtin8"),
    "mpn": ("mpn",),
    "title": ("name",),
}
MARKED_UP = {
    "price": ("price",),
    "currency": ("priceCurrency",),
    "availability": ("availability",),
    "brand": ("brand",),
}
META = {
    "price": ("product:price:amount", "og:price:amount", "product:sale_price:amount"),
    "currency": ("product:price:currency", "og:price:currency", "product:sale_price:currency"),
    "availability": ("product:availability", "og:availability"),
    "brand": ("product:brand", "og:brand"),
    "title": ("og:title",),
}


@dataclass(slots=True)
class Found:
    """What the page says; None where it does not."""

    price: Decimal | None = None
    currency: str | None = None
    availability: str | None = None
    sku: str | None = None
    gtin: str | None = None
    mpn: str | None = None
    brand: str | None = None
    title: str | None = None


def read(html: bytes) -> Found:
    """Linked data first, then microdata, then meta tags; each fills what the one before left open."""
    tree = LexborHTMLParser(html)
    found = Found()
    for script in tree.css('script[type="application/ld+json"]'):
        for product in _products(script.text()):
            _linked(product, found)
    if found.price is None:
        _microdata(tree, found)
    for name, keys in META.items():
        if getattr(found, name) is None:
            said = next((node for key in keys if (node := tree.css_first(f'meta[property="{key}"]'))), None)
            if said is not None:
                _set(found, name, said.attributes.get("content"))
    return found


def _products(text: str) -> Iterator[dict[str, Any]]:
    try:
        waiting = [json.loads(text)]
    except ValueError:
        return
    while waiting:
        one = waiting.pop()
        if isinstance(one, list):
            waiting += reversed(one)
        elif isinstance(one, dict):
            kinds = one.get("@type")
            if "Product" in (kinds if isinstance(kinds, list) else [kinds]):
                yield one
            elif "@graph" in one:
                waiting.append(one["@graph"])


def _linked(product: dict[str, Any], found: Found) -> None:
    offers = product.get("offers")
    offer = offers[0] if isinstance(offers, list) and offers else offers
    if isinstance(offer, dict):
        specification = offer.get("priceSpecification")
        if isinstance(specification, list):
            specification = specification[0] if specification else None
        for part in (offer, specification or {}):
            _set(found, "price", part.get("price") or part.get("lowPrice"))
            _set(found, "currency", part.get("priceCurrency"))
        _set(found, "availability", offer.get("availability"))
    for name, keys in IDENTIFIERS.items():
        _set(found, name, next((product[key] for key in keys if product.get(key)), None))
    brand = product.get("brand")
    _set(found, "brand", brand.get("name") if isinstance(brand, dict) else brand)


def _microdata(tree: LexborHTMLParser, found: Found) -> None:
    names = {
        "price": ("price",),
        "currency": ("priceCurrency",),
        "availability": ("availability",),
        "brand": ("brand",),
    }
    for name, keys in (names | IDENTIFIERS).items():
        node = next((one for key in keys if (one := tree.css_first(f'[itemprop="{key}"]'))), None)
        if node is not None:
            _set(found, name, _said(node))


def _said(node: LexborNode) -> str | None:
    attributes = node.attributes
    return attributes.get("content") or attributes.get("href") or node.text(strip=True)


def _set(found: Found, name: str, value: object) -> None:
    if getattr(found, name) is not None or not isinstance(value, str | int | float):
        return
    if name == "price":
        try:
            found.price = Decimal(str(value).strip().lstrip("$€£ ").replace(",", ""))
        except InvalidOperation:
            return
    elif name == "availability":
        found.availability = STOCK.get(str(value).rpartition("/")[2].replace(" ", "").replace("_", "").lower())
    else:
        setattr(found, name, str(value).strip() or None)
