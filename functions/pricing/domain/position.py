"""Our place among the offers of a product: 1 is the cheapest. Prices are compared in the shop's own money."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from pricing.domain.decisions.inputs import is_own
from pricing.domain.market import Competitor, Observation, Offer, ProductFacts
from pricing.domain.normalise import comparable
from pricing.domain.reading import Availability


@dataclass(frozen=True, slots=True, kw_only=True)
class LostFirstPlace:
    """A product that was cheapest with us before a competitor's newest price, and is no more.

    `gap` is how much cheaper the competitor is now, in the shop's money.
    """

    facts: ProductFacts
    offer: Offer
    before: Observation
    now: Observation
    gap: Decimal


def current(offers: Iterable[Offer], competitors: Mapping[str, Competitor], now: datetime) -> tuple[Offer, ...]:
    """The offers without prices that expired or whose sellers do not count."""
    return tuple(_current(offer, competitors.get(offer.competitor_id), now) for offer in offers)


def _current(offer: Offer, competitor: Competitor | None, now: datetime) -> Offer:
    seen = offer.latest
    if competitor is None or seen is None:
        return offer
    if competitor.has_expired(seen.captured_at, now) or competitor.sellers.leaves_out(seen.seller):
        return replace(offer, latest=None, previous=None)
    return offer


def landed(seen: Observation | None, facts: ProductFacts) -> Decimal | None:
    """The landed price of an offer that counts, in the shop's money; None when it does not count."""
    if seen is None or seen.availability is not Availability.IN_STOCK or is_own(facts, seen.seller):
        return None
    prices = comparable(seen, facts)
    return None if prices is None or prices[1] <= 0 else prices[1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Our place among the offers in stock: rank 1 is cheapest, equal prices share it; none without a price of ours.

    `lowest_price` is landed and in the shop's money.
    """

    rank: int | None
    lowest: Observation | None
    lowest_price: Decimal | None
    rivals: int


def standing(facts: ProductFacts, offers: tuple[Offer, ...]) -> Standing:
    """Where a product stands now, by landed price. What cannot be compared does not count."""
    seen = [
        (price, offer.latest.observation_id, offer.latest)
        for offer in offers
        if offer.latest is not None and (price := landed(offer.latest, facts)) is not None
    ]
    seen.sort(key=lambda one: one[:2])
    ours = facts.price
    cheaper = sum(ours is not None and price < ours for price, _, _ in seen)
    return Standing(
        rank=None if ours is None else cheaper + 1,
        lowest=seen[0][2] if seen else None,
        lowest_price=seen[0][0] if seen else None,
        rivals=len(seen),
    )


def lost_first_place(facts: ProductFacts, offers: tuple[Offer, ...]) -> LostFirstPlace | None:
    """The loss, when the newest look shows one that the look before did not; None otherwise.

    Equal prices share the first place. Own offers, prices without a rate and goods not in stock do not count.
    """
    ours = facts.price
    now = {offer.offer_id: price for offer in offers if (price := landed(offer.latest, facts)) is not None}
    before = [price for offer in offers if (price := landed(offer.previous, facts)) is not None]
    if ours is None or not now or not before:
        return None
    lowest = min(now.values())
    if not lowest < ours <= min(before):
        return None
    for offer in offers:
        if now.get(offer.offer_id) == lowest and offer.latest is not None and offer.previous is not None:
            return LostFirstPlace(facts=facts, offer=offer, before=offer.previous, now=offer.latest, gap=ours - lowest)
    return None
