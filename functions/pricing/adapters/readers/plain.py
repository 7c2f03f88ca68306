"""Read the price a person would see: elements that look like prices, scored by what surrounds them."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from selectolax.lexbor import LexborHTMLParser, LexborNode

from pricing.adapters.readers.claims import Claim
from pricing.adapters.readers.plain_signals import (
    Element,
    block_of,
    chain_of,
    is_of_another,
    is_struck,
    score_of,
    text_behind,
    visible_text,
)
from pricing.domain.price_text import Kind, PageLocale, PriceText, read_price
from pricing.domain.reading import Reader

_WORDS = "price prix preis prezzo precio preco cena prc pris prijs fiyat amount money"  # in the names of elements
_NAMED = (
    ",".join(f"[{attribute}*='{word}' i]" for attribute in ("class", "id") for word in _WORDS.split())
    + ",[itemprop='price'],[data-price],[data-test*='price' i],[data-testid*='price' i],[data-qa*='price' i]"
)
_STRUCK = "del,s,strike"
_STYLED = "[style*='font'],font,b,strong,big,em,span,td,p"
_MOST_ELEMENTS = 120
_MOST_STRUCK = 60
_MOST_STYLED = 1500
_LONGEST_TEXT = 120
_NAMED_BONUS = 2
_NOT_SHOWN = frozenset({"script", "style", "input", "select", "body", "html", "form", "meta", "template"})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """A price on the page and how much speaks for it."""

    read: PriceText
    amount: Decimal
    score: float
    struck: bool
    order: int
    block: int


def read_plain(tree: LexborHTMLParser, locale: PageLocale, supported: Decimal | None = None) -> Claim | None:
    """Return the visible price with the best score; its struck neighbour is the list price."""
    seen = _repeated(list(_candidates(tree, locale)), supported)
    asked = [one for one in seen if not one.struck]
    if not asked:
        return None
    best = max(asked, key=lambda one: (one.score, -one.order))
    listed = _list_price(best, seen)
    return Claim(
        reader=Reader.PLAIN,
        item_price=best.amount,
        other_prices=tuple(sorted({one.amount for one in asked})),
        list_price=listed or best.read.list_amount,
        currency=best.read.currency,
        strength=round(best.score),
        struck=_pairs(seen),
    )


def _candidates(tree: LexborHTMLParser, locale: PageLocale) -> Iterator[_Seen]:
    known: dict[int, Element] = {}
    nodes = tree.css(_NAMED)[:_MOST_ELEMENTS]
    found = False
    for order, node in enumerate([*nodes, *tree.css(_STRUCK)[:_MOST_STRUCK]]):
        if (seen := _seen(node, order, locale, known)) is not None:
            found = found or not seen.struck
            yield seen
    if not found:
        for order, node in enumerate(tree.css(_STYLED)[:_MOST_STYLED]):
            if (seen := _seen(node, order, locale, known)) is not None and seen.read.symbol is not None:
                yield replace(seen, score=seen.score - _NAMED_BONUS)


def _seen(node: LexborNode, order: int, locale: PageLocale, known: dict[int, Element]) -> _Seen | None:
    if node.tag in _NOT_SHOWN:
        return None
    text = visible_text(node)
    if not 0 < len(text) <= _LONGEST_TEXT or not any(sign.isdigit() for sign in text):
        return None
    chain = chain_of(node, known)
    if is_of_another(chain):
        return None
    read = read_price(text, hint=text_behind(node), locale=locale)
    if read.amount is None or read.amount <= 0 or read.kind in {Kind.PER_UNIT, Kind.INSTALMENT}:
        return None
    score = score_of(chain, text, read) + _NAMED_BONUS
    struck = is_struck(chain, read)
    return _Seen(read=read, amount=read.amount, score=score, struck=struck, order=order, block=block_of(chain))


def _repeated(seen: list[_Seen], supported: Decimal | None) -> list[_Seen]:
    counts: dict[Decimal, int] = {}
    for one in seen:
        counts[one.amount] = counts.get(one.amount, 0) + (not one.struck)
    # Early in the page counts: what is asked for the product comes before what is asked for others.
    return [
        replace(
            one,
            score=one.score
            + min(counts[one.amount], 4) * 0.3
            - one.order * 0.02
            + (3 if one.amount == supported else 0),
        )
        for one in seen
    ]


def _pairs(seen: list[_Seen]) -> tuple[tuple[Decimal, Decimal], ...]:
    """Return each struck price with what is asked beside it."""
    return tuple(
        (old.amount, new.amount)
        for old in seen
        if old.struck
        for new in seen
        if not new.struck and new.block == old.block and new.amount < old.amount < new.amount * 10
    )


def _list_price(best: _Seen, seen: list[_Seen]) -> Decimal | None:
    near = [one for one in seen if one.struck and one.amount > best.amount and abs(one.order - best.order) <= 8]  # noqa: PLR2004
    same = [one for one in near if one.block == best.block] or near
    return min(same, key=lambda one: abs(one.order - best.order)).amount if same else None
