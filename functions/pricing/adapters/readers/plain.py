"""Read the price a person would see: elements that look like prices, scored by what surrounds them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from selectolax.lexbor import LexborHTMLParser, LexborNode

from pricing.adapters.readers.claims import Claim
from pricing.adapters.readers.finding import holds
from pricing.adapters.readers.plain_signals import (
    Element,
    block_of,
    chain_of,
    is_of_another,
    is_struck,
    score_of,
    text_behind,
    whole_text,
    with_decimals,
)
from pricing.adapters.readers.region import Region
from pricing.domain.price_text import Kind, PageLocale, PriceText, read_price
from pricing.domain.price_text_numbers import readable
from pricing.domain.price_text_signs import sign_of_hint, signs_in
from pricing.domain.reading import Reader

_WORDS = ("price", "prix", "preis", "prezzo", "precio", "preco", "cena", "prc", "pris", "prijs", "fiyat", "amount",
          "money")  # fmt: skip
_MARKS = {
    "itemprop=": "[itemprop='price']",
    "data-price": "[data-price]",
    "data-test=": "[data-test*='price' i]",
    "data-testid=": "[data-testid*='price' i]",
    "data-qa=": "[data-qa*='price' i]",
}
_STRUCK = "del,s,strike"
_STYLED = "[style*='font'],font,b,strong,big,em,span,td,p"
_MOST_ELEMENTS = 80
_MOST_STRUCK = 60
_MOST_STYLED = 1500
_LONGEST_TEXT = 72
_LONGEST_UNNAMED = 40  # an element that no name vouches for says a price and little else
_DIGIT = re.compile(r"\d")
_NAMED_BONUS = 2
_NOT_SHOWN = frozenset({"script", "style", "input", "select", "body", "html", "form", "meta", "template"})


@dataclass(slots=True, kw_only=True)
class _Seen:
    """A price on the page and how much speaks for it."""

    read: PriceText
    amount: Decimal
    score: float
    struck: bool
    order: int
    block: int


@dataclass(frozen=True, slots=True)
class _Known:
    """What elements and texts of one page said when they were first asked; pages repeat themselves."""

    chains: dict[int, tuple[Element, ...]] = field(default_factory=dict)
    reads: dict[tuple[str, str | None], PriceText] = field(default_factory=dict)
    signs: dict[str | None, bool] = field(default_factory=dict)
    signed: dict[str, bool] = field(default_factory=dict)

    def read(self, text: str, hint: str | None, locale: PageLocale) -> PriceText:
        """Read a text, once."""
        if (text, hint) not in self.reads:
            self.reads[text, hint] = read_price(text, hint=hint, locale=locale)
        return self.reads[text, hint]

    def may_have_sign(self, node: LexborNode, text: str) -> bool:
        """Return whether a short text with a number has a sign in it or beside it; most have not."""
        if len(text) > _LONGEST_UNNAMED or not _DIGIT.search(text):
            return False
        if text not in self.signed:
            self.signed[text] = bool(signs_in(readable(text)))
        return self.signed[text] or self.is_sign(text_behind(node))

    def is_sign(self, hint: str | None) -> bool:
        """Return whether a text found beside a number is a currency sign."""
        if hint not in self.signs:
            self.signs[hint] = hint is not None and sign_of_hint(readable(hint)) is not None
        return self.signs[hint]


def read_plain(region: Region, locale: PageLocale, supported: Decimal | None = None) -> Claim | None:
    """Return the visible price with the best score; its struck neighbour is the list price."""
    seen = _repeated(list(_candidates(region.tree, _names_in(region), locale)), supported)
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


def _names_in(region: Region) -> str:
    """Select the elements named after prices, by the words that the region holds at all."""
    words = [word for word in _WORDS if word.encode() in region]
    selectors = [f"[{attribute}*='{word}' i]" for word in words for attribute in ("class", "id")]
    if holds(region.html, b"price"):
        selectors += [selector for mark, selector in _MARKS.items() if holds(region.html, mark.encode())]
    return ",".join(selectors)


def _candidates(tree: LexborHTMLParser, named: str, locale: PageLocale) -> Iterator[_Seen]:
    known = _Known()
    nodes = tree.css(named)[:_MOST_ELEMENTS] if named else []
    found = False
    for order, node in enumerate([*nodes, *tree.css(_STRUCK)[:_MOST_STRUCK]]):
        if (seen := _seen(node, whole_text(node), order, locale, known)) is not None:
            found = found or not seen.struck
            yield seen
    if not found:
        for order, node in enumerate(tree.css(_STYLED)[:_MOST_STYLED]):
            text = whole_text(node)
            seen = _seen(node, text, order, locale, known) if known.may_have_sign(node, text) else None
            if seen is not None and seen.read.symbol is not None:
                seen.score -= _NAMED_BONUS
                yield seen


def _seen(node: LexborNode, whole: str, order: int, locale: PageLocale, known: _Known) -> _Seen | None:
    if node.tag in _NOT_SHOWN:
        return None
    text = with_decimals(node, whole)
    if not 0 < len(text) <= _LONGEST_TEXT or not _DIGIT.search(text):
        return None
    chain = chain_of(node, known.chains)
    if is_of_another(chain):
        return None
    # What is known to hold no sign has none but that beside it, and is read once.
    hint = text_behind(node) if known.signed.get(text) is False else None
    read = known.read(text, hint if known.is_sign(hint) else None, locale)
    if read.amount is None:
        return None
    if read.currency is None and hint is None and known.is_sign(hint := text_behind(node)):
        read = known.read(text, hint, locale)
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
    for one in seen:
        one.score += min(counts[one.amount], 4) * 0.3 - one.order * 0.02 + 3 * (one.amount == supported)
    return seen


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
