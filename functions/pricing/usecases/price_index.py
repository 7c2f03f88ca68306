"""Show the price index of the last days against the days before: by group, and of one product day by day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from decimal import Decimal

from pricing.domain.errors import InvalidWindow, ProductUnknown
from pricing.domain.market import ProductFacts
from pricing.domain.price_index import (
    Day,
    DayIndex,
    Grouping,
    PeriodFigure,
    days_until,
    index_of_days,
    keys_of,
    of_competitor,
    price_at,
    product_index,
)
from pricing.domain.price_seen import PriceSeen, Rivals, longest_expiry
from pricing.usecases.market_history import LONGEST, MOMENT, MarketHistory, WalkMarket, Watched
from pricing.usecases.moves import OwnMove, OwnMoves
from shared.kernel.clock import Clock


@dataclass(frozen=True, slots=True)
class GroupIndex:
    """A group's figures in the last days and in the days before."""

    key: str | None
    last: PeriodFigure = field(default_factory=PeriodFigure)
    before: PeriodFigure = field(default_factory=PeriodFigure)


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceIndex:
    """Every group, at one moment."""

    as_of: datetime
    days: Sequence[Day]
    groups: tuple[GroupIndex, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductPriceIndex:
    """One product; `last` and `before` are its days, oldest first, the last of all being now."""

    as_of: datetime
    facts: ProductFacts
    last: Sequence[DayIndex]
    before: Sequence[DayIndex]
    rivals: Rivals

    @property
    def indexes(self) -> tuple[Decimal | None, Decimal | None]:
        """The two periods' indexes."""
        return product_index(self.last), product_index(self.before)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadPriceIndex:
    """Compute the index from the looks that were recorded and the prices that we published."""

    history: MarketHistory
    walk: WalkMarket
    moves: OwnMoves
    clock: Clock

    async def groups(self, organisation_id: str, by: Grouping, days: int, shop_id: str | None = None) -> PriceIndex:
        """Return every group's figures; `TooMuchMarket` when there are too many products for one answer."""
        now = self.clock()
        every = _days(now, days)
        found: dict[str | None, GroupIndex] = {}
        async for watched in self.walk.catalogue(organisation_id, shop_id):
            of_days = await self._days_of(organisation_id, watched, every)
            for product_id in watched.product_ids:
                facts = watched.facts[product_id]
                rivals = Rivals(facts, watched.competitors)
                offered = {product_id: [one.competitor_id for one in watched.offers.get(product_id, ())]}
                for key in keys_of(facts, by, offered):
                    shown = of_days[product_id]
                    if by == "competitor" and key is not None:
                        shown = of_competitor(shown, key, rivals)
                    group = found.setdefault(key, GroupIndex(key))
                    group.before.take(shown[:days])
                    group.last.take(shown[days:])
        groups = sorted(found.values(), key=lambda one: (one.key is None, one.key or ""))
        return PriceIndex(as_of=now, days=every, groups=tuple(groups))

    async def product(self, organisation_id: str, sku: str, shop_id: str | None, days: int) -> ProductPriceIndex:
        """Return one product's days; `ProductUnknown` when pricing knows none of that SKU."""
        now = self.clock()
        every = _days(now, days)
        if shop_id is None:
            facts = await self.walk.facts.find_sku(organisation_id, sku)
        else:
            facts = (await self.walk.facts.by_sku(organisation_id, shop_id, [sku])).get(sku)
        if facts is None:
            raise ProductUnknown(f"no product with the SKU «{sku}»")
        watched = await self.walk.of_product(facts)
        of_days = (await self._days_of(organisation_id, watched, every))[facts.product_id]
        rivals = Rivals(facts, watched.competitors)
        return ProductPriceIndex(as_of=now, facts=facts, last=of_days[days:], before=of_days[:days], rivals=rivals)

    async def _days_of(
        self, organisation_id: str, watched: Watched, days: Sequence[Day]
    ) -> Mapping[str, Sequence[DayIndex]]:
        ids = watched.product_ids
        start = datetime.combine(days[0].date, time(), UTC)
        longest = longest_expiry(watched.competitors.values())
        earlier = await self.history.newest(organisation_id, ids, start - longest, start, by_day=False)
        later = await self.history.newest(organisation_id, ids, start, days[-1].at, by_day=True)
        watching = {one.offer_id for some in watched.offers.values() for one in some}
        looks: dict[str, list[PriceSeen]] = {}
        for seen in (*earlier, *later):
            if seen.offer_id in watching:
                looks.setdefault(seen.product_id, []).append(seen)
        published: dict[str, list[OwnMove]] = {}
        for move in await self.moves.of_products(organisation_id, ids, start):
            published.setdefault(move.product_id, []).append(move)
        return {
            product_id: index_of_days(
                days,
                [price_at(watched.facts[product_id], published.get(product_id, ()), day.at) for day in days],
                looks.get(product_id, ()),
                Rivals(watched.facts[product_id], watched.competitors),
            )
            for product_id in ids
        }


def _days(now: datetime, days: int) -> Sequence[Day]:
    if not 1 <= days <= LONGEST.days // 2:
        raise InvalidWindow(f"{days} days and the {days} before are more than {LONGEST.days}; ask for fewer")
    return days_until(now + MOMENT, 2 * days)
