"""The numbers in a price text, whatever their digits, grouping and decimal marks."""

import re
import unicodedata
from decimal import Decimal
from typing import NamedTuple

from pricing.domain.price_text_currencies import THREE_DECIMALS, ZERO_DECIMALS

_SPACES = "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000\t\n\r\f\v"
_INVISIBLE = "\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff\u061c\u00ad"
_MARKS = {
    **dict.fromkeys(map(ord, _SPACES), " "),
    **dict.fromkeys(map(ord, _INVISIBLE), None),
    **dict.fromkeys(map(ord, "\u2018\u2019\u02bb\u02bc\u00b4\u2032`"), "'"),
    # Full-width forms of Japanese and Chinese shops.
    **{code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)},
    ord("\uffe5"): "¥",
    ord("\uffe1"): "£",
    ord("\uffe6"): "₩",
    ord("\ufdfc"): "ریال",
    ord("\u066b"): ".",
    ord("\u066c"): "'",
}

_MARK = re.compile(f"[{re.escape(''.join(map(chr, _MARKS)))}]")

# A mark between digits either groups or starts the decimals; the first alternative that fits decides.
NUMBER = r"""
    (?P<grouped>\d{1,3}(?P<mark>[.,' ])\d{3}(?:(?P=mark)\d{3})*(?![\d])(?:(?!(?P=mark))[.,]\s?\d{1,2}(?!\d))?)
  | (?P<indian>\d{1,2}(?:,\d{2})+,\d{3}(?!\d)(?:\.\d{1,2})?)
  | (?P<plain>\d+(?:[.,]\d+|\.\s\d{2}(?!\d))?)
  | (?<![\w.,/])(?P<bare>[.,]\d{1,2}(?!\d))
"""


_THREE_BEHIND_A_DOT = re.compile(r"(\d+)\.(\d{3})")
_MACHINE_NUMBER = re.compile(r"\d{1,12}(?:\.\d{1,30})?")
_FOREIGN_DIGIT = re.compile(r"[^\D0-9]")


class Numeral(NamedTuple):
    """A number as written, before its currency has said how to read a lone mark."""

    text: str
    form: str
    mark: str | None = None


def readable(text: str) -> str:
    """Write a text with plain spaces, ASCII digits and one kind of apostrophe."""
    if text.isascii():
        return " ".join(text.split())
    plain = text.translate(_MARKS) if _MARK.search(text) else text
    if not plain.isascii():
        plain = _FOREIGN_DIGIT.sub(lambda digit: str(unicodedata.decimal(digit[0])), plain)
    return " ".join(plain.split())


def numeral_of(match: re.Match[str]) -> Numeral:
    """Return the numeral a match of NUMBER holds."""
    plain = match["plain"]
    if plain is not None:
        return Numeral(plain, "plain")
    form = next(form for form in ("grouped", "indian", "bare") if match[form] is not None)
    return Numeral(match[form], form, match["mark"])


def value_of(numeral: Numeral, currency: str | None) -> Decimal:
    """Read a numeral; the currency decides whether three digits after a lone dot are decimals."""
    text = numeral.text
    if numeral.form == "grouped":
        return _grouped(text, numeral.mark or "", currency)
    if numeral.form == "indian":
        return Decimal(text.replace(",", ""))
    return Decimal(_plain(text.replace(" ", "").replace(",", ".")))


def _plain(text: str) -> str:
    return f"0{text}" if text.startswith(".") else text


def _grouped(text: str, mark: str, currency: str | None) -> Decimal:
    pieces = text.split(mark)
    lone = len(pieces) == 2 and pieces[1].isdigit()  # noqa: PLR2004
    if lone and mark in ".," and (pieces[0] == "0" or (mark == "." and currency in THREE_DECIMALS)):
        return Decimal(text.replace(",", "."))
    return Decimal(text.replace(mark, "").replace(",", ".").replace(" ", ""))


def machine_value(text: str, currency: str | None, *, dot_groups: bool = False) -> Decimal | None:
    """Read a price meant for machines: a dot is the decimal mark, unless three digits and the currency deny it."""
    found = _THREE_BEHIND_A_DOT.fullmatch(text)
    if found and (currency in ZERO_DECIMALS or (dot_groups and currency not in THREE_DECIMALS)):
        return Decimal(found[1] + found[2])
    return Decimal(text) if _MACHINE_NUMBER.fullmatch(text) else None
