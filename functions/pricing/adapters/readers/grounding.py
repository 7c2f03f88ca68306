"""Prove what a language model quotes: a price is one only where the page itself shows it, as a price, with its sign.

The model may lie, obey what a page tells it, or take another number of the page. What it says is therefore only a hint
where to look. The amount is never its own: our price reader reads it from the page's text.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from pricing.adapters.readers.claims import Claim, iso_currency
from pricing.adapters.readers.shown_text import ShownText
from pricing.adapters.readers.stock_words import state_said
from pricing.adapters.readers.vote import vote
from pricing.domain.price_text import Kind, PageLocale, PriceText, read_price
from pricing.domain.price_text_numbers import readable
from pricing.domain.price_text_signs import sign_beside, signs_in
from pricing.domain.price_text_words import kind_of_part
from pricing.domain.quotes import Quotes, Ungrounded
from pricing.domain.reading import Availability, Reader, Reading
from shared.kernel.money import LARGEST

_LONGEST_QUOTE = 80
_AROUND = 24
_MOST_PLACES = 50
# Who writes more around a number writes prose, and not a price.
_MOST_BESIDE = 80
_LEAST_OF_TITLE = 3
_MOST_DECIMALS = 3
_MARKS = ".,' "
_ASKED_NOW = frozenset({Kind.EXACT, Kind.NOW})
_FORMER = frozenset({Kind.EXACT, Kind.NOW, Kind.WAS})


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a quote stands: its line, and its bounds there."""

    line: str
    start: int
    end: int

    @property
    def kind(self) -> Kind:
        """What the words around it say of it; those before another number speak of that one."""
        before = self.line[max(0, self.start - _AROUND) : self.start]
        last = max((at for at, letter in enumerate(before) if letter.isdigit()), default=-1)
        return kind_of_part(before[last + 1 :], self.line[self.end : self.end + _AROUND])

    @property
    def is_whole(self) -> bool:
        """Whether it is no part of a longer number: 9.99 is not shown by 199.99, nor 299 by 1 299."""
        before, behind = self.line[: self.start], self.line[self.end :]
        first, last = self.line[self.start], self.line[self.end - 1]
        if (first.isdigit() or first in _MARKS) and before.rstrip(_MARKS)[-1:].isdigit():
            return False
        if (last.isdigit() or last in _MARKS) and behind.lstrip(_MARKS)[:1].isdigit():
            return False
        return not before.endswith(("-", "–", "−")) and not behind.lstrip().startswith("%")


def grounded(quotes: Quotes, shown: ShownText, locale: PageLocale) -> Reading | Ungrounded:
    """Return the reading that the page's own text supports, or why it supports none."""
    if not quotes.price_text or not (quote := readable(quotes.price_text)):
        return Ungrounded.NO_PRICE
    if len(quotes.price_text) > _LONGEST_QUOTE:
        return Ungrounded.NOT_ON_PAGE
    places = list(_places(quote, shown.standing))
    if not places:
        return Ungrounded.NOT_ON_PAGE
    price = next((read for place in places if (read := _price(place, locale, _ASKED_NOW)) is not None), None)
    if price is None or price.amount is None:
        return Ungrounded.NOT_A_PRICE
    named = iso_currency(quotes.currency, locale)
    if price.currency is None or (named is not None and named != price.currency):
        return Ungrounded.NO_CURRENCY
    claim = Claim(
        reader=Reader.LLM,
        item_price=price.amount,
        list_price=_list_price(quotes, shown, locale, price.currency),
        currency=price.currency,
    )
    title = _quoted(quotes.title, shown, _LEAST_OF_TITLE)
    return vote([claim], locale, stock=_stock(quotes, shown), sku=None, title=title) or Ungrounded.NOT_A_PRICE


def _places(quote: str, lines: Sequence[str]) -> Iterator[_Place]:
    found = 0
    for line in lines:
        at = line.find(quote)
        while at >= 0 and found < _MOST_PLACES:
            place = _Place(line, at, at + len(quote))
            if place.is_whole:
                found += 1
                yield place
            at = line.find(quote, at + 1)


def _price(place: _Place, locale: PageLocale, kinds: frozenset[Kind]) -> PriceText | None:
    """Read the quote where it stands; None where that is not a price of the wanted kind, or has no sign."""
    if place.kind not in kinds or len(place.line) - (place.end - place.start) > _MOST_BESIDE:
        return None
    quote = place.line[place.start : place.end]
    read = read_price(quote, locale=locale)
    if read.symbol is None:
        beside = sign_beside(place.line, signs_in(place.line), place.start, place.end)
        if not beside:
            return None
        read = read_price(quote, hint=beside[0].text, locale=locale)
    return read if read.kind in kinds and _is_chargeable(read.amount) else None


def _is_chargeable(amount: Decimal | None) -> bool:
    if amount is None or not 0 < amount <= LARGEST:
        return False
    return -int(amount.as_tuple().exponent) <= _MOST_DECIMALS


def _list_price(quotes: Quotes, shown: ShownText, locale: PageLocale, currency: str) -> Decimal | None:
    if not quotes.list_price_text or not (quote := readable(quotes.list_price_text[:_LONGEST_QUOTE])):
        return None
    read = (_price(place, locale, _FORMER) for place in _places(quote, shown.lines))
    return next((one.amount for one in read if one is not None and one.currency == currency), None)


def _stock(quotes: Quotes, shown: ShownText) -> Availability:
    words = _quoted(quotes.availability, shown, 1)
    return Availability.UNKNOWN if words is None else state_said(words)


def _quoted(text: str | None, shown: ShownText, least: int) -> str | None:
    """Return a text that a line of the page holds, as it stands there."""
    quote = readable(text or "")
    return quote if len(quote) >= least and any(quote in line for line in shown.lines) else None
