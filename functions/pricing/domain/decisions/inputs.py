"""What a decision is made from: one product's facts, standing and offers at a moment, whatever the policy asks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from pricing.domain.decisions.amounts import UNUSABLE, nearest_units, scale_of
from pricing.domain.decisions.subjects import NOTHING_SPECIAL, Standing, Subject
from pricing.domain.kernel.codes import OfferFlag
from pricing.domain.market import Competitor, MatchType, Observation, Offer, ProductFacts
from pricing.domain.normalise import comparable
from pricing.domain.reading import Availability

_MILLION = 1_000_000
# Plain numbers: flags of an enumeration are made anew by each operation, and there are ten offers to a product.
_OWN, _SELLER, _QUARANTINED, _UNREAD, _NO_RATE, _EXPIRED, _STOCK_UNKNOWN, _NOT_IN_STOCK = (
    flag.value for flag in OfferFlag
)
_MARKS_OF_STOCK = {Availability.IN_STOCK: 0, Availability.UNKNOWN: _STOCK_UNKNOWN}


class Seen(NamedTuple):
    """One offer as it was seen. `item` and `landed` are units, comparable with the shop's own; 0 is none.

    `marks` are `OfferFlag`. An offer that was never read has no observation.
    """

    competitor_id: str
    observation_id: str = ""
    captured_at: datetime | None = None
    item: int = 0
    landed: int = 0
    marks: int = 0
    match_type: MatchType = "exact"
    confidence_ppm: int = 0
    agreement: int = 0
    fulfilment: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """Everything that deciding one product looks at, and nothing of any policy. Offers stand by observation id."""

    at: datetime
    facts: ProductFacts
    offers: tuple[Seen, ...] = ()
    standing: Standing = NOTHING_SPECIAL


def inputs_of(subjects: Sequence[Subject], competitors: Mapping[str, Competitor], at: datetime) -> list[Inputs]:
    """The inputs of each product. `competitors` says which sellers count, and when prices expire."""
    return [_inputs(subject, competitors, at) for subject in subjects]


def _inputs(subject: Subject, competitors: Mapping[str, Competitor], at: datetime) -> Inputs:
    facts = subject.facts
    scale, own = scale_of(facts.currency), _names(facts.own_seller_ids)
    seen = [
        _seen(offer, facts, own, competitors.get(offer.competitor_id), at, scale)
        for offer in subject.offers
        # What another organisation watches, or another product, is nobody's business here.
        if offer.organisation_id == facts.organisation_id and offer.product_id == facts.product_id
    ]
    seen.sort(key=_by_observation)
    return Inputs(at=at, facts=facts, offers=tuple(seen), standing=subject.standing)


def _by_observation(seen: Seen) -> tuple[str, str]:
    return seen.observation_id, seen.competitor_id


def _seen(
    offer: Offer,
    facts: ProductFacts,
    own: frozenset[str],
    competitor: Competitor | None,
    at: datetime,
    scale: int,
) -> Seen:
    # Where something newer was read than what stands, nobody knows whether the old price still holds.
    look = offer.quarantined or offer.latest
    if look is None:
        return Seen(competitor_id=offer.competitor_id, marks=_UNREAD, match_type=offer.match_type)
    if competitor is not None and competitor.organisation_id != facts.organisation_id:
        competitor = None
    marks = _marks(look, own, competitor, at)
    if offer.quarantined is not None:
        marks |= _QUARANTINED
    return _look(look, facts, scale, offer, marks)


def look_at(look: Observation, facts: ProductFacts) -> Seen:
    """An observation as it is seen for a product, whatever its offer and its competitor say of it."""
    return _look(look, facts, scale_of(facts.currency), None, 0)


def look_back(look: Observation, offer: Offer, facts: ProductFacts, competitor: Competitor | None) -> Seen:
    """A past look at an offer as it was seen then: what has expired since had not."""
    marks = _marks(look, _names(facts.own_seller_ids), competitor, look.captured_at)
    return _look(look, facts, scale_of(facts.currency), offer, marks)


def _look(look: Observation, facts: ProductFacts, scale: int, offer: Offer | None, marks: int) -> Seen:
    item, landed, doubts = _amounts(look, facts, scale)
    stock = _MARKS_OF_STOCK.get(look.availability, _NOT_IN_STOCK)
    return Seen(
        competitor_id=look.competitor_id if offer is None else offer.competitor_id,
        observation_id=look.observation_id,
        captured_at=look.captured_at,
        item=item,
        landed=landed,
        marks=marks | doubts | stock,
        match_type="exact" if offer is None else offer.match_type,
        confidence_ppm=int(look.confidence * _MILLION),
        agreement=look.agreement,
        fulfilment=look.fulfilment,
    )


def _amounts(look: Observation, facts: ProductFacts, scale: int) -> tuple[int, int, int]:
    """Item and landed price in units, and what is wrong with them."""
    if look.item_price is None or not look.item_price.is_finite() or look.item_price <= 0:
        return 0, 0, _UNREAD
    prices = comparable(look, facts)
    if prices is None:
        return 0, 0, _NO_RATE
    item = landed = nearest_units(prices[0], scale)
    if prices[1] != prices[0]:
        landed = nearest_units(prices[1], scale)
    # Shipping does not mend an article that is given away, nor an amount that no price can have.
    return (item, landed, 0) if min(item, landed) > 0 else (UNUSABLE, UNUSABLE, 0)


def _marks(look: Observation, own: frozenset[str], competitor: Competitor | None, at: datetime) -> int:
    marks = 0
    if own and look.seller is not None and name_of(look.seller) in own:
        marks |= _OWN
    if competitor is not None:
        if competitor.sellers.leaves_out(look.seller):
            marks |= _SELLER
        if competitor.has_expired(look.captured_at, at):
            marks |= _EXPIRED
    return marks


@lru_cache(maxsize=4096)
def name_of(text: str) -> str:
    """A seller's name as it is compared: in any letter case, with any spaces."""
    return " ".join(text.split()).casefold()


@lru_cache(maxsize=1024)
def _names(sellers: tuple[str, ...]) -> frozenset[str]:
    return frozenset(map(name_of, sellers))


def confidence_of(seen: Seen) -> Decimal:
    """How sure the readers were, between 0 and 1."""
    return Decimal(seen.confidence_ppm).scaleb(-6).normalize() + Decimal(0)


def is_own(facts: ProductFacts, seller: str | None) -> bool:
    """Whether a seller is ourselves, by id or by name in any letter case."""
    return seller is not None and name_of(seller) in _names(facts.own_seller_ids)
