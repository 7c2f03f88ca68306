"""What a look changes: the offer it belongs to, itself, and the look it confirms. The store only carries it out.

Looks may come in any order. An older look never replaces a newer one, and a price that is not believed never becomes
the one that stands.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from pricing.domain.competitor_rules import Trust
from pricing.domain.errors import NotInQuarantine
from pricing.domain.market import Competitor, Observation, Offer, ProductFacts
from pricing.domain.normalise import NotComparable, normalised
from pricing.domain.rates import Rates
from pricing.domain.reading import Unread
from pricing.domain.scan_budget import Volatility
from pricing.domain.scan_effects import differs
from pricing.domain.trust import refusal, refuses, releases, same_offer, suspicions
from pricing.domain.unchanged import confirmed

NOT_FOUND = "not_found"
MOST_REFUSED = 20
"""So many refused prices are remembered of an offer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What a look is held against: competitors and products by id, and the rates of its days."""

    competitors: Mapping[str, Competitor] = field(default_factory=dict)
    facts: Mapping[str, ProductFacts] = field(default_factory=dict)
    rates: Rates = field(default_factory=Rates)


NOTHING_KNOWN = Known()


def wants_second_look(seen: Observation, offer: Offer | None, known: Known) -> bool:
    """Whether another reader is to be asked about the page: it is kept, shows no price, and its shop lets us ask."""
    competitor = known.competitors.get(seen.competitor_id)
    unread = seen.outcome == Unread.NO_PRICE.value and seen.snapshot is not None
    return unread and offer is not None and competitor is not None and competitor.model_reader


@dataclass(frozen=True, slots=True)
class Looked:
    """A look as it is kept, its offer afterwards (None when there is none), and an earlier look that it changed."""

    seen: Observation
    offer: Offer | None
    changed: Observation | None = None


def looked(offer: Offer | None, seen: Observation, known: Known) -> Looked:
    """Take in one look. One that cannot be judged is a named failure, and keeps back no other of its message."""
    try:
        return _taken_in(offer, seen, known)
    except NotComparable as error:
        return _unjudged(offer, seen, f"the price is not one that a shop can charge: {error}")
    except (ArithmeticError, ValueError) as error:
        return _unjudged(offer, seen, f"the look cannot be judged ({type(error).__name__})")


def _unjudged(offer: Offer | None, seen: Observation, detail: str) -> Looked:
    """The look without what it says of a price."""
    nothing: dict[str, Any] = {
        "item_price": None,
        "list_price": None,
        "shipping": None,
        "confidence": Decimal(0),
        "votes": (),
    }
    seen = replace(seen, outcome=Unread.NO_PRICE.value, detail=detail, **nothing)
    return Looked(seen, None if offer is None else _failed(offer, seen))


def _taken_in(offer: Offer | None, seen: Observation, known: Known) -> Looked:
    seen = _placed(confirmed(offer, seen), known)
    if offer is None:
        return Looked(seen, None)
    if not seen.is_read:
        return Looked(seen, _failed(offer, seen))
    seen = _judged(offer, _comparable(offer, seen, known), known)
    if offer.latest is not None and seen.captured_at <= offer.latest.captured_at:
        return Looked(seen, offer)
    return _trusted(offer, seen, known) if seen.quality == "ok" else _doubted(offer, seen)


def _placed(seen: Observation, known: Known) -> Observation:
    """The look with the region that the competitor's prices are shown for, where the look itself knows none."""
    competitor = known.competitors.get(seen.competitor_id)
    return seen if seen.region or competitor is None else replace(seen, region=competitor.region)


def released(offer: Offer | None, seen: Observation) -> Looked:
    """Believe a suspicious price after all; it stands when nothing newer does. `NotInQuarantine` for any other."""
    if seen.quality == "released":
        return Looked(seen, offer)
    seen = _answered(seen, "released")
    if offer is None:
        return Looked(seen, None)
    waiting = offer.quarantined
    offer = replace(offer, rejected=tuple(one for one in offer.rejected if not refuses(one, offer, seen)))
    if waiting is not None and waiting.observation_id == seen.observation_id:
        return Looked(seen, _standing(replace(offer, quarantined=None), seen))
    if waiting is not None and same_offer(waiting, seen):
        # The same price was read again since: it is as true as this one.
        again = replace(waiting, quality="released")
        return Looked(seen, _standing(replace(offer, quarantined=None), again), again)
    return Looked(seen, _standing(offer, seen))


