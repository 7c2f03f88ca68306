"""Show the price index of the last days against the days before: by group, and of one product day by day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

from pricing.domain.analysis import Asked, Dimension
from pricing.domain.day_rows import mean_of
from pricing.domain.local_days import DAY
from pricing.domain.market import ProductFacts
from pricing.domain.market_day import DayOffer, MarketDay
from pricing.domain.product_filter import Criteria
from pricing.usecases.analytics import ReadAnalysis
from pricing.usecases.market_days import today_of
from pricing.usecases.market_history import MOMENT

type Grouping = Literal["category", "brand", "competitor", "none"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceIndex:
    """Every group in the days asked for and in as many before, as they were looked at last at `as_of`."""

    asked: Asked
    as_of: datetime
    groups: tuple[tuple[Mapping[str, Any], Mapping[str, Any]], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductPriceIndex:
    """One product by days, oldest first: as many `before` as `last`, the last of all being now."""

    asked: Asked
    as_of: datetime
    facts: ProductFacts
    last: Sequence[MarketDay]
    before: Sequence[MarketDay]

    @property
    def indexes(self) -> tuple[Decimal | None, Decimal | None]:
        """The two periods' indexes, each the mean of its days."""
        return _mean(self.last), _mean(self.before)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadPriceIndex:
    """Read the index against the average from the days of the market.

    Groups are put together from the days that are kept; one product's days are made as those are, up to now.
    """

    read: ReadAnalysis

    async def groups(self, organisation_id: str, by: Grouping, days: int, shop_id: str | None = None) -> PriceIndex:
        """Return every group's figures; `TooMuchMarket` when there are too many products for one answer."""
        today = await self.read.today(organisation_id, shop_id)
        asked = _asked(organisation_id, today, days, shop_id, *(() if by == "none" else (by,)))
        groups = await self.read.periods(asked)
        told = [one["until"] for pair in groups for one in pair if one]
        return PriceIndex(asked=asked, as_of=max(told, default=self.read.clock()), groups=groups)

    async def product(self, organisation_id: str, sku: str, shop_id: str | None, days: int) -> ProductPriceIndex:
        """Return one product's days; `ProductUnknown` when pricing knows none of that SKU."""
        facts = await self.read.product(organisation_id, sku, () if shop_id is None else (shop_id,))
        at = self.read.clock()
        today = today_of([facts], at)
        asked = _asked(organisation_id, today, days, facts.shop_id)
        # What was seen this very moment is seen.
        made = await self.read.make(organisation_id, [facts], today - (2 * days - 1) * DAY, today, at + MOMENT)
        return ProductPriceIndex(asked=asked, as_of=at, facts=facts, last=made[days:], before=made[:days])


def counted(day: MarketDay) -> list[DayOffer]:
    """The offers of a day that are in its index."""
    return [one for one in day.offers if not one.left_out]


def _asked(organisation_id: str, today: date, days: int, shop_id: str | None, *by: Dimension) -> Asked:
    return Asked(
        analysis="index",
        organisation_id=organisation_id,
        shop_ids=() if shop_id is None else (shop_id,),
        first=today - (days - 1) * DAY,
        last=today,
        criteria=Criteria(shop_id=shop_id),
        benchmark="average",
        by=by,
    )


def _mean(days: Sequence[MarketDay]) -> Decimal | None:
    return mean_of([one.landed.indexes["average"] for one in days if one.landed.indexes])
