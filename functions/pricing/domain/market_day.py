"""A product's day in the market: our price beside each rival's at the day's end, and what is made of that.

Everything is exact; a quotient is rounded once, to thirty digits, so that figures of many days may be added and shown
with two. Amounts are in the shop's money.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal, localcontext
from enum import IntEnum
from fractions import Fraction
from typing import Literal

from pricing.domain.local_days import LocalDay
from pricing.domain.market import ProductFacts
from pricing.domain.price_seen import PriceSeen, Rivals, step_between

type PriceMode = Literal["landed", "item"]
type LeftOut = Literal["", "own", "seller", "expired", "not_in_stock", "no_rate"]

MODES: tuple[PriceMode, ...] = ("landed", "item")
DIGITS = 30
"""Of a quotient that is kept: what is shown has two behind the point, and a store keeps thirty-four in all."""
LEAST_DIVERGENCE = 10
"""From so many per cent between a rival's price and ours on, a day is found as one that diverges."""

_EXACT = 60


class Standing(IntEnum):
    """What a product's day is good for, from nothing to an index. Of several days the best counts."""

    NO_RIVAL = 0
    NOT_IN_STOCK = 1
    STALE = 2
    NO_PRICE = 3
    COMPARED = 4


@dataclass(frozen=True, slots=True)
class OwnChange:
    """A change of our own price and where it came from: the reason of a decision, or `catalogue`."""

    at: datetime
    before: Decimal | None
    after: Decimal
    source: str


@dataclass(frozen=True, slots=True)
class Breach:
    """A rival's item price under one of the maker's prices: the lowest, and when it was first and last seen."""

    price: Decimal
    limit: Decimal
    first_at: datetime
    last_at: datetime
    observation_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DayOffer:
    """An offer at the day's end, why it is in no figure (nothing when it is), and what happened on the day.

    `moves` are its changes of price in per cent, as captured, in the order of time. `low` is the lowest landed price in
    stock that was seen on the day, or else the one that stood.
    """

    look: PriceSeen
    item: Decimal | None
    landed: Decimal | None
    left_out: LeftOut
    low: Decimal | None = None
    moves: tuple[Decimal, ...] = ()
    map_breach: Breach | None = None
    msrp_breach: Breach | None = None

    def price(self, mode: PriceMode) -> Decimal | None:
        """What it costs in the shop's money."""
        return self.landed if mode == "landed" else self.item


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """A day by one mode of prices. Indexes are our price / that price x 100; `rivals` are the lowest of each rival."""

    offers: int = 0
    lowest: Decimal | None = None
    average: Decimal | None = None
    median: Decimal | None = None
    highest: Decimal | None = None
    rank: int | None = None
    indexes: Mapping[str, Decimal] = field(default_factory=dict)
    rivals: Mapping[str, Decimal] = field(default_factory=dict)
    rival_indexes: Mapping[str, Decimal] = field(default_factory=dict)
    divergence: Decimal | None = None
    under_cost: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketDay:
    """A product on one day. `until` is the moment that it was looked at: the day's end, or some time within it."""

    facts: ProductFacts
    day: LocalDay
    until: datetime
    ours: Decimal | None
    own_changes: tuple[OwnChange, ...]
    offers: tuple[DayOffer, ...]
    standing: Standing
    landed: Figures
    item: Figures

    @property
    def closed(self) -> bool:
        """Whether it was looked at when it was over."""
        return self.until >= self.day.ends_at

    @property
    def flags(self) -> list[str]:
        """What days are looked for by."""
        counted = [one for one in self.offers if not one.left_out]
        found = {
            "map_breach": any(one.map_breach for one in self.offers),
            "msrp_breach": any(one.msrp_breach for one in self.offers),
            # An item costs no more than it does with its shipping.
            "under_cost": self.item.under_cost,
            "moved": any(one.moves for one in self.offers),
            "diverges": any((one.divergence or 0) >= LEAST_DIVERGENCE for one in (self.landed, self.item)),
            "alone": not counted and self.ours is not None,
        }
        return [name for name, holds in found.items() if holds]


def market_day(
    rivals: Rivals,
    day: LocalDay,
    until: datetime,
    ours: Decimal | None,
    own_changes: Sequence[OwnChange],
    looks: Sequence[tuple[PriceSeen | None, Sequence[PriceSeen]]],
) -> MarketDay:
    """A product's day. `looks` are of each offer the newest before the day and those on it, oldest first."""
    facts = rivals.facts
    offers = tuple(
        _offer(before, [one for one in seen if one.captured_at < until], rivals, until)
        for before, seen in looks
        if before is not None or any(one.captured_at < until for one in seen)
    )
    landed, item = (figures(offers, ours, facts.cost, mode) for mode in MODES)
    return MarketDay(
        facts=facts,
        day=day,
        until=until,
        ours=ours,
        own_changes=tuple(own_changes),
        offers=tuple(sorted(offers, key=lambda one: one.look.offer_id)),
        standing=_standing(offers, ours),
        landed=landed,
        item=item,
    )


