"""Read prices marked up in the page itself: microdata (itemprop) and RDFa (property)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from itertools import islice

from pricing.adapters.readers.claims import (
    Claim,
    availability_of,
    code_of,
    condition_of,
    gtin_of,
    iso_currency,
    money,
    text_of,
)
from pricing.adapters.readers.elements import Markup, Tag
from pricing.adapters.readers.finding import find, rfind
from pricing.domain.price_text import PageLocale
from pricing.domain.reading import Availability, Reader

_MOST_ELEMENTS = 1_500
_MOST_SCOPES = 60
_LONGEST_VALUE = 3_000
_MOST_VALUES = 50
_PAGE = -1
_OWNERS = (
    "vehicle", "/book", "/car", "rating", "review", "breadcrumblist", "itemlist", "organization", "person", "webpage",
    "listitem",
)  # fmt: skip
_FIELDS = frozenset(
    [
        "price",
        "lowprice",
        "pricecurrency",
        "availability",
        "itemcondition",
        "sku",
        "mpn",
        "productid",
        "gtin",
        "gtin8",
        "gtin12",
        "gtin13",
        "gtin14",
        "ean",
        "isbn",
        "brand",
        "manufacturer",
        "name",
    ]
)
_PATTERNS = {prop: re.compile(prop.encode() + rb"\s*=\s*[\"']?([^\"'<>]{1,200})") for prop in ("itemprop", "property")}
_GTINS = ("gtin13", "gtin14", "gtin12", "gtin", "gtin8", "ean", "isbn")


@dataclass(slots=True)
class _Thing:
    """The properties of one product scope, in the order of the page."""

    order: int
    declared: bool
    values: dict[str, list[str]] = field(default_factory=dict)

    def first(self, name: str) -> str | None:
        return next(iter(self.values.get(name, ())), None)


def read_microdata(region: Markup, locale: PageLocale) -> Claim | None:
    """Return what itemprop attributes say about the main product."""
    return _read(region, "itemprop", "itemtype", Reader.MICRODATA, locale)


def read_rdfa(region: Markup, locale: PageLocale) -> Claim | None:
    """Return what RDFa property attributes say about the main product."""
    return _read(region, "property", "typeof", Reader.RDFA, locale)


def _read(region: Markup, prop: str, scope: str, reader: Reader, locale: PageLocale) -> Claim | None:
    things: dict[int, _Thing] = {}
    scopes = _scopes(region, scope, rfind(region.small, prop.encode()) + 1)
    for said in islice(_said(region.small, prop), _MOST_ELEMENTS):
        wanted = _wanted(said[1])
        tag = region.tag_around(said.start()) if wanted else None
        if tag is None or prop not in tag.attributes:
            continue
        owner = next((start for start, end in reversed(scopes) if start <= tag.start < end), _PAGE)
        thing = things.setdefault(owner, _Thing(order=len(things), declared=owner != _PAGE))
        for name in wanted:
            values = thing.values.setdefault(name, [])
            if len(values) < _MOST_VALUES and (value := _value(region, tag, name)):
                values.append(value)
    main = _main(list(things.values()))
    return _claim(main, things.get(_PAGE), reader, locale) if main else None


def _said(page: bytes, prop: str) -> Iterator[re.Match[bytes]]:
    """Return the places where a property is named, with what it is called."""
    word, pattern = prop.encode(), _PATTERNS[prop]
    at = find(page, word)
    while at >= 0:
        if found := pattern.match(page, at):
            yield found
        at = find(page, word, found.end() if found else at + len(word))


@lru_cache(maxsize=1_000)
def _wanted(said: bytes) -> tuple[str, ...]:
    """Return the fields a property attribute names, whatever vocabulary stands before them."""
    names = (name.rsplit(":", 1)[-1].rsplit("/", 1)[-1] for name in said.decode("utf-8", "replace").split())
    return tuple(name for name in names if name in _FIELDS)


def _scopes(region: Markup, scope: str, until: int) -> list[tuple[int, int]]:
    """Return where the things begin and end that properties up to there belong to; an offer is part of its own."""
    kinds = ((tag, tag.attributes.get(scope, "").lower()) for tag in region.tags_with(scope.encode(), _MOST_SCOPES))
    return [
        (tag.end, region.end_of(tag, until - tag.end))
        for tag, kind in kinds
        if tag.end < until and ("product" in kind or kind.endswith(_OWNERS))
    ]


def _value(region: Markup, tag: Tag, name: str) -> str | None:
    for key in ("content", "href", "datetime", "value") if name != "name" else ("content",):
        stated = tag.attributes.get(key)
        if stated and (key != "href" or name in {"availability", "itemcondition"}):
            return stated.strip()
    return region.text_of(tag, _LONGEST_VALUE)[:300] or None


def _main(things: list[_Thing]) -> _Thing | None:
    priced = [thing for thing in things if thing.first("price") or thing.first("lowprice")]
    with_currency = [thing for thing in priced if thing.first("pricecurrency")]
    return min(with_currency or priced, key=lambda thing: thing.order, default=None)


def _claim(main: _Thing, page: _Thing | None, reader: Reader, locale: PageLocale) -> Claim:
    def stated(name: str) -> str | None:
        return main.first(name) or (page.first(name) if page and page is not main else None)

    currency = iso_currency(stated("pricecurrency"), locale)
    written = [*main.values.get("price", ()), *main.values.get("lowprice", ())][:50]
    amounts = [amount for text in written if (amount := money(text, currency, locale)) is not None]
    return Claim(
        reader=reader,
        item_price=_single(amounts, main),
        other_prices=tuple(sorted(set(amounts))),
        currency=currency,
        availability=_availability(main),
        condition=condition_of(main.first("itemcondition")),
        gtin=next((code for name in _GTINS if (code := gtin_of(stated(name)))), None),
        mpn=text_of(stated("mpn")),
        sku=text_of(stated("sku")) or code_of(text_of(stated("productid"))),
        brand=text_of(stated("brand")) or text_of(stated("manufacturer")),
        # A name that belongs to no product may be a breadcrumb's.
        title=text_of(main.first("name")) if main.declared else None,
    )


def _single(amounts: list[Decimal], main: _Thing) -> Decimal | None:
    if not amounts:
        return None
    # A declared product with several offers is sold at the lowest; loose prices belong to other things on the page.
    return min(amounts[:6]) if main.declared else amounts[0]


def _availability(main: _Thing) -> Availability:
    states = {availability_of(text) for text in main.values.get("availability", ())} - {Availability.UNKNOWN}
    return (
        Availability.IN_STOCK if Availability.IN_STOCK in states else next(iter(sorted(states)), Availability.UNKNOWN)
    )
