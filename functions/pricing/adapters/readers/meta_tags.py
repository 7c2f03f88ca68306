"""Read the price and product tags in a page's head: OpenGraph, product meta, Twitter labels."""

import html
import re
from collections.abc import Iterator
from decimal import Decimal

from pricing.adapters.readers.claims import Claim, availability_of, condition_of, gtin_of, iso_currency, money, text_of
from pricing.adapters.readers.finding import find, rfind
from pricing.domain.price_text import PageLocale, read_price
from pricing.domain.reading import Reader

_HEAD = 160_000
_CONTENT = b"content="
_META = b"<meta"
_LONGEST_TAG = 3_000
_WIDEST_GAP = 50_000  # tags stand together; what follows them is script
_ATTRIBUTE = re.compile(rb"(property|name|content|itemprop)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s>]+))", re.IGNORECASE)
# How most tags are written: a name, a content, and nothing else.
_USUAL = re.compile(rb"\s*+(?:property|name)=\"([a-zA-Z][\w:.-]*+)\"\s++content=\"([^\"]*+)\"\s*+/?")
_UNWANTED = re.compile(
    rb"\s*(?:property|name)\s*=\s*[\"']?"
    rb"(?!og:(?:ti|ty|pr|lo|av|co|br|de)|product:|price|currency|description|twitter:data1)[^\"'\s>]",
    re.IGNORECASE,
)
_WORDS_BEFORE_PRICE = re.compile(r"[:：]\s*([^。.;|]{1,40})")
_PRICE = (
    "product:sale_price:amount",
    "product:price:amount",
    "og:price:amount",
    "og:price",
    "product:price",
    "price",
    "twitter:data1",
)
_LIST = ("product:original_price:amount", "og:price:standard_amount", "product:retail_price:amount")
_CURRENCY = (
    "product:sale_price:currency",
    "product:price:currency",
    "og:price:currency",
    "currency",
    "product:currency",
)


def meta_tags(page: bytes) -> dict[str, str]:
    """Return the head's meta tags that may speak of a product, by lower-case name, the first of each name."""
    tags: dict[str, str] = {}
    for tag in _tags(page, _HEAD):
        if _UNWANTED.match(tag) or b"itemprop=" in tag:
            continue
        name, content = _named(tag)
        if name and content is not None:
            value = content.decode("utf-8", "replace").strip()
            value = html.unescape(value).strip() if "&" in value else value
            tags.setdefault(name.decode("utf-8", "replace").strip().lower(), value)
    return tags


def _named(tag: bytes) -> tuple[bytes | None, bytes | None]:
    """Return what a tag is called and what it says, where it is no other thing's property."""
    if usual := _USUAL.fullmatch(tag):
        return usual[1], usual[2]
    parts = {name.lower(): (a or b or c) for name, a, b, c in _ATTRIBUTE.findall(tag)}
    if b"itemprop" in parts:
        return None, None
    return parts.get(b"property") or parts.get(b"name"), parts.get(b"content")


def _tags(page: bytes, end: int) -> Iterator[bytes]:
    # The longer word is found faster, and nearly every tag of interest has it in this spelling.
    mark = _CONTENT if find(page, _CONTENT, 0, end) >= 0 else _META
    at = find(page, mark, 0, end)
    while at >= 0:
        start, close = rfind(page, b"<", max(0, at - _LONGEST_TAG), at + 1), find(page, b">", at, at + _LONGEST_TAG)
        if start >= 0 and close > 0 and page.startswith(_META, start):
            yield page[start + len(_META) : close]
        at = find(page, mark, max(close, at + len(mark)), min(end, at + _WIDEST_GAP))


def read_meta_tags(tags: dict[str, str], locale: PageLocale) -> Claim | None:
    """Return what the tags say, or None when none of them speaks of a price or a product."""
    stated = [tags[name] for name in _CURRENCY if name in tags]
    currency = next((code for said in stated if (code := iso_currency(said, locale))), None)
    price = _first(tags, _PRICE, currency, locale)
    if price is None and not _of_product(tags):
        return None
    listed = _first(tags, _LIST, currency, locale)
    return Claim(
        reader=Reader.OPENGRAPH,
        item_price=price,
        list_price=listed if price is not None and listed is not None and listed > price else None,
        shipping=money(tags.get("product:shipping_cost:amount"), currency, locale),
        currency=currency or _sign(tags, locale),
        availability=availability_of(tags.get("product:availability") or tags.get("og:availability")),
        condition=condition_of(tags.get("product:condition") or tags.get("og:condition")),
        gtin=gtin_of(tags.get("product:ean") or tags.get("product:upc") or tags.get("product:isbn")),
        mpn=text_of(tags.get("product:mfr_part_no")),
        sku=text_of(tags.get("product:retailer_item_id") or tags.get("product:retailer_part_no")),
        brand=text_of(tags.get("product:brand") or tags.get("og:brand")),
        title=text_of(tags.get("og:title")),
    )


def _first(tags: dict[str, str], names: tuple[str, ...], currency: str | None, locale: PageLocale) -> Decimal | None:
    for name in names:
        said = tags.get(name)
        if not said or (name == "twitter:data1" and not _looks_like_price(tags)):
            continue
        if (amount := money(said, currency, locale)) is not None:
            return amount
    return None


def _of_product(tags: dict[str, str]) -> bool:
    return tags.get("og:type", "").startswith("product") or any(name.startswith("product:") for name in tags)


def _looks_like_price(tags: dict[str, str]) -> bool:
    said = tags.get("twitter:data1")
    return said is not None and read_price(said).symbol is not None


def _sign(tags: dict[str, str], locale: PageLocale) -> str | None:
    stated = next((tags[name] for name in _PRICE if name in tags), None)
    return read_price(stated, locale=locale).currency if stated else None


def price_in_description(tags: dict[str, str], locale: PageLocale) -> Decimal | None:
    """Return the price a description states right behind a colon; it supports other readers, never speaks alone."""
    found = _WORDS_BEFORE_PRICE.search(tags.get("og:description") or tags.get("description") or "")
    read = read_price(found[1], locale=locale) if found else None
    return read.amount if read and read.symbol else None
