"""What was read from a competitor's page, or why nothing could be read."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from shared.kernel.money import LARGEST

# Raised when a page may be read differently than before; then an unchanged page is worth a new look.
READERS_VERSION = 3

# No currency has more; a page's arithmetic may leave many, and the stores keep 34 digits in all.
MOST_PLACES = 6


def chargeable(amount: Decimal | None) -> Decimal | None:
    """The amount, with six places at most; None for one that no shop can charge."""
    if amount is None or not amount.is_finite() or abs(amount) > LARGEST:
        return None
    return round(amount, MOST_PLACES) if -int(amount.as_tuple().exponent) > MOST_PLACES else amount


class Availability(StrEnum):
    """Stock states; unknown is a state of its own."""

    IN_STOCK = "in_stock"
    PRE_ORDER = "pre_order"
    BACK_ORDER = "back_order"
    SPECIAL_ORDER = "special_order"
    OUT_OF_STOCK = "out_of_stock"
    DISCONTINUED = "discontinued"
    UNKNOWN = "unknown"


class Condition(StrEnum):
    """The state of the goods, as far as a page says it."""

    NEW = "new"
    USED = "used"
    REFURBISHED = "refurbished"
    DAMAGED = "damaged"


class Reader(StrEnum):
    """The ways of reading a page, most trusted first."""

    RECIPE = "recipe"
    JSON_LD = "json-ld"
    MICRODATA = "microdata"
    RDFA = "rdfa"
    OPENGRAPH = "opengraph"
    EMBEDDED = "embedded"
    PLAIN = "plain"
    LLM = "llm"


class Unread(StrEnum):
    """Why a page that was fetched gave no price."""

    NO_PRICE = "no_price"
    BLOCKED = "blocked"
    BAD_CONTENT = "bad_content"


@dataclass(frozen=True, slots=True, kw_only=True)
class Vote:
    """What one reader said the price is; those who disagree are kept too."""

    reader: str
    item_price: Decimal
    currency: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One offer as its page states it; prices are in the page's own currency, a promotion is never part of them."""

    item_price: Decimal
    currency: str | None
    reader: Reader
    agreement: int
    confidence: Decimal
    availability: Availability = Availability.UNKNOWN
    list_price: Decimal | None = None
    shipping: Decimal | None = None
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
    votes: tuple[Vote, ...] = ()
    recipe: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NothingRead:
    """A named reason for the absence of a reading."""

    outcome: Unread
    detail: str
