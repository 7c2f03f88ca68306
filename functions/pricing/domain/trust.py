"""Whether a new price is believed: it is held against the trusted one that stands, and against our own.

Moves are judged on the captured amounts in the page's own currency: a rate that moves is no price that changes. Only
the distance from our own price is taken from the normalised amount.
"""

from collections.abc import Sequence
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from pricing.domain.competitor_rules import Trust
from pricing.domain.market import Observation, Offer, ProductFacts
from pricing.domain.normalise import comparable

AGREEING_TO_RELEASE = 2
"""So many readers must agree on a price that releases its own kind."""
_SLIP_WITHIN = Fraction(1, 100)
_FARTHEST = 10
_POWERS = tuple(Fraction(10) ** power for power in range(-6, 7) if power != 0)


class Suspicion(StrEnum):
    """Why a price is not believed; a closed list."""

    NOT_POSITIVE = "not_positive"
    READERS_DISAGREE = "readers_disagree"
    LOW_CONFIDENCE = "low_confidence"
    CURRENCY_CHANGED = "currency_changed"
    DECIMAL_SLIP = "decimal_slip"
    FAR = "far"
    JUMP = "jump"
    DIVERGENCE = "divergence"
    REJECTED_BEFORE = "rejected_before"


REPEATABLE = frozenset({Suspicion.JUMP.value, Suspicion.DIVERGENCE.value})
"""What a second look may clear: the rest needs a person, however often it repeats."""


def same_price(one: Observation | None, other: Observation) -> bool:
    """Whether two looks saw one amount in one currency."""
    return one is not None and (one.item_price, one.currency) == (other.item_price, other.currency)


def suspicions(seen: Observation, offer: Offer, facts: ProductFacts | None, trust: Trust) -> tuple[str, ...]:
    """Why a new price is not believed; nothing when it is. What stands already is believed again."""
    if seen.item_price is None or not seen.item_price.is_finite() or seen.item_price <= 0:
        return (Suspicion.NOT_POSITIVE.value,)
    if same_price(offer.latest, seen):
        return ()
    found: list[Suspicion] = []
    if same_price(offer.rejected, seen):
        found.append(Suspicion.REJECTED_BEFORE)
    if _disagree(seen):
        found.append(Suspicion.READERS_DISAGREE)
    if seen.confidence < trust.min_confidence:
        found.append(Suspicion.LOW_CONFIDENCE)
    found += _against_ours(seen, facts) if offer.latest is None else _against(offer.latest, seen, trust)
    if _diverges(seen, facts, trust):
        found.append(Suspicion.DIVERGENCE)
    return tuple(one.value for one in found)


def releases(earlier: Observation, later: Observation) -> bool:
    """Whether a later look confirms a quarantined price: seen by another job, by enough readers, and not too wild."""
    return (
        same_price(earlier, later)
        and earlier.job_id != later.job_id
        and later.captured_at > earlier.captured_at
        and later.agreement >= AGREEING_TO_RELEASE
        and REPEATABLE.issuperset(later.suspicions)
    )


def divergence_percent(ours: Decimal, theirs: Decimal) -> Fraction:
    """How far a competitor's price is from ours, in percent of ours."""
    return abs(Fraction(ours) - Fraction(theirs)) / Fraction(ours) * 100


def _disagree(seen: Observation) -> bool:
    """Whether more readers say something else than agree."""
    against = {vote.reader for vote in seen.votes if vote.item_price != seen.item_price}
    return len(against) > max(seen.agreement, 1)


def _against(standing: Observation, seen: Observation, trust: Trust) -> Sequence[Suspicion]:
    if seen.currency != standing.currency:
        # Two currencies have no ratio that says whether a point was misread.
        return (Suspicion.CURRENCY_CHANGED,)
    if not standing.item_price or seen.item_price is None:
        return ()
    ratio = Fraction(seen.item_price) / Fraction(standing.item_price)
    found = [Suspicion.DECIMAL_SLIP] if _is_slip(ratio) else []
    if _is_far(ratio):
        found.append(Suspicion.FAR)
    if abs(ratio - 1) * 100 > Fraction(trust.jump_percent):
        found.append(Suspicion.JUMP)
    return found


def _against_ours(seen: Observation, facts: ProductFacts | None) -> Sequence[Suspicion]:
    """A first price has nothing that stands before it: one beyond ten times our own is not believed either."""
    prices = None if facts is None else comparable(seen, facts)
    if facts is None or prices is None or not facts.price:
        return ()
    return (Suspicion.FAR,) if _is_far(Fraction(prices[0]) / Fraction(facts.price)) else ()


def _diverges(seen: Observation, facts: ProductFacts | None, trust: Trust) -> bool:
    prices = None if facts is None else comparable(seen, facts)
    if facts is None or prices is None or not facts.price or trust.divergence_percent is None:
        return False
    return divergence_percent(facts.price, prices[0]) > Fraction(trust.divergence_percent)


def _is_slip(ratio: Fraction) -> bool:
    return any(abs(ratio / power - 1) <= _SLIP_WITHIN for power in _POWERS)


def _is_far(ratio: Fraction) -> bool:
    return ratio > _FARTHEST or ratio * _FARTHEST < 1
