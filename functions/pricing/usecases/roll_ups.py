"""Roll the market up by day: of every shop each hour, and of some days again when a person asks."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Protocol

from pricing.domain.errors import InvalidWindow
from pricing.domain.local_days import DAY
from pricing.usecases.market_days import MakeDays, MarketDays, due_from, today_of
from pricing.usecases.ports import PRODUCTS_IN_A_PART, Facts, ShopPart
from shared.kernel.clock import Clock
from shared.kernel.identifiers import fresh_id

LEAST_IN_A_PART = 50
LONGEST_GAP = timedelta(days=14)
"""So many days are made up for when nothing was rolled up for long."""
LONGEST_REBUILD = timedelta(days=92)
EVERYTHING = ShopPart()
SHOPS_AT_ONCE = 50
DAYS_AT_ONCE = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class RollUp:
    """Days of a shop to be made, as they are at a moment. Without dates it is what is due.

    Without a `place` it is the whole shop, to be divided. `job_id` names the job of a person who asked.
    """

    organisation_id: str
    shop_id: str
    at: datetime
    first: date | None = None
    last: date | None = None
    job_id: str | None = None
    requested_by: str = ""
    place: int | None = None
    part: ShopPart = EVERYTHING


class RollUps(Protocol):
    """The wishes for days."""

    async def start(self, wish: RollUp) -> None:
        """Announce a person's job and ask for its days, in one."""

    async def divide(self, wish: RollUp, parts: Sequence[ShopPart]) -> None:
        """Ask for each part and announce how many products there are, in one; twice is once."""

    async def part_done(self, wish: RollUp, products: int) -> None:
        """Announce that a part of a person's job is done; twice is once."""

    async def ask_hourly(self, at: datetime, limit: int) -> int:
        """Ask for what is due of some shops that were not asked for in this hour; return how many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RebuildDays:
    """Have days made again, for a person."""

    roll_ups: RollUps
    clock: Clock

    async def __call__(self, organisation_id: str, shop_id: str, first: date, last: date, user_id: str) -> RollUp:
        """Start the job; `InvalidWindow` for days that are none or too many."""
        if last < first or last - first >= LONGEST_REBUILD:
            raise InvalidWindow(f"{first} to {last} are not 1 to {LONGEST_REBUILD.days} days; ask for them in parts")
        at = self.clock()
        wish = RollUp(
            organisation_id=organisation_id,
            shop_id=shop_id,
            at=at,
            first=first,
            last=last,
            job_id=fresh_id("job", at),
            requested_by=user_id,
        )
        await self.roll_ups.start(wish)
        return wish


@dataclass(frozen=True, slots=True, kw_only=True)
class RollUpMarket:
    """Divide a shop, or make the days of a part of it. The same part twice makes the same days."""

    facts: Facts
    days: MarketDays
    make: MakeDays
    roll_ups: RollUps

    async def __call__(self, wish: RollUp) -> int:
        """Return how many days were made."""
        if wish.place is None:
            size = part_size(wish)
            await self.roll_ups.divide(wish, await self.facts.parts_of(wish.organisation_id, wish.shop_id, size))
            return 0
        products = await self.facts.in_part(wish.organisation_id, wish.shop_id, wish.part)
        made = 0
        if products:
            first, last = await self._span(wish, [one.product_id for one in products], today_of(products, wish.at))
            start = first
            while start <= last:
                # Some days after the other: what is kept of them is what the next go on from.
                end = min(last, start + DAYS_AT_ONCE - DAY)
                anew = start == first and wish.job_id is not None
                days = await self.make(wish.organisation_id, products, start, end, wish.at, anew=anew)
                await self.days.keep(days)
                made += len(days)
                start = end + DAY
        await self.roll_ups.part_done(wish, len(products))
        return made

    async def _span(self, wish: RollUp, product_ids: Sequence[str], today: date) -> tuple[date, date]:
        if wish.first is not None and wish.last is not None:
            return wish.first, min(wish.last, today)
        kept = await self.days.kept(wish.organisation_id, product_ids, today - DAY, today - DAY)
        newest = None if kept else await self.days.newest(wish.organisation_id, product_ids[0], today)
        return max(due_from(kept, newest, today), today - LONGEST_GAP), today


def part_size(wish: RollUp) -> int:
    """How many products a part has: fewer, the more days it makes."""
    if wish.first is None or wish.last is None:
        return PRODUCTS_IN_A_PART
    days = (wish.last - wish.first).days + 1
    return max(LEAST_IN_A_PART, min(PRODUCTS_IN_A_PART, 2 * PRODUCTS_IN_A_PART // days))


def part_of(wish: RollUp, place: int, part: ShopPart) -> RollUp:
    """A part of what is asked for."""
    return replace(wish, place=place, part=part)
