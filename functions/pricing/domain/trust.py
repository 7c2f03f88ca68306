"""Whether a new price is believed: it is held against the trusted one that stands, and against our own.

Moves are judged on the captured amounts in the page's own currency: a rate that moves is no price that changes. Only
the distance from our own price is taken from the normalised amount. What the followed price is made of besides is held
against what stands too: shipping, and the pack that a page's title suggests.
"""

from collections.abc import Sequence
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from pricing.domain.competitor_rules import Trust
from pricing.domain.market import Observation, Offer, ProductFacts, Refused
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
    SHIPPING_JUMP = "shipping_jump"
    PACK_CHANGED = "pack_changed"
    REJECTED_BEFORE = "rejected_before"


REPEATABLE = frozenset({Suspicion.JUMP.value, Suspicion.SHIPPING_JUMP.value, Suspicion.DIVERGENCE.value})
"""What a second look may clear: the rest needs a person, however often it repeats."""
_BESIDES = frozenset(map(str, (Suspicion.SHIPPING_JUMP, Suspicion.PACK_CHANGED, Suspicion.REJECTED_BEFORE)))
"""What doubts not the amount itself, but what comes with it."""


def same_price(one: Observation | None, other: Observation) -> bool:
    """Whether two looks saw one amount in one currency."""
    return one is not None and (one.item_price, one.currency) == (other.item_price, other.currency)


def same_offer(one: Observation | None, other: Observation) -> bool:
    """Whether two looks saw one amount, with the same shipping and pack."""
    return (
        one is not None and same_price(one, other) and (one.landed_price, one.pack) == (other.landed_price, other.pack)
    )


def refusal(offer: Offer, seen: Observation) -> Refused:
    """What is not to be believed again of a look that a person refuses."""
    return Refused(
        item_price=seen.item_price,
        currency=seen.currency,
        landed_price=seen.landed_price,
        pack=_guessed_pack(offer, seen),
        whole=_is_sound(offer, seen),
    )


def _is_sound(offer: Offer, seen: Observation) -> bool:
    """Whether the amount itself was not doubted; of a first price the pack may make it look far from ours."""
    if same_price(offer.latest, seen):
        return True
    if offer.latest is None and Suspicion.PACK_CHANGED.value in seen.suspicions:
        return True
    return seen.suspicions != () and _BESIDES.issuperset(seen.suspicions)


def refuses(refused: Refused, offer: Offer, seen: Observation) -> bool:
    """Whether a look saw what was refused."""
    if (refused.item_price, refused.currency) != (seen.item_price, seen.currency):
        return False
    if not refused.whole:
        return True
    return (refused.landed_price, refused.pack) == (seen.landed_price, _guessed_pack(offer, seen))


def _guessed_pack(offer: Offer, seen: Observation) -> int | None:
    """The pack that the page says, where no person said it."""
    return seen.pack if offer.pack_quantity is None else None


def suspicions(seen: Observation, offer: Offer, facts: ProductFacts | None, trust: Trust) -> tuple[str, ...]:
    """Why a new price is not believed; nothing when it is. An amount that stands already is believed again."""
    if seen.item_price is None or not seen.item_price.is_finite() or seen.item_price <= 0:
        return (Suspicion.NOT_POSITIVE.value,)
    stands = same_price(offer.latest, seen)
    found: list[Suspicion] = []
    if any(refuses(one, offer, seen) for one in offer.rejected if one.whole or not stands):
        found.append(Suspicion.REJECTED_BEFORE)
    if not stands:
        found += _of_the_amount(seen, offer, facts, trust)
    if offer.latest is not None:
        found += _of_shipping(offer.latest, seen, trust)
    if _is_other_pack(offer, seen, facts):
        found.append(Suspicion.PACK_CHANGED)
    return tuple(one.value for one in dict.fromkeys(found))


def releases(earlier: Observation, later: Observation) -> bool:
    """Whether a later look confirms a quarantined price: seen by another job, by enough readers, and not too wild."""
    return (
        same_offer(earlier, later)
        and earlier.job_id != later.job_id
        and later.captured_at > earlier.captured_at
        and later.agreement >= AGREEING_TO_RELEASE
        and REPEATABLE.issuperset(later.suspicions)
    )


def divergence_percent(ours: Decimal, theirs: Decimal) -> Fraction:
    """How far a competitor's price is from ours, in percent of ours."""
    return abs(Fraction(ours) - Fraction(theirs)) / Fraction(ours) * 100


def _of_the_amount(seen: Observation, offer: Offer, facts: ProductFacts | None, trust: Trust) -> list[Suspicion]:
    found: list[Suspicion] = []
    if _disagree(seen):
        found.append(Suspicion.READERS_DISAGREE)
    if seen.confidence < trust.min_confidence:
        found.append(Suspicion.LOW_CONFIDENCE)
    found += _against_ours(seen, facts) if offer.latest is None else _against(offer.latest, seen, trust)
    if _diverges(seen, facts, trust):
        found.append(Suspicion.DIVERGENCE)
    return found


def _of_shipping(standing: Observation, seen: Observation, trust: Trust) -> list[Suspicion]:
    """What is wrong with another shipping: the price with it is held against the one that stands with its own."""
    before, now = standing.shipping or Decimal(0), seen.shipping or Decimal(0)
    if before == now or seen.currency != standing.currency or not standing.landed_price or seen.landed_price is None:
        return []
    ratio = Fraction(seen.landed_price) / Fraction(standing.landed_price)
    slips = bool(before and now) and _is_slip(Fraction(now) / Fraction(before))
    found = [Suspicion.DECIMAL_SLIP] if slips else []
    if _is_far(ratio):
        found.append(Suspicion.FAR)
    if slips or abs(ratio - 1) * 100 > Fraction(trust.jump_percent):
        found.append(Suspicion.SHIPPING_JUMP)
    return found


def _is_other_pack(offer: Offer, seen: Observation, facts: ProductFacts | None) -> bool:
    """Whether the page's own word would divide the price as nobody believed until now. A person's word needs none."""
    ours = None if facts is None else facts.pack_quantity
    if not ours or offer.pack_quantity is not None:
        return False
    standing = offer.latest
    divided = standing is not None and standing.normalised is not None and standing.normalised.pack != ""
    believed = standing.pack if standing is not None and divided else None
    return (seen.pack or ours) != (believed or ours)


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
