"""Make the days of products: what each was in the market on each day, from the looks and prices that are recorded."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import batched
from typing import Protocol

from pricing.domain.local_days import DAY, UNTOLD, LocalDay, day_of, days_between
from pricing.domain.market import ProductFacts
from pricing.domain.market_day import MarketDay, OwnChange, market_day
from pricing.domain.own_price import price_at
from pricing.domain.price_seen import PriceSeen, Rivals, by_offer, longest_expiry
from pricing.usecases.market_history import MOMENT, MarketHistory
from pricing.usecases.moves import OwnMove, OwnMoves
from pricing.usecases.ports import Competitors, Offers

CATALOGUE = "catalogue"
HISTORIES_AT_ONCE = 50
"""The looks at so many products are read with one question."""
SAME_CHANGE = timedelta(hours=1)
"""So far apart a price that we published and its return from the catalogue are one change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptDay:
    """What is kept of a product's day that later days, or the day made again, begin with.

    `facts` are the fields of the catalogue as they were then, by name.
    """

    product_id: str
    day: date
    closed: bool
    ends_at: datetime
    ours: Decimal | None
    own_changes: tuple[OwnChange, ...]
    facts: Mapping[str, object]
    looks: tuple[PriceSeen, ...]


class MarketDays(Protocol):
    """The days of every product, one document for each."""

    async def kept(
        self, organisation_id: str, product_ids: Sequence[str], first: date, last: date
    ) -> Sequence[KeptDay]:
        """Return the days of some products from one date to another, both included, in any order."""

    async def newest(self, organisation_id: str, product_id: str, before: date) -> date | None:
        """Return the newest day of a product before a date."""

    async def keep(self, days: Sequence[MarketDay]) -> None:
        """Keep the days; one that was looked at later stays. Keeping a day twice is keeping it once."""


@dataclass(frozen=True, slots=True)
class _Known:
    """What the days of some products are made of."""

    rivals: Mapping[str, Rivals]
    moves: Mapping[str, Sequence[OwnMove]]
    looks: Mapping[str, Mapping[str, Sequence[PriceSeen]]]
    kept: Mapping[tuple[str, date], KeptDay]
    watching: frozenset[str]


@dataclass(slots=True)
class _State:
    """A product while its days are gone through: the newest look at each offer, and our price."""

    newest: dict[str, PriceSeen] = field(default_factory=dict)
    ours: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MakeDays:
    """Make days from what is recorded. A day goes on from the one before where that is kept, closed and ended then."""

    days: MarketDays
    history: MarketHistory
    moves: OwnMoves
    offers: Offers
    competitors: Competitors

    async def __call__(
        self,
        organisation_id: str,
        products: Sequence[ProductFacts],
        first: date,
        last: date,
        at: datetime,
        *,
        anew: bool = False,
    ) -> list[MarketDay]:
        """Return the days of products of one shop up to a moment; a day that begins later is none yet.

        Made `anew`, the first of them goes on from no day that is kept, but from the looks themselves. Of a day that
        is over the facts of the catalogue stay those that were known on it.
        """
        if not products:
            return []
        zone = products[0].time_zone or UNTOLD
        span = [LocalDay(one, zone) for one in days_between(first, last)]
        span = [one for one in span if one.begins_at < at]
        if not span:
            return []
        known = await self._known(organisation_id, products, span, at)
        states = await self._states(organisation_id, products, known, span[0], anew=anew)
        return [_made(one, day, at, known, states[one.product_id]) for day in span for one in products]

    async def _known(
        self, organisation_id: str, products: Sequence[ProductFacts], span: Sequence[LocalDay], at: datetime
    ) -> _Known:
        ids = [one.product_id for one in products]
        competitors = {one.competitor_id: one async for one in self.competitors.walk(organisation_id)}
        watching: set[str] = set()
        looks: dict[str, list[PriceSeen]] = {}
        begins, ends = span[0].begins_at, min(at, span[-1].ends_at)
        for some in batched(ids, HISTORIES_AT_ONCE, strict=False):
            offers = await self.offers.to_decide(organisation_id, products[0].shop_id, some)
            watching |= {one.offer_id for held in offers.values() for one in held}
            for seen in await self.history.looks(organisation_id, some, begins, ends):
                looks.setdefault(seen.product_id, []).append(seen)
        moves: dict[str, list[OwnMove]] = {}
        for move in await self.moves.of_products(organisation_id, ids, begins - MOMENT):
            moves.setdefault(move.product_id, []).append(move)
        kept = await self.days.kept(organisation_id, ids, span[0].before.date, span[-1].date)
        return _Known(
            rivals={one.product_id: Rivals(one, competitors) for one in products},
            moves=moves,
            looks={
                product_id: by_offer(one for one in found if one.offer_id in watching)
                for product_id, found in looks.items()
            },
            kept={(one.product_id, one.day): _watched(one, watching) for one in kept},
            watching=frozenset(watching),
        )

    async def _states(
        self, organisation_id: str, products: Sequence[ProductFacts], known: _Known, first: LocalDay, *, anew: bool
    ) -> dict[str, _State]:
        """Where each product stands before the first day: as the day before closed, or as looks say."""
        states: dict[str, _State] = {}
        unknown: list[str] = []
        for facts in products:
            before = known.kept.get((facts.product_id, first.before.date))
            # In another zone the day before ended at another moment: what was seen in between is in neither.
            goes_on = before is not None and before.closed and before.ends_at == first.begins_at
            if before is not None and goes_on and not anew:
                newest = {one.offer_id: one for one in before.looks}
                states[facts.product_id] = _State(newest, before.ours)
            else:
                states[facts.product_id] = _State(ours=None if before is None else before.ours)
                unknown.append(facts.product_id)
        if not unknown:
            return states
        begins = first.begins_at
        longest = longest_expiry(next(iter(known.rivals.values())).competitors.values())
        for some in batched(unknown, HISTORIES_AT_ONCE, strict=False):
            for seen in await self.history.newest(organisation_id, some, begins - longest, begins):
                if seen.offer_id in known.watching:
                    states[seen.product_id].newest[seen.offer_id] = seen
        return states


