"""Step 1 of a decision: which observed prices may be followed, and what is wrong with the others."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from pricing.domain.market import Observation, Offer, ProductFacts
from pricing.domain.policy import Policy
from pricing.domain.reading import Availability

# Clocks of a scanner and a store may differ by this much; a price from further ahead is not believed.
CLOCK_SKEW = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Rival:
    """A competitor's price that may be followed, in the policy's price mode."""

    price: Decimal
    observation: Observation


@dataclass(frozen=True, slots=True, kw_only=True)
class Gated:
    """The eligible rivals, cheapest first, and the offers left out, counted by reason."""

    rivals: tuple[Rival, ...]
    left_out: dict[str, int]


def gated(facts: ProductFacts, offers: tuple[Offer, ...], policy: Policy, now: datetime) -> Gated:
    """Sort the offers of one product into rivals and those that may not price anything."""
    rivals: list[Rival] = []
    left_out: dict[str, int] = {}
    for offer in offers:
        reason = refused(facts, offer, policy, now)
        if reason is None and offer.latest is not None:
            rivals.append(Rival(_price(offer.latest, policy), offer.latest))
        elif reason is not None:
            left_out[reason] = left_out.get(reason, 0) + 1
    rivals.sort(key=lambda rival: (rival.price, rival.observation.observation_id))
    return Gated(rivals=tuple(rivals), left_out=left_out)


def _price(seen: Observation, policy: Policy) -> Decimal:
    price = seen.landed_price if policy.price_mode == "landed" else seen.item_price
    return price if price is not None else Decimal(0)


def refused(facts: ProductFacts, offer: Offer, policy: Policy, now: datetime) -> str | None:
    """Why an offer may not price anything, or None when it may."""
    if policy.competitor_ids and offer.competitor_id not in policy.competitor_ids:
        return "outside the rule's competitors"
    if offer.match_type not in policy.evidence.match_types:
        return "match type not accepted"
    if offer.latest is None or offer.latest.item_price is None or offer.latest.item_price <= 0:
        return "never read"
    return _refused_reading(facts, offer.latest, policy, now)


def _refused_reading(facts: ProductFacts, seen: Observation, policy: Policy, now: datetime) -> str | None:
    evidence = policy.evidence
    if seen.seller is not None and seen.seller in facts.own_seller_ids:
        return "own offer"
    if seen.currency != facts.currency:
        return "other currency without a rate"
    if seen.captured_at > now + CLOCK_SKEW:
        return "from the future"
    if now - seen.captured_at > timedelta(hours=evidence.max_age_hours):
        return "stale"
    if seen.availability is Availability.UNKNOWN and not evidence.accept_unknown_stock:
        return "stock unknown"
    if seen.availability not in {Availability.IN_STOCK, Availability.UNKNOWN}:
        return "not in stock"
    if seen.confidence < evidence.min_confidence:
        return "confidence too low"
    return None
