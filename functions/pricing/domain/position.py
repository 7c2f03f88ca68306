"""Our place among the offers of a product: 1 is the cheapest."""

from dataclasses import dataclass
from decimal import Decimal

from pricing.domain.market import Observation, Offer, ProductFacts
from pricing.domain.reading import Availability


@dataclass(frozen=True, slots=True, kw_only=True)
class LostFirstPlace:
    """A product that was cheapest with us before a competitor's newest price, and is no more."""

    facts: ProductFacts
    offer: Offer
    before: Observation
    now: Observation


def _counts(seen: Observation | None, facts: ProductFacts) -> bool:
    return (
        seen is not None
        and seen.landed_price is not None
        and seen.landed_price > 0
        and seen.currency == facts.currency
        and seen.availability is Availability.IN_STOCK
        and (seen.seller is None or seen.seller not in facts.own_seller_ids)
    )


def _lowest(seen: list[Observation]) -> Decimal | None:
    return min((one.landed_price for one in seen if one.landed_price is not None), default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Our place among the offers in stock: rank 1 is cheapest, equal prices share it; none without a price of ours."""

    rank: int | None
    lowest: Observation | None
    rivals: int


def standing(facts: ProductFacts, offers: tuple[Offer, ...]) -> Standing:
    """Where a product stands now, by landed price. What cannot be compared does not count."""
    seen = [offer.latest for offer in offers if offer.latest is not None and _counts(offer.latest, facts)]
    seen.sort(key=lambda one: (one.landed_price or Decimal(0), one.observation_id))
    price = facts.price
    cheaper = sum(one.landed_price is not None and price is not None and one.landed_price < price for one in seen)
    return Standing(rank=None if price is None else cheaper + 1, lowest=seen[0] if seen else None, rivals=len(seen))


def lost_first_place(facts: ProductFacts, offers: tuple[Offer, ...]) -> LostFirstPlace | None:
    """The loss, when the newest look shows one that the look before did not; None otherwise.

    Equal prices share the first place. Own offers, other currencies and goods not in stock do not count.
    """
    price = facts.price
    now = {offer.offer_id: offer.latest for offer in offers if _counts(offer.latest, facts)}
    before = [offer.previous for offer in offers if offer.previous is not None and _counts(offer.previous, facts)]
    lowest_now = _lowest([seen for seen in now.values() if seen is not None])
    lowest_before = _lowest(before)
    if price is None or lowest_now is None or lowest_before is None:
        return None
    if not lowest_now < price <= lowest_before:
        return None
    for offer in offers:
        seen = now.get(offer.offer_id)
        if seen is not None and seen.landed_price == lowest_now and offer.previous is not None:
            return LostFirstPlace(facts=facts, offer=offer, before=offer.previous, now=seen)
    return None