def _watched(kept: KeptDay, watching: set[str]) -> KeptDay:
    return replace(kept, looks=tuple(one for one in kept.looks if one.offer_id in watching))


def _made(facts: ProductFacts, day: LocalDay, at: datetime, known: _Known, state: _State) -> MarketDay:
    kept = known.kept.get((facts.product_id, day.date))
    until = min(at, day.ends_at)
    then = facts
    if kept is not None and until == day.ends_at:
        then = replace(facts, **kept.facts)  # type: ignore[arg-type] # the names are those of the facts
    moves = known.moves.get(facts.product_id, ())
    changes = _own_changes(facts, day, until, moves, kept, state)
    told = [OwnMove(facts.product_id, one.at, one.before, one.after, one.source) for one in changes]
    line = sorted({(one.at, one.after): one for one in (*moves, *told)}.values(), key=lambda one: one.at)
    taken_away = facts.price is None and facts.price_since is not None and facts.price_since < until
    ours = None if taken_away else price_at(facts, line, until - MOMENT)
    if ours is None and not taken_away:
        ours = changes[-1].after if changes else state.ours if kept is None else kept.ours
    of_day = known.looks.get(facts.product_id, {})
    looks = [
        (state.newest.get(name), [one for one in of_day.get(name, ()) if day.begins_at <= one.captured_at < until])
        for name in sorted({*state.newest, *of_day})
    ]
    made = market_day(replace(known.rivals[facts.product_id], facts=then), day, until, ours, changes, looks)
    state.newest = {one.look.offer_id: one.look for one in made.offers}
    state.ours = ours
    return made


def _own_changes(
    facts: ProductFacts,
    day: LocalDay,
    until: datetime,
    moves: Sequence[OwnMove],
    kept: KeptDay | None,
    state: _State,
) -> tuple[OwnChange, ...]:
    """Our changes on the day: what was published, and what the catalogue brought otherwise."""
    found = {
        (one.at, one.after): OwnChange(one.at, one.before, one.after, one.reason)
        for one in moves
        if day.begins_at <= one.at < until
    }
    if kept is not None:
        brought = [one for one in kept.own_changes if one.source == CATALOGUE]
        found |= {(one.at, one.after): one for one in brought if one.at < until}
    since, price = facts.price_since, facts.price
    if since is not None and price is not None and day.begins_at <= since < until:
        ours = any(one.after == price and abs(one.at - since) <= SAME_CHANGE for one in moves)
        if not ours and (since, price) not in found:
            earlier = sorted((one for one in found.values() if one.at < since), key=lambda one: one.at)
            before = earlier[-1].after if earlier else state.ours
            found[since, price] = OwnChange(since, before, price, CATALOGUE)
    return tuple(sorted(found.values(), key=lambda one: one.at))


def due_from(kept: Sequence[KeptDay], newest: date | None, today: date) -> date:
    """From which day on days are due: from the first that is not closed, or from the newest that there is."""
    open_days = [one.day for one in kept if not one.closed and one.day < today]
    if open_days:
        return min(open_days)
    if any(one.day == today - DAY for one in kept) or newest is None:
        return today
    # It may have been left open; made again it is the same.
    return newest


def today_of(products: Sequence[ProductFacts], at: datetime) -> date:
    """The date that it is in the shop of some products."""
    return day_of(at, products[0].time_zone).date
