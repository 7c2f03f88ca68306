"""Steps 1 and 2 of a decision: which prices may be followed, in the shop's money, and what is wrong with the others."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from pricing.domain.decision import ReasonCode
from pricing.domain.market import Competitor, Observation, Offer, ProductFacts
from pricing.domain.normalise import comparable
from pricing.domain.policy import Policy
from pricing.domain.reading import Availability

# Clocks of a scanner and a store may differ by this much; a price from further ahead is not believed.
CLOCK_SKEW = timedelta(minutes=5)


class Gate(StrEnum):
    """Why an offer may not price anything; a closed list, in the words that a decision shows."""

    OUTSIDE = "outside the rule's competitors"
    MATCH_TYPE = "match type not accepted"
    NEVER_READ = "never read"
    OWN = "own offer"
    SELLER = "seller left out"
    QUARANTINED = "quarantined"
    NO_RATE = "other currency without a rate"
    NOTHING_LEFT = "nothing left after correction"
    FUTURE = "from the future"
    EXPIRED = "expired"
    STALE = "stale"
    STOCK_UNKNOWN = "stock unknown"
    NOT_IN_STOCK = "not in stock"
    CONFIDENCE = "confidence too low"
    AGREEMENT = "too few readers agree"


REASONS: Mapping[Gate, ReasonCode] = {
    Gate.QUARANTINED: ReasonCode.QUARANTINED,
    Gate.STALE: ReasonCode.STALE_DATA,
    Gate.EXPIRED: ReasonCode.STALE_DATA,
    Gate.CONFIDENCE: ReasonCode.LOW_CONFIDENCE,
    Gate.AGREEMENT: ReasonCode.LOW_CONFIDENCE,
}
"""What a decision says when nothing passed and this gate closed; the first that closed counts, in this order."""


@dataclass(frozen=True, slots=True)
class Rival:
    """A competitor's price that may be followed, in the policy's price mode and the shop's currency."""

    price: Decimal
    observation: Observation


@dataclass(frozen=True, slots=True, kw_only=True)
class Gated:
    """The eligible rivals, cheapest first, and the offers left out, counted by gate."""

    rivals: tuple[Rival, ...]
    left_out: Mapping[Gate, int]

    @property
    def failed(self) -> Gate | None:
        """The gate that explains why there is not enough to follow, when it is one of evidence."""
        return next((gate for gate in REASONS if gate in self.left_out), None)


def gated(
    facts: ProductFacts,
    offers: tuple[Offer, ...],
    policy: Policy,
    now: datetime,
    competitors: Mapping[str, Competitor],
) -> Gated:
    """Sort the offers of one product into rivals and those that may not price anything."""
    rivals: list[Rival] = []
    left_out: dict[Gate, int] = {}
    for offer in offers:
        found = _rival(facts, offer, policy, now, competitors.get(offer.competitor_id))
        if isinstance(found, Rival):
            rivals.append(found)
        else:
            left_out[found] = left_out.get(found, 0) + 1
    rivals.sort(key=lambda rival: (rival.price, rival.observation.observation_id))
    return Gated(rivals=tuple(rivals), left_out=left_out)


def _rival(
    facts: ProductFacts, offer: Offer, policy: Policy, now: datetime, competitor: Competitor | None
) -> Rival | Gate:
    if policy.competitor_ids and offer.competitor_id not in policy.competitor_ids:
        return Gate.OUTSIDE
    if offer.match_type not in policy.evidence.match_types:
        return Gate.MATCH_TYPE
    seen = offer.latest
    closed = _seller(facts, offer, competitor)
    if closed is not None:
        return closed
    if offer.quarantined is not None:
        # Something newer was read than what stands: whether the old price still holds, nobody knows.
        return Gate.QUARANTINED
    if seen is None or seen.item_price is None or seen.item_price <= 0:
        return Gate.NEVER_READ
    prices = comparable(seen, facts)
    if prices is None:
        return Gate.NO_RATE
    if min(prices) <= 0:
        # Shipping does not mend an article that is given away.
        return Gate.NOTHING_LEFT
    price = prices[1] if policy.price_mode == "landed" else prices[0]
    return _evidence(seen, policy, now, competitor) or Rival(price, seen)


def _seller(facts: ProductFacts, offer: Offer, competitor: Competitor | None) -> Gate | None:
    seen = offer.quarantined or offer.latest
    if seen is None:
        return None
    if is_own(facts, seen.seller):
        return Gate.OWN
    return Gate.SELLER if competitor is not None and competitor.sellers.leaves_out(seen.seller) else None


def is_own(facts: ProductFacts, seller: str | None) -> bool:
    """Whether a seller is ourselves, by id or by name in any letter case."""
    return seller is not None and _name(seller) in map(_name, facts.own_seller_ids)


def _name(text: str) -> str:
    return " ".join(text.split()).casefold()


def _evidence(seen: Observation, policy: Policy, now: datetime, competitor: Competitor | None) -> Gate | None:
    evidence = policy.evidence
    if seen.captured_at > now + CLOCK_SKEW:
        return Gate.FUTURE
    if competitor is not None and competitor.has_expired(seen.captured_at, now):
        return Gate.EXPIRED
    if now - seen.captured_at > timedelta(hours=evidence.max_age_hours):
        return Gate.STALE
    if seen.availability is Availability.UNKNOWN and not evidence.accept_unknown_stock:
        return Gate.STOCK_UNKNOWN
    if seen.availability not in {Availability.IN_STOCK, Availability.UNKNOWN}:
        return Gate.NOT_IN_STOCK
    if seen.confidence < evidence.min_confidence:
        return Gate.CONFIDENCE
    return Gate.AGREEMENT if seen.agreement < evidence.min_agreement else None
