"""Read a price as people write it: one amount, one currency, and what kind of price it is.

Rules are general: numbers beside a currency beat bare ones, a price asked now beats one asked before,
and an instalment or a price for a unit is never taken while a better one stands in the same text.
"""

import re
from decimal import Decimal
from itertools import pairwise
from typing import NamedTuple

from pricing.domain.price_text_alone import read_alone
from pricing.domain.price_text_currencies import PageLocale
from pricing.domain.price_text_numbers import NUMBER, Numeral, numeral_of, readable, value_of
from pricing.domain.price_text_signs import Sign, sign_beside, sign_of_hint, signs_in
from pricing.domain.price_text_words import Kind, is_free, is_multiplied, kind_of_part, quantity_before, reads_as_range

__all__ = ["Kind", "PageLocale", "PriceText", "read_price"]

_LONGEST_TEXT = 400
_LONGEST_NUMERAL = 30
_WIDEST_RANGE = 20
_FAR = 24  # characters behind a number that still speak about it
_NUMBERS = re.compile(NUMBER, re.VERBOSE)
# "1250€ 60": the sign itself is the decimal mark.
_SIGN_AS_MARK = re.compile(
    r"(?<![\d.,])(?P<whole>\d{1,3}(?:[. ,']\d{3})+|\d+)(?P<sign>[€$£₽₴₺₪])"
    r"(?:(?P<cents>\d{2,3})(?![\w.,€$£]|\s?%)|\s(?P<far>\d\d)(?=\s*(?:$|[*)(])))"
)
_SIGN_BEFORE_DIGIT = re.compile(r"[€$£₽₴₺₪]\s?\d")
_DATED = re.compile(r"[-/.]0\d(?!\d)")
_NOT_A_PRICE = re.compile(r"\s?%|\s?(?:[a-z]{1,3}b|cm|mm|inch|”|\"|in\.|ft\.|[WV]\b|pcs|stk|st\b)", re.IGNORECASE)
_ORDER = {
    Kind.NOW: 0, Kind.EXACT: 1, Kind.RANGE: 1, Kind.FROM: 2, Kind.MULTIBUY: 3, Kind.NET: 4, Kind.PER_UNIT: 5,
    Kind.INSTALMENT: 6, Kind.WAS: 7,
}  # fmt: skip


class PriceText(NamedTuple):
    """What a text says: the amount of the item, and what else stood beside it."""

    amount: Decimal | None = None
    currency: str | None = None
    symbol: str | None = None
    kind: Kind = Kind.NONE
    highest: Decimal | None = None
    list_amount: Decimal | None = None
    quantity: int | None = None


class _Part(NamedTuple):
    """One number of the text with its sign and its role."""

    start: int
    end: int
    amount: Decimal
    kind: Kind
    signs: tuple[Sign, ...]
    quantity: int | None

    def rank(self) -> tuple[bool, int, int]:
        return not self.signs, _ORDER[self.kind], self.start


def read_price(text: str, *, hint: str | None = None, locale: PageLocale | None = None) -> PriceText:
    """Return the price a text states; the hint is a text found beside it, the locale is the page's."""
    plain = readable(text[:_LONGEST_TEXT])
    beside_hint = sign_of_hint(readable(hint[:_LONGEST_TEXT])) if hint else None
    if (not hint or beside_hint) and (alone := read_alone(plain, locale, beside_hint)):
        amount, code, symbol = alone
        return PriceText(amount=amount, currency=code, symbol=symbol, kind=Kind.EXACT)
    if _SIGN_BEFORE_DIGIT.search(plain):
        plain = _SIGN_AS_MARK.sub(_mark_for_sign, plain)
    signs = _useful_signs(plain)
    parts = _parts(plain, signs, beside_hint, locale)
    prices = [part for part in parts if part.kind in _ORDER]
    if not prices:
        return _without_number(plain, parts, signs, locale)
    best = min(prices, key=_Part.rank) if len(prices) > 1 else prices[0]
    low, highest = _range(plain, best, parts) if len(parts) > 1 else (best.amount, None)
    deciding = (*best.signs, *(() if best.signs else signs[:1]), *((beside_hint,) if beside_hint else ()))
    sign, currency = deciding[0] if deciding else None, None
    for one in deciding:
        if currency := one.currency(locale):
            sign = one
            break
    return PriceText(
        amount=low,
        currency=currency,
        symbol=sign.text if sign else None,
        kind=Kind.RANGE if highest else best.kind,
        highest=highest,
        list_amount=_list_amount(best, parts) if len(parts) > 1 else None,
        quantity=best.quantity,
    )


