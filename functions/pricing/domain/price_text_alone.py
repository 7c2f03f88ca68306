"""Read the commonest price text at once: one number, at most one clear sign, and not a word more."""

import re
from decimal import Decimal

from pricing.domain.price_text_currencies import ISO_CODES, SHARED_SYMBOLS, SYMBOL_CURRENCY, PageLocale
from pricing.domain.price_text_numbers import NUMBER, numeral_of, value_of
from pricing.domain.price_text_signs import Sign, clear_sign

_ALONE = re.compile(rf"(?P<before>[^\d\s.,'-]{{1,4}})?\s?(?:{NUMBER})\s?(?P<behind>[^\d\s.,'-]{{1,4}})?", re.VERBOSE)
_LONGEST = 20


def read_alone(
    plain: str, locale: PageLocale | None, hint: Sign | None = None
) -> tuple[Decimal, str | None, str | None] | None:
    """Return amount, ISO code and sign of a readable text, or None where it says anything that needs weighing.

    The hint is a sign beside the text; it speaks only for a number that stands without any.
    """
    found = _ALONE.fullmatch(plain) if len(plain) <= _LONGEST else None
    if found is None:
        return None
    before, behind = found["before"], found["behind"]
    text = before or behind
    if (before and behind) or (text and (hint or not _is_known(text))):
        return None
    written = numeral_of(found)
    if text is None and written.text[0] in "0.,":
        return None
    if text is None and hint is None:
        return value_of(written, None), None, None
    sign = hint if text is None else clear_sign(text)
    currency = sign.currency(locale) if sign else None
    return (value_of(written, currency), currency, sign.text) if sign else None


def _is_known(text: str) -> bool:
    return text in ISO_CODES or text.lower() in SYMBOL_CURRENCY or text.lower() in SHARED_SYMBOLS
