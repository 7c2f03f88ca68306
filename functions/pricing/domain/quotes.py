"""What a language model claims to have read on a page, before anybody has proven it."""

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True, kw_only=True)
class Quotes:
    """Words that the model says stand on the page; none of them counts until the page is found to show it."""

    price_text: str | None = None
    list_price_text: str | None = None
    currency: str | None = None
    availability: str | None = None
    title: str | None = None


class Ungrounded(StrEnum):
    """Why a quote became no price."""

    NO_PRICE = "no-price"
    NOT_ON_PAGE = "not-on-page"
    NOT_A_PRICE = "not-a-price"
    NO_CURRENCY = "no-currency"
