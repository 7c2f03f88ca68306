"""Pairs of our prices and a rival's that rise together beyond what costs and the market explain, with the evidence.

A price of a day is the one at its end (UTC). A rival's stands until the next look that is believed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import batched
from statistics import median

from pricing.domain.loops.convergence import Watch, converging
from pricing.domain.market import Observation, ProductFacts
from pricing.domain.normalise import comparable
from pricing.domain.simulation import MOST_DAYS, Asked
from pricing.usecases.moves import OwnMove, OwnMoves
from pricing.usecases.ports import Facts
from pricing.usecases.simulating.convergence_results import Told, made_of
from pricing.usecases.simulating.pace import Pace
from pricing.usecases.simulating.past import Past
from pricing.usecases.simulating.results import Made
from shared.kernel.clock import Clock

PRODUCTS_AT_ONCE = 500
LOOK_BACK = timedelta(days=14)
"""So long before the window a look may have been that says what a rival asked on the first day."""
MARKET_AT_LEAST = 2
"""Sellers besides the two that make a market; the wish of one is not the market's."""
_BELIEVED = frozenset({"ok", "released"})


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulateConvergence:
    """Look at what we published and what rivals asked in the last days."""

    facts: Facts
    moves: OwnMoves
    past: Past
    clock: Clock
    watch: Watch

    async def __call__(self, organisation_id: str, asked: Asked, pace: Pace) -> Made:
        """Every pair that could be looked at, those that rise together first."""
        now, shop_id = self.clock(), str(asked.shop_id)
        last = now.astimezone(UTC).date()
        days = [last - timedelta(days=back) for back in range((asked.days or MOST_DAYS) - 1, -1, -1)]
        told: list[Told] = []
        products = 0
        for part in await self.facts.parts_of(organisation_id, shop_id, PRODUCTS_AT_ONCE):
            await pace()
            some = await self.facts.in_part(organisation_id, shop_id, part)
            products += len(some)
            told += await self._told(organisation_id, some, days, now)
        return made_of(shop_id, days, products, told)

    async def _told(
        self, organisation_id: str, products: Sequence[ProductFacts], days: Sequence[date], now: datetime
    ) -> list[Told]:
        since = _start(days[0])
        moves: dict[str, list[OwnMove]] = {}
        ids = [one.product_id for one in products]
        for move in await self.moves.of_products(organisation_id, ids, since):
            moves.setdefault(move.product_id, []).append(move)
        # A price that did not rise so often rose with nobody.
        rising = [one for one in products if _rises(moves.get(one.product_id, ())) >= self.watch.least_rises]
        told: list[Told] = []
        for some in batched(rising, PRODUCTS_AT_ONCE, strict=False):
            looks: dict[str, list[Observation]] = {}
            named = [one.product_id for one in some]
            for look in await self.past.seen(organisation_id, named, since - LOOK_BACK, now):
                looks.setdefault(look.product_id, []).append(look)
            for facts in some:
                own = _own(facts, moves[facts.product_id], days)
                rivals = _rivals(facts, looks.get(facts.product_id, ()), days)
                told += [await self._pair(facts, own, name, rivals, days) for name in sorted(rivals)]
        return told

    async def _pair(
        self,
        facts: ProductFacts,
        own: Sequence[float | None],
        name: str,
        rivals: dict[str, list[float | None]],
        days: Sequence[date],
    ) -> Told:
        theirs = rivals[name]
        others = [prices for other, prices in rivals.items() if other != name]
        market = [_middle([one[day] for one in others]) for day in range(len(days))]
        begins = next((day for day, pair in enumerate(zip(own, theirs, strict=True)) if None not in pair), len(days))
        ours, rival = _known(own[begins:]), _known(theirs[begins:])
        around = _known(market[begins:]) if begins < len(days) and None not in market[begins:] else None
        finding = converging(ours, rival, costs=[1.0] * len(ours), market=around, watch=self.watch)
        if finding.parallel:
            # Only what would be said is worth the search for what it cost then.
            costs = await self._costs(facts, days[begins:])
            finding = converging(ours, rival, costs=costs, market=around, watch=self.watch)
        return Told(facts=facts, competitor_id=name, begins=begins, own=own, rival=theirs, finding=finding)

    async def _costs(self, facts: ProductFacts, days: Sequence[date]) -> list[float] | None:
        known = await self.past.costs(facts.organisation_id, facts.product_id, _start(days[0]))
        if not known:
            return None
        by_day = _daily([(at, cost) for at, cost in known], days)
        first = float(known[0][1])
        return [first if one is None else one for one in by_day]


def _rises(moves: Sequence[OwnMove]) -> int:
    return sum(one.before is not None and one.after > one.before for one in moves)


def _own(facts: ProductFacts, moves: Sequence[OwnMove], days: Sequence[date]) -> list[float | None]:
    prices = _daily([(one.at, one.after) for one in moves], days)
    before = moves[0].before if moves else facts.price
    first = None if before is None or before <= 0 else float(before)
    return [first if one is None else one for one in prices]


def _rivals(facts: ProductFacts, looks: Sequence[Observation], days: Sequence[date]) -> dict[str, list[float | None]]:
    seen: dict[str, list[tuple[datetime, Decimal]]] = {}
    for look in looks:
        if look.quality not in _BELIEVED or look.seller in facts.own_seller_ids:
            continue
        prices = comparable(look, facts)
        if prices is not None and prices[1] > 0:
            seen.setdefault(look.competitor_id, []).append((look.captured_at, prices[1]))
    return {name: _daily(some, days) for name, some in seen.items()}


def _daily(points: Sequence[tuple[datetime, Decimal]], days: Sequence[date]) -> list[float | None]:
    """The newest amount at the end of each day; None before the first."""
    daily: list[float | None] = []
    place, newest = 0, None
    for day in days:
        end = _start(day) + timedelta(days=1)
        while place < len(points) and points[place][0] < end:
            newest = float(points[place][1])
            place += 1
        daily.append(newest)
    return daily


def _middle(prices: Sequence[float | None]) -> float | None:
    known = [one for one in prices if one is not None]
    return median(known) if len(known) >= MARKET_AT_LEAST else None


def _known(prices: Sequence[float | None]) -> list[float]:
    return [one for one in prices if one is not None]


def _start(day: date) -> datetime:
    return datetime.combine(day, time(tzinfo=UTC))
