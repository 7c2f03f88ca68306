"""Read prices marked up in the page itself: microdata (itemprop) and RDFa (property)."""

from dataclasses import dataclass, field
from decimal import Decimal

from selectolax.lexbor import LexborHTMLParser, LexborNode

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
from pricing.domain.price_text import PageLocale
from pricing.domain.reading import Availability, Reader

_MOST_ELEMENTS = 3_000
_DEEPEST = 60
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
_GTINS = ("gtin13", "gtin14", "gtin12", "gtin", "gtin8", "ean", "isbn")


@dataclass(slots=True)
class _Thing:
    """The properties of one product scope, in the order of the page."""

    order: int
    declared: bool
    values: dict[str, list[str]] = field(default_factory=dict)

    def first(self, name: str) -> str | None:
        return next(iter(self.values.get(name, ())), None)


def read_microdata(tree: LexborHTMLParser, locale: PageLocale) -> Claim | None:
    """Return what itemprop attributes say about the main product."""
    return _read(tree, "itemprop", "itemtype", Reader.MICRODATA, locale)


def read_rdfa(tree: LexborHTMLParser, locale: PageLocale) -> Claim | None:
    """Return what RDFa property attributes say about the main product."""
    return _read(tree, "property", "typeof", Reader.RDFA, locale)


def _read(tree: LexborHTMLParser, prop: str, scope: str, reader: Reader, locale: PageLocale) -> Claim | None:
    things: dict[int, _Thing] = {}
    owners: dict[int, LexborNode | None] = {}
    for node in tree.css(f"[{prop}]")[:_MOST_ELEMENTS]:
        names = [name.rsplit(":", 1)[-1].rsplit("/", 1)[-1].lower() for name in (node.attrs.get(prop) or "").split()]
        wanted = [name for name in names if name in _FIELDS]
        if not wanted:
            continue
        parent = node.parent
        place = parent.mem_id if parent else 0
        if place not in owners:
            owners[place] = _owner(parent, scope)
        owner = owners[place]
        thing = things.setdefault(owner.mem_id if owner else 0, _Thing(order=len(things), declared=owner is not None))
        for name in wanted:
            if value := _value(node, name):
                thing.values.setdefault(name, []).append(value)
    main = _main(list(things.values()))
    return _claim(main, things.get(0), reader, locale) if main else None


def _owner(at: LexborNode | None, scope: str) -> LexborNode | None:
    """Return the product an element inside belongs to; an offer or brand in between is part of it."""
    for _ in range(_DEEPEST):
        if at is None or at.tag in {"html", "-undef"}:
            return None
        kind = (at.attrs.get(scope) or "").lower()
        if "product" in kind or "vehicle" in kind or kind.endswith(("/book", "/car")):
            return at
        if kind.endswith(
            ("rating", "review", "breadcrumblist", "itemlist", "organization", "person", "webpage", "listitem")
        ):
            return at
        at = at.parent
    return None


def _value(node: LexborNode, name: str) -> str | None:
    attributes = node.attrs
    for key in ("content", "href", "datetime", "value") if name != "name" else ("content",):
        stated = attributes.get(key)
        if stated and (key != "href" or name in {"availability", "itemcondition"}):
            return stated.strip()
    text = " ".join(node.text(deep=True, separator=" ").split())
    return text[:300] or None


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
        title=text_of(main.first("name")),
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
