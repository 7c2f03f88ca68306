"""A trusted look at an offer as the figures of the market need it: whose price, when, and what counts of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from pricing.domain.decisions.inputs import is_own
from pricing.domain.market import Competitor, Offer, ProductFacts
from pricing.domain.reading import Availability

EXPIRES_AFTER = timedelta(days=14)
"""What a competitor's prices are worth when nobody says otherwise."""

type Stock = Literal["in", "out", "unknown"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceSeen:
    """A price that was read and is believed. `landed_price` and `item_price` are as captured.

    `compared_price` and `compared_item` are what they are in `compared_currency`, the shop's; None where nobody knew.
    """

    observation_id: str
    offer_id: str
    product_id: str
    competitor_id: str
    captured_at: datetime
    landed_price: Decimal
    currency: str
    availability: Availability
    seller: str | None = None
    compared_price: Decimal | None = None
    compared_currency: str | None = None
    item_price: Decimal | None = None
    compared_item: Decimal | None = None
    quality: str = "ok"

    @property
    def stock(self) -> Stock:
        """Whether it could be bought at once; a page that does not say leaves it open."""
        if self.availability is Availability.UNKNOWN:
            return "unknown"
        return "in" if self.availability is Availability.IN_STOCK else "out"

    def in_money_of(self, facts: ProductFacts) -> Decimal | None:
        """The landed price in the shop's money, or None when nobody knows what it is there."""
        if self.compared_price is not None and self.compared_currency == facts.currency:
            return self.compared_price
        return self.landed_price if self.currency == facts.currency else None

    def item_in_money_of(self, facts: ProductFacts) -> Decimal | None:
        """The item price in the shop's money, or None when nobody knows what it is there."""
        if self.compared_item is not None and self.compared_currency == facts.currency:
            return self.compared_item
        return self.item_price if self.currency == facts.currency else None


def step_between(last: PriceSeen, seen: PriceSeen) -> Fraction | None:
    """By how many per cent a price changed between two looks, as captured; None in two kinds of money.

    So a rate that moves is no price that changes.
    """
    if last.currency != seen.currency or last.landed_price <= 0:
        return None
    return (Fraction(seen.landed_price) - Fraction(last.landed_price)) * 100 / Fraction(last.landed_price)


@dataclass(frozen=True, slots=True)
class Rivals:
    """A product's rivals: which sellers are none, and how long a price of each counts."""

    facts: ProductFacts
    competitors: Mapping[str, Competitor]

    def leaves_out(self, seen: PriceSeen) -> bool:
        """Whether the seller is ourselves, or one that its competitor's settings leave out."""
        competitor = self.competitors.get(seen.competitor_id)
        return self.is_own(seen) or (competitor is not None and competitor.sellers.leaves_out(seen.seller))

    def is_own(self, seen: PriceSeen) -> bool:
        """Whether the seller is ourselves."""
        return is_own(self.facts, seen.seller)

    def expires_after(self, competitor_id: str) -> timedelta:
        """How long a price of a competitor counts."""
        competitor = self.competitors.get(competitor_id)
        return EXPIRES_AFTER if competitor is None else timedelta(days=competitor.expire_after_days)


def longest_expiry(competitors: Iterable[Competitor]) -> timedelta:
    """So long before a moment a price may have been seen that still counts then."""
    known = [timedelta(days=one.expire_after_days) for one in competitors]
    return max([EXPIRES_AFTER, *known])


def by_offer(looks: Iterable[PriceSeen]) -> dict[str, list[PriceSeen]]:
    """The looks of each offer, oldest first."""
    found: dict[str, list[PriceSeen]] = {}
    for one in sorted(looks, key=lambda seen: (seen.captured_at, seen.observation_id)):
        found.setdefault(one.offer_id, []).append(one)
    return found


def standing_look(offer: Offer) -> PriceSeen | None:
    """The newest trusted look of an offer."""
    seen = offer.latest
    if seen is None or seen.landed_price is None or seen.currency is None:
        return None
    return PriceSeen(
        observation_id=seen.observation_id,
        offer_id=offer.offer_id,
        product_id=offer.product_id,
        competitor_id=offer.competitor_id,
        captured_at=seen.captured_at,
        landed_price=seen.landed_price,
        currency=seen.currency,
        availability=seen.availability,
        seller=seen.seller,
        compared_price=None if seen.normalised is None else seen.normalised.landed_price,
        compared_currency=None if seen.normalised is None else seen.normalised.currency,
        item_price=seen.item_price,
        compared_item=None if seen.normalised is None else seen.normalised.item_price,
        quality=seen.quality,
    )
