"""Find the currency signs of a text: symbols, ISO codes and words."""

import re
from typing import NamedTuple

from pricing.domain.price_text_currencies import (
    ISO_CODES,
    SHARED_SYMBOLS,
    SYMBOL_CURRENCY,
    PageLocale,
    currency_of,
)

# Codes that are also words: in small letters they are read as the word.
_WORDS = frozenset(
    ["ALL", "ANG", "BAM", "BOB", "COP", "CUP", "GEL", "INR", "LAK", "MAD", "MOP", "PEN", "RON", "SOS", "TOP", "TRY"]
)
_SHORT_BUT_CLEAR = frozenset(["kr", "rs", "rp", "tl", "zł", "zl", "kč", "kc", "rm", "руб", "грн", "лв", "дин", "tk"])
_LONG_BUT_VAGUE = frozenset(["pound", "pounds", "yen", "din", "esc", "nis", "birr", "baht", "manat", "sum", "km"])
_SHORT = 2
_BEFORE = re.compile(r"[\s:.\-]{0,3}")
_BEHIND = re.compile(r"\s?(?:[.,]\s?[-–—]+)?\s?")


class Sign(NamedTuple):
    """A currency sign and where it stands."""

    start: int
    end: int
    text: str
    vague: bool

    def currency(self, locale: PageLocale | None) -> str | None:
        """Return the ISO code this sign decides, if it does."""
        return currency_of(self.text, locale)


def _rest(spelling: str) -> str:
    """Return the pattern of a spelling behind its first letter."""
    body = re.escape(spelling[1:]).replace("\\ ", r"\s?")
    if spelling[-1] == "$" and spelling[:-1].isalpha():
        body = re.escape(spelling[1:-1]) + (r"\s?\$" if len(spelling) > 2 else r"\$")  # noqa: PLR2004
    return body + (r"(?![^\W\d_])" if spelling[-1].isalpha() else "")


_SPELLINGS = sorted({*SYMBOL_CURRENCY, *SHARED_SYMBOLS, *map(str.lower, ISO_CODES)}, key=len, reverse=True)


def _by_first_letter(spellings: list[str]) -> str:
    """Group the spellings by their first letter: a text is full of letters that start no sign."""
    groups: dict[str, list[str]] = {}
    for spelling in spellings:
        groups.setdefault(spelling[0], []).append(_rest(spelling))
    # The letter stands before the look behind it: an engine skips quickly to letters, and to nothing else.
    alone = {letter: r"(?<![^\W\d_].)" if letter.isalpha() else "" for letter in groups}
    return "|".join(f"{re.escape(letter)}{alone[letter]}(?:{'|'.join(group)})" for letter, group in groups.items())


_SIGNS = re.compile(_by_first_letter(_SPELLINGS))


def _is_vague(text: str) -> bool:
    if len(text) == 1 and not text.isalpha():
        return False
    key = text.casefold()
    if key.upper() in ISO_CODES:
        return not text.isupper()
    return key in _LONG_BUT_VAGUE or (
        key.isalpha() and len(key) <= _SHORT and key not in _SHORT_BUT_CLEAR and key not in "元円원圓"
    )


def signs_in(text: str) -> list[Sign]:
    """Return every currency sign of a readable text, in order."""
    small = text.lower()
    if len(small) != len(text):
        small = "".join(letter if len(letter.lower()) > 1 else letter.lower() for letter in text)
    found = []
    for match in _SIGNS.finditer(small):
        start, end = match.span()
        said = text[start:end]
        vague = _is_vague(said)
        if not (vague and said.upper() in _WORDS):
            found.append(Sign(start, end, said, vague))
    return found


def clear_sign(text: str) -> Sign | None:
    """Return a text that is a currency's spelling as a sign, unless it could be another word."""
    return None if _is_vague(text) else Sign(0, len(text), text, vague=False)


def sign_beside(text: str, signs: list[Sign], start: int, end: int) -> list[Sign]:
    """Return the signs that touch the number at start..end, the one its text's style prefers first."""
    before = behind = None
    for sign in signs:
        if sign.end <= start:
            if before is None and _BEFORE.fullmatch(text, sign.end, start):
                before = sign
        elif behind is None and sign.start >= end and _BEHIND.fullmatch(text, end, sign.start):
            behind = sign
    if before is None or behind is None:
        return [sign for sign in (before, behind) if sign]
    leads = not any(sign.isdigit() for sign in text[: signs[0].start])
    return [before, behind] if leads else [behind, before]


def sign_of_hint(hint: str) -> Sign | None:
    """Return the clearest sign of a text that was found beside a price; a vague one must be all it says."""
    signs = signs_in(hint)
    clear = next((sign for sign in signs if not sign.vague), None)
    if clear:
        return clear
    alone = signs[0] if len(signs) == 1 else None
    return alone if alone and alone.text == hint.strip(" .:") else None
