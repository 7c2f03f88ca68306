"""Days made from what is recorded: our price while there is none, and a shop whose clock is set to another zone."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import cast

from pricing.domain.market import ProductFacts
from pricing.domain.market_day import MarketDay, Standing
from pricing.domain.price_seen import PriceSeen
from pricing.usecases.market_days import MakeDays
from pricing.usecases.market_history import MarketHistory
from tests.builders.market import HOUR, seen, watched
from tests.builders.pricing import MONDAY, some_facts
from tests.fakes.market_days import FakeMarketDays
from tests.fakes.own_moves import FakeOwnMoves
from tests.fakes.pricing import FakeCompetitors, FakeOffers

DAY = timedelta(days=1)


@dataclass
class Looks:
    """The looks at one product."""

    kept: list[PriceSeen]

    async def looks(self, _o: str, _p: Sequence[str], since: datetime, until: datetime) -> Sequence[PriceSeen]:
        return [one for one in self.kept if since <= one.captured_at < until]

    async def newest(self, _o: str, _p: Sequence[str], since: datetime, until: datetime) -> Sequence[PriceSeen]:
        found = sorted(await self.looks(_o, _p, since, until), key=lambda one: one.captured_at)
        return list({one.offer_id: one for one in found}.values())


class Shop:
    """One product that is watched, and its days."""

    def __init__(self, *looks: PriceSeen) -> None:
        offer = watched()
        self.days = FakeMarketDays()
        self.make = MakeDays(
            days=self.days,
            history=cast("MarketHistory", Looks(list(looks))),
            moves=FakeOwnMoves(),
            offers=FakeOffers({offer.offer_id: offer}),
            competitors=FakeCompetitors(),
        )

    def roll_up(self, facts: ProductFacts, at: datetime, ahead: int = 0) -> MarketDay:
        """The day so many days after Monday, as it is at a moment, kept."""
        day = MONDAY.date() + ahead * DAY
        made = asyncio.run(self.make("org", [facts], day, day, at))
        asyncio.run(self.days.keep(made))
        return made[0]


def test_a_price_that_was_taken_away_is_no_price_from_then_on() -> None:
    shop = Shop(seen("10", 1))
    since = MONDAY - 50 * DAY
    shop.roll_up(some_facts("12", price_since=since), MONDAY)
    gone = some_facts(None, price_since=MONDAY + HOUR)

    days = [
        shop.roll_up(gone, MONDAY),
        shop.roll_up(gone, MONDAY + 2 * HOUR),
        shop.roll_up(gone, MONDAY + DAY, ahead=1),
    ]

    assert [one.ours for one in days] == [Decimal(12), None, None]
    assert [one.standing for one in days] == [Standing.COMPARED, Standing.NO_PRICE, Standing.NO_PRICE]


def test_a_day_in_another_zone_goes_on_from_the_looks_and_not_from_the_day_before() -> None:
    # Tuesday begins seven hours later than Monday ended in Riga, and the price was cut in between.
    midnight = MONDAY.replace(hour=22, minute=0)
    cut = midnight + 2 * HOUR
    shop = Shop(seen("10", 1), seen("8", (MONDAY - cut) / HOUR, observation_id="cut"))
    riga = some_facts("12", price_since=MONDAY - 50 * DAY, time_zone="Europe/Riga")
    shop.roll_up(riga, midnight)

    made = shop.roll_up(some_facts("12", time_zone="America/New_York"), MONDAY + DAY, ahead=1)

    assert made.landed.lowest == Decimal(8)
