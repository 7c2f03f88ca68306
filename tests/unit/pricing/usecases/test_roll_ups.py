"""Which days are due, how a shop is divided, and days made from what is kept."""

import asyncio
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from pricing.domain.errors import InvalidWindow
from pricing.usecases.market_days import KeptDay, due_from
from pricing.usecases.ports import ShopPart
from pricing.usecases.roll_ups import RebuildDays, RollUp, part_of, part_size
from tests.builders.pricing import MONDAY
from tests.fakes.market_days import FakeRollUps

TODAY = MONDAY.date()
DAY = timedelta(days=1)
WISH = RollUp(organisation_id="org", shop_id="demo-eu", at=MONDAY)


def kept(day: date, *, closed: bool) -> KeptDay:
    return KeptDay(
        product_id="prd",
        day=day,
        closed=closed,
        ends_at=MONDAY,
        ours=Decimal(1),
        own_changes=(),
        facts={},
        looks=(),
    )


@pytest.mark.parametrize(
    ("days", "newest", "expected"),
    [
        ((), None, TODAY),
        ((kept(TODAY - DAY, closed=True),), None, TODAY),
        ((kept(TODAY - DAY, closed=False),), None, TODAY - DAY),
        ((), TODAY - 4 * DAY, TODAY - 4 * DAY),
        ((kept(TODAY - DAY, closed=True), kept(TODAY - DAY, closed=False)), None, TODAY - DAY),
    ],
)
def test_due_is_what_is_open_or_missing(days: tuple[KeptDay, ...], newest: date | None, expected: date) -> None:
    assert due_from(days, newest, TODAY) == expected


def test_the_more_days_the_fewer_products_in_a_part() -> None:
    sizes = [part_size(replace(WISH, first=TODAY - (days - 1) * DAY, last=TODAY)) for days in (1, 2, 7, 31, 92)]

    assert part_size(WISH) == 1_000
    assert sizes == [1_000, 1_000, 285, 64, 50]
    part = ShopPart(after="a", until="b", products=3)
    assert part_of(WISH, 4, part) == replace(WISH, place=4, part=part)


def test_a_person_has_at_most_92_days_made_again() -> None:
    roll_ups = FakeRollUps()
    rebuild = RebuildDays(roll_ups=roll_ups, clock=lambda: MONDAY)

    wish = asyncio.run(rebuild("org", "demo-eu", TODAY - 91 * DAY, TODAY, "usr"))

    assert roll_ups.started == [wish]
    assert wish.job_id is not None
    for first, last in ((TODAY - 92 * DAY, TODAY), (TODAY, TODAY - DAY)):
        with pytest.raises(InvalidWindow):
            asyncio.run(rebuild("org", "demo-eu", first, last, "usr"))