def figures(offers: Sequence[DayOffer], ours: Decimal | None, cost: Decimal | None, mode: PriceMode) -> Figures:
    """What the offers that count make of a day."""
    counted = [(price, one) for one in offers if not one.left_out and (price := one.price(mode)) is not None]
    if not counted:
        return Figures()
    prices = sorted(price for price, _ in counted)
    with localcontext(prec=_EXACT):
        total = Fraction(sum(prices, Decimal(0)))
    average = total / len(prices)
    middle = len(prices) // 2
    median = (Fraction(prices[middle]) + Fraction(prices[(len(prices) - 1) // 2])) / 2
    lowest: dict[str, Decimal] = {}
    for price, one in counted:
        name = one.look.competitor_id
        lowest[name] = min(price, lowest.get(name, price))
    known = {"lowest": Fraction(prices[0]), "average": average, "median": median}
    return Figures(
        offers=len(prices),
        lowest=prices[0],
        average=quotient(average),
        median=quotient(median),
        highest=prices[-1],
        rank=None if ours is None else 1 + sum(price < ours for price in prices),
        indexes={} if ours is None else {name: index(ours, one) for name, one in known.items()},
        rivals=dict(sorted(lowest.items())),
        rival_indexes={}
        if ours is None
        else {name: index(ours, Fraction(one)) for name, one in sorted(lowest.items())},
        divergence=None if not ours else max(divergence(ours, price) for price in (prices[0], prices[-1])),
        under_cost=cost is not None and cost > 0 and prices[0] < cost,
    )


def index(ours: Decimal, benchmark: Fraction) -> Decimal:
    """Our price over a benchmark, times 100."""
    return quotient(Fraction(ours) * 100 / benchmark)


def divergence(ours: Decimal, theirs: Decimal) -> Decimal:
    """How far a price is from ours, in per cent of ours."""
    return quotient(abs(Fraction(ours) - Fraction(theirs)) * 100 / Fraction(ours))


def quotient(value: Fraction) -> Decimal:
    """A value at so many digits as are kept, rounded once."""
    with localcontext(prec=DIGITS):
        return Decimal(value.numerator) / Decimal(value.denominator)


def _standing(offers: Sequence[DayOffer], ours: Decimal | None) -> Standing:
    reasons = {one.left_out for one in offers}
    if "" in reasons:
        return Standing.COMPARED if ours is not None else Standing.NO_PRICE
    if "expired" in reasons:
        return Standing.STALE
    return Standing.NOT_IN_STOCK if "not_in_stock" in reasons else Standing.NO_RIVAL


def _offer(before: PriceSeen | None, seen: Sequence[PriceSeen], rivals: Rivals, until: datetime) -> DayOffer:
    look = seen[-1] if seen else before
    if look is None:
        raise ValueError("an offer has a look")
    facts = rivals.facts
    item, landed = look.item_in_money_of(facts), look.in_money_of(facts)
    expiry = rivals.expires_after(look.competitor_id)
    return DayOffer(
        look=look,
        item=item,
        landed=landed,
        left_out=_left_out(look, landed, rivals, until - look.captured_at > expiry),
        low=_low(seen or [look], rivals),
        moves=_moves(before, seen, rivals, expiry),
        map_breach=_breach(before, seen, rivals, facts.map_price, until),
        msrp_breach=_breach(before, seen, rivals, facts.msrp, until),
    )


def _left_out(look: PriceSeen, landed: Decimal | None, rivals: Rivals, expired: bool) -> LeftOut:  # noqa: FBT001
    if rivals.leaves_out(look):
        return "own" if rivals.is_own(look) else "seller"
    if look.stock != "in":
        return "not_in_stock"
    if expired:
        return "expired"
    return "no_rate" if landed is None or landed <= 0 else ""


def _low(seen: Sequence[PriceSeen], rivals: Rivals) -> Decimal | None:
    prices = [
        price
        for one in seen
        if one.stock == "in" and not rivals.leaves_out(one) and (price := one.in_money_of(rivals.facts)) is not None
    ]
    return min(prices, default=None)


def _moves(
    before: PriceSeen | None, seen: Sequence[PriceSeen], rivals: Rivals, expiry: timedelta
) -> tuple[Decimal, ...]:
    found = []
    last = before if before is not None and not rivals.leaves_out(before) else None
    for one in seen:
        if rivals.leaves_out(one):
            # Whoever sold in between, a change is one between two looks in a row.
            last = None
            continue
        # A price that had expired, or one in other money, is another price and no change of one.
        if last is not None and one.captured_at - last.captured_at <= expiry:
            step = step_between(last, one)
            if step:
                found.append(quotient(step))
        last = one
    return tuple(found)


def _breach(
    before: PriceSeen | None, seen: Sequence[PriceSeen], rivals: Rivals, limit: Decimal | None, until: datetime
) -> Breach | None:
    """The looks under a limit; what was seen before the day goes on until it is seen otherwise."""
    if limit is None or limit <= 0:
        return None
    looks = list(seen)
    if before is not None and not looks and until - before.captured_at <= rivals.expires_after(before.competitor_id):
        looks = [before]
    under: list[tuple[Decimal, PriceSeen]] = []
    for one in looks:
        price = one.item_in_money_of(rivals.facts)
        if not rivals.leaves_out(one) and one.stock != "out" and price is not None and 0 < price < limit:
            under.append((price, one))
    if not under:
        return None
    price, lowest = min(under, key=lambda pair: (pair[0], pair[1].captured_at))
    times = [one.captured_at for _, one in under]
    return Breach(price, limit, min(times), max(times), lowest.observation_id)