def rejected(offer: Offer | None, seen: Observation) -> Looked:
    """Refuse a suspicious price for good: what stood before goes on standing, and this one is not believed again."""
    if seen.quality == "rejected":
        return Looked(seen, offer)
    seen = _answered(seen, "rejected")
    if offer is None:
        return Looked(seen, None)
    waiting, refused = offer.quarantined, refusal(offer, seen)
    clears = waiting is not None and (waiting.observation_id == seen.observation_id or refuses(refused, offer, waiting))
    known = (*(one for one in offer.rejected if one != refused), refused)[-MOST_REFUSED:]
    return Looked(seen, replace(offer, rejected=known, quarantined=None if clears else waiting))


def _answered(seen: Observation, quality: str) -> Observation:
    if seen.quality != "suspicious":
        raise NotInQuarantine(f"«{seen.observation_id}» is {seen.quality}; only a suspicious one can be {quality}")
    return replace(seen, quality="released" if quality == "released" else "rejected")


def _comparable(offer: Offer, seen: Observation, known: Known) -> Observation:
    facts = known.facts.get(offer.product_id)
    if facts is None:
        return seen
    competitor = known.competitors.get(offer.competitor_id)
    return replace(seen, normalised=normalised(seen, offer, competitor, facts, known.rates))


def _judged(offer: Offer, seen: Observation, known: Known) -> Observation:
    competitor = known.competitors.get(offer.competitor_id)
    trust = Trust() if competitor is None else competitor.trust
    found = suspicions(seen, offer, known.facts.get(offer.product_id), trust)
    return replace(seen, quality="suspicious" if found else "ok", suspicions=found)


def _failed(offer: Offer, seen: Observation) -> Offer:
    if offer.last_failure is not None and offer.last_failure.captured_at >= seen.captured_at:
        return offer
    offer = replace(offer, last_failure=seen)
    newest = _newest_read(offer)
    if newest is not None and newest.captured_at >= seen.captured_at:
        return offer
    misses = offer.misses + (seen.outcome == NOT_FOUND)
    return replace(offer, misses=misses, failing_since=offer.failing_since or seen.captured_at)


def _newest_read(offer: Offer) -> Observation | None:
    read = [one for one in (offer.latest, offer.quarantined) if one is not None]
    return max(read, key=lambda one: one.captured_at, default=None)


def _found(offer: Offer, seen: Observation) -> Offer:
    """The page was there: it is not failing any more, unless a later look failed already."""
    failure = offer.last_failure
    if failure is not None and failure.captured_at > seen.captured_at:
        return replace(offer, failing_since=failure.captured_at, misses=int(failure.outcome == NOT_FOUND))
    return replace(offer, misses=0, failing_since=None)


def _standing(offer: Offer, seen: Observation) -> Offer:
    if offer.latest is not None and offer.latest.captured_at >= seen.captured_at:
        return offer
    return replace(offer, latest=seen, previous=offer.latest, volatility=_learnt(offer, seen))


def _learnt(offer: Offer, seen: Observation) -> Volatility:
    """What a newer trusted look teaches of how often and how far the offer changes."""
    before = offer.latest
    if before is None:
        return offer.volatility
    move = 0.0
    if before.currency == seen.currency and before.item_price and seen.item_price:
        move = math.log(seen.item_price / before.item_price)
    hours = (seen.captured_at - before.captured_at).total_seconds() / 3600
    return offer.volatility.after(hours, changed=differs(before, seen), move=move)


def _trusted(offer: Offer, seen: Observation, known: Known) -> Looked:
    waiting = offer.quarantined
    offer = _found(_standing(offer, seen), seen)
    if waiting is None:
        return Looked(seen, offer)
    if waiting.captured_at <= seen.captured_at:
        return Looked(seen, replace(offer, quarantined=None))
    # This look came late: what was doubted beside an older price may be right beside this one.
    again = _judged(offer, waiting, known)
    if again.quality != "ok":
        return Looked(seen, replace(offer, quarantined=again), again)
    return Looked(seen, _standing(replace(offer, quarantined=None), again), again)


def _doubted(offer: Offer, seen: Observation) -> Looked:
    waiting = offer.quarantined
    if waiting is None:
        return Looked(seen, _found(replace(offer, quarantined=seen), seen))
    older, newer = sorted((waiting, seen), key=lambda one: one.captured_at)
    if releases(older, newer):
        older, newer = replace(older, quality="released"), replace(newer, quality="released")
        here, there = (newer, older) if newer.observation_id == seen.observation_id else (older, newer)
        return Looked(here, _found(_standing(replace(offer, quarantined=None), newer), newer), there)
    if seen.captured_at <= waiting.captured_at:
        return Looked(seen, offer)
    return Looked(seen, _found(replace(offer, quarantined=seen), seen))