def _mark_for_sign(match: re.Match[str]) -> str:
    whole = re.sub(r"\D", "", match["whole"])
    return f"{match['sign']}{whole}.{match['cents'] or match['far']} "


def _useful_signs(plain: str) -> list[Sign]:
    signs = signs_in(plain)
    if clear := [sign for sign in signs if not sign.vague]:
        return clear
    if len(signs) != 1:
        return []
    said = _NUMBERS.sub("", plain)
    return signs if said.strip(" .:-*") == signs[0].text.strip(" .:") else []


def _parts(plain: str, signs: list[Sign], hint: Sign | None, locale: PageLocale | None) -> list[_Part]:
    found = [m for m in _NUMBERS.finditer(plain) if not [s for s in signs if s.start < m.end() and m.start() < s.end]]
    parts = []
    for index, match in enumerate(found):
        until = found[index + 1].start() if index + 1 < len(found) else len(plain)
        since = found[index - 1].end() if index else 0
        if part := _part(plain, match, (since, until), signs, hint, locale):
            parts.append(part)
    return parts


def _part(
    plain: str,
    match: re.Match[str],
    around: tuple[int, int],
    signs: list[Sign],
    hint: Sign | None,
    locale: PageLocale | None,
) -> _Part | None:
    written = numeral_of(match)
    start, end = match.span()
    beside = sign_beside(plain, signs, start, end) if signs else []
    if not _may_be_a_price(plain, match, written, has_sign=bool(beside)):
        return None
    currency = _currency((*beside, *(signs if not beside else ()), *((hint,) if hint else ())), locale)
    behind = beside[0].end if beside and beside[0].start >= end else end
    lead = plain[: beside[0].start if beside and beside[0].end <= start else start]
    quantity = quantity_before(lead) if lead else None
    return _Part(
        start,
        end,
        value_of(written, currency),
        _kind(plain[around[0] : start], plain[behind : behind + _FAR], lead, quantity),
        tuple(beside),
        quantity,
    )


def _kind(before: str, behind: str, lead: str, quantity: int | None) -> Kind:
    if quantity is not None and quantity > 1:
        return Kind.MULTIBUY
    return Kind.INSTALMENT if lead and is_multiplied(lead) else kind_of_part(before, behind)


def _may_be_a_price(plain: str, match: re.Match[str], written: Numeral, *, has_sign: bool) -> bool:
    if plain.startswith(("%", " %"), match.end()) or len(written.text) > _LONGEST_NUMERAL:
        return False
    if has_sign:
        return True
    if written.text[0] == "0" and written.text[1:2].isdigit():
        return False
    dated = _DATED.match(plain, match.end())
    glued = match.start() > 0 and (plain[match.start() - 1].isalpha() or plain[match.start() - 1] in "_#")
    return not (dated or glued or _NOT_A_PRICE.match(plain, match.end()))


def _currency(signs: tuple[Sign, ...], locale: PageLocale | None) -> str | None:
    for sign in signs:
        if code := sign.currency(locale):
            return code
    return None


def _range(plain: str, best: _Part, parts: list[_Part]) -> tuple[Decimal, Decimal | None]:
    for low, high in pairwise(parts):
        if best not in (low, high) or not low.amount < high.amount <= _WIDEST_RANGE * low.amount:
            continue
        between = plain[low.end : high.start]
        for sign in (*low.signs, *high.signs):
            between = between.replace(sign.text, "")
        # A bare number may open a range only where nothing else explains it: "iPhone 12 - 899 €" is none.
        opens = low.signs or low.kind is Kind.FROM or not plain[: low.start].strip()
        if opens and reads_as_range(between):
            return low.amount, high.amount
    return best.amount, None


def _list_amount(best: _Part, parts: list[_Part]) -> Decimal | None:
    before = (part.amount for part in parts if part.kind is Kind.WAS and part.amount > best.amount)
    return next(before, None) if best.kind is not Kind.WAS else None


def _without_number(plain: str, parts: list[_Part], signs: list[Sign], locale: PageLocale | None) -> PriceText:
    if parts:
        return PriceText(kind=parts[0].kind)
    if is_free(plain):
        return PriceText(amount=Decimal(0), kind=Kind.FREE)
    return PriceText(currency=_currency(tuple(signs), locale), symbol=signs[0].text if signs else None)
