"""What one reader claims about a page, and the conversions all readers share."""

import html
import re
from dataclasses import dataclass
from decimal import Decimal

from pricing.domain.price_text import Kind, PageLocale, read_price
from pricing.domain.price_text_currencies import ISO_CODES, currency_of
from pricing.domain.price_text_numbers import machine_value
from pricing.domain.reading import Availability, Condition, Reader
from shared.kernel.gtin import check_digit
from shared.kernel.money import LARGEST

_LONGEST_NAME = 500
_NO_LETTER = re.compile(r"[\W_]")
_BETWEEN_DIGITS = re.compile(r"[\s-]")
_DOT_GROUPING = frozenset(["de", "es", "it", "pt", "nl", "id", "tr", "da", "vi", "el", "ro", "hr", "sl", "sr"])
_AVAILABILITIES = {
    "instock": Availability.IN_STOCK,
    "available": Availability.IN_STOCK,
    "onlineonly": Availability.IN_STOCK,
    "instoreonly": Availability.IN_STOCK,
    "limitedavailability": Availability.IN_STOCK,
    "notsold": Availability.IN_STOCK,
    "preorder": Availability.PRE_ORDER,
    "presale": Availability.PRE_ORDER,
    "backorder": Availability.BACK_ORDER,
    "availablefororder": Availability.BACK_ORDER,
    "madetoorder": Availability.SPECIAL_ORDER,
    "specialorder": Availability.SPECIAL_ORDER,
    "outofstock": Availability.OUT_OF_STOCK,
    "oos": Availability.OUT_OF_STOCK,
    "soldout": Availability.OUT_OF_STOCK,
    "sold": Availability.OUT_OF_STOCK,
    "reserved": Availability.OUT_OF_STOCK,
    "unavailable": Availability.OUT_OF_STOCK,
    "notavailable": Availability.OUT_OF_STOCK,
    "discontinued": Availability.DISCONTINUED,
}
_GUESSERS = frozenset({Reader.PLAIN, Reader.LLM})
_CONDITIONS = {
    "new": Condition.NEW,
    "used": Condition.USED,
    "refurbished": Condition.REFURBISHED,
    "damaged": Condition.DAMAGED,
}


# Not frozen: a page makes several, and what is frozen is made four times as slowly.
@dataclass(slots=True, kw_only=True)
class Claim:
    """A reader's account of the page's main offer; every field may be missing."""

    reader: Reader
    item_price: Decimal | None = None
    other_prices: tuple[Decimal, ...] = ()
    list_price: Decimal | None = None
    shipping: Decimal | None = None
    currency: str | None = None
    availability: Availability = Availability.UNKNOWN
    condition: Condition | None = None
    seller: str | None = None
    gtin: str | None = None
    mpn: str | None = None
    sku: str | None = None
    brand: str | None = None
    title: str | None = None
    fulfilment: str | None = None
    promotion: str | None = None
    pack: int | None = None
    variants: int = 1
    strength: int = 0
    struck: tuple[tuple[Decimal, Decimal], ...] = ()
    recipe: str | None = None

    @property
    def guessed(self) -> bool:
        """Whether nobody said where it stands: neither the page's data nor a recipe."""
        return self.reader in _GUESSERS


def money(value: object, currency: str | None, locale: PageLocale) -> Decimal | None:
    """Read an amount from structured data, where people also write prices meant for people.

    A number that no shop can charge is none: what else the page says of its price may be one.
    """
    if isinstance(value, bool) or value is None:
        return None
    amount = Decimal(repr(value)) if isinstance(value, int | float) else _written(str(value).strip(), currency, locale)
    return amount if amount is not None and amount.is_finite() and 0 <= amount <= LARGEST else None


def _written(text: str, currency: str | None, locale: PageLocale) -> Decimal | None:
    dot_groups = (locale.language or "") in _DOT_GROUPING
    plain = machine_value(text, currency, dot_groups=dot_groups)
    if plain is not None:
        return plain
    read = read_price(text, hint=currency, locale=locale)
    return read.amount if read.kind not in {Kind.PER_UNIT, Kind.INSTALMENT} else None


def iso_currency(value: object, locale: PageLocale) -> str | None:
    """Return the ISO code a currency field means; a sign is read with the page's country."""
    if not isinstance(value, str) or not (text := value.strip()):
        return None
    return text.upper() if text.upper() in ISO_CODES else currency_of(text, locale)


def availability_of(value: object) -> Availability:
    """Return the state a schema.org address or a bare word stands for."""
    if not value:
        return Availability.UNKNOWN
    text = str(value).rsplit("/", 1)[-1].rsplit("#", 1)[-1]
    return _AVAILABILITIES.get(_NO_LETTER.sub("", text).lower(), Availability.UNKNOWN)


def condition_of(value: object) -> Condition | None:
    """Return the condition a schema.org address or a bare word stands for."""
    if not value:
        return None
    text = str(value).rsplit("/", 1)[-1].lower().replace("condition", "").strip()
    return _CONDITIONS.get(text)


def text_of(value: object) -> str | None:
    """Return a field's text, taken from a nested thing's name where it is one."""
    if isinstance(value, list):
        value = value[0] if value else None
    if isinstance(value, dict):
        value = value.get("name") or value.get("@value")
    if not isinstance(value, str | int) or isinstance(value, bool):
        return None
    text = " ".join(html.unescape(str(value)).split())
    return text[:_LONGEST_NAME] or None


def code_of(text: str | None) -> str | None:
    """Return a product id that is a code; some shops write a description there."""
    return text if text and " " not in text else None


def gtin_of(value: object) -> str | None:
    """Return a GTIN whose length and check digit are right; any other is worth less than none."""
    if not value:
        return None
    digits = _BETWEEN_DIGITS.sub("", str(value))
    if not digits.isascii() or not digits.isdigit() or len(digits) not in {8, 12, 13, 14} or not int(digits):
        return None
    return digits if check_digit(digits[:-1]) == digits[-1] else None
