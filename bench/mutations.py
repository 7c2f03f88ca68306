"""Ways a shop changes its pages, done to a page on purpose: what mends recipes is measured on them."""

import hashlib
import re
from collections.abc import Callable
from decimal import Decimal

from selectolax.lexbor import LexborHTMLParser, LexborNode

from pricing.adapters.readers.plain_signals import visible_text
from pricing.domain.price_text import PageLocale, read_price

type Mutation = Callable[[bytes, Decimal, PageLocale], bytes]

_NAMES = re.compile(rb"""\b(class|id)=(["'])([^"']*)\2""")
_LINKED = re.compile(rb"<script[^>]*application/ld\+json[^>]*>.*?</script>", re.DOTALL | re.IGNORECASE)
_STATED = re.compile(rb"""\s(?:itemprop|property|typeof|itemtype)=(?:"[^"]*"|'[^']*'|[^\s>]+)""")
_LONGEST = 160


def renamed(page: bytes, _: Decimal, __: PageLocale) -> bytes:
    """Give every class and id another name, the same everywhere in the shop."""

    def rename(match: re.Match[bytes]) -> bytes:
        names = [b"n" + hashlib.sha256(name).hexdigest()[:7].encode() for name in match[3].split()]
        return match[1] + b'="' + b" ".join(names) + b'"'

    return _NAMES.sub(rename, page)


def unlinked(page: bytes, _: Decimal, __: PageLocale) -> bytes:
    """Take away all that is written for machines: linked data, microdata, RDFa, OpenGraph."""
    return _STATED.sub(b"", _LINKED.sub(b"", page))


def wrapped(page: bytes, price: Decimal, locale: PageLocale) -> bytes:
    """Put two more elements around every text that shows the price."""
    return _each(page, price, locale, lambda text: f'<b class="box"><i class="box-in">{text}</i></b>')


def moved(page: bytes, price: Decimal, locale: PageLocale) -> bytes:
    """Take the price from where it stands and show it in a block of its own right under the heading."""
    tree = LexborHTMLParser(page)
    places = _showing(tree, price, locale)
    before = tree.css_first("h1") or (places[0].parent if places else None)
    if not places or before is None:
        return page
    block = f'<div class="deal-box"><strong class="deal-amount">{visible_text(places[0])}</strong></div>'
    new = LexborHTMLParser(f"<body>{block}</body>").body
    if new is not None and new.child is not None:
        before.insert_after(new.child)
    places[0].remove()
    return (tree.html or "").encode()


def repriced(page: bytes, price: Decimal, locale: PageLocale) -> bytes:
    """Ask another price than the last one, with nothing left for machines to confirm it."""
    return renamed(
        unlinked(_each(page, price, locale, lambda _: f"<b>{new_price(price)}</b>"), price, locale), price, locale
    )


def sold_out(page: bytes, price: Decimal, locale: PageLocale) -> bytes:
    """Take the price away and leave everything else, other articles and their prices too."""
    return renamed(unlinked(_each(page, price, locale, lambda _: "<b>Sold out</b>"), price, locale), price, locale)


def new_price(price: Decimal) -> Decimal:
    """Return what a repriced page asks."""
    return price * 11 / 10 if price == price.to_integral_value() and price % 10 == 0 else price + 2


MUTATIONS: dict[str, Mutation] = {
    "renamed classes": renamed,
    "no structured data": unlinked,
    "wrapped price": wrapped,
    "moved price": moved,
    "renamed, no structured data": lambda page, price, locale: renamed(unlinked(page, price, locale), price, locale),
    "moved, no structured data": lambda page, price, locale: unlinked(moved(page, price, locale), price, locale),
}


def _each(page: bytes, price: Decimal, locale: PageLocale, change: Callable[[str], str]) -> bytes:
    tree = LexborHTMLParser(page)
    for node in _showing(tree, price, locale)[:20]:
        new = LexborHTMLParser(f"<body>{change(visible_text(node))}</body>").body
        inner = new.child if new else None
        for child in list(node.iter(include_text=True)):
            child.remove()
        if inner is not None:
            node.insert_child(inner)
    return (tree.html or "").encode()


def _showing(tree: LexborHTMLParser, price: Decimal, locale: PageLocale) -> list[LexborNode]:
    """Return the innermost elements that show the price and nothing else."""
    found: list[LexborNode] = []
    for text in tree.body.traverse(include_text=True) if tree.body else ():
        node = text.parent if text.tag == "-text" and any(map(str.isdigit, text.text_content or "")) else None
        if node is None or node.tag in {"script", "style", "noscript", "template", "option"}:
            continue
        shown = visible_text(node)
        if len(shown) <= _LONGEST and read_price(shown, locale=locale).amount == price:
            found.append(node)
    return found


# Nothing on these pages confirms a price: what is accepted on them has to be right all the same.
TRAPS: dict[str, Mutation] = {"another price": repriced, "no price at all": sold_out}
