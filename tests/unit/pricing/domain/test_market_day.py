"""A day in the market: J1's index, what is in no figure and why, breaches, moves, ranks, and days of shops' clocks."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricing.domain.competitor_rules import Sellers
from pricing.domain.day_form import day_document
from pricing.domain.day_rows import beside, index_rows, mean_of, shown
from pricing.domain.exact_percent import rounded
from pricing.domain.local_days import LocalDay, day_of
from pricing.domain.market_day import MarketDay, Standing, market_day
from pricing.domain.price_seen import PriceSeen
from pricing.domain.reading import Availability
from tests.builders.market import HOUR, rivals, seen
from tests.builders.pricing import MONDAY, a_competitor, some_facts

TODAY = LocalDay(MONDAY.date(), "UTC")
OUT = Availability.OUT_OF_STOCK
MONEY = st.decimals("0.01", "99999.99", places=2)


def made(ours: str | None, *looks: PriceSeen, before: tuple[PriceSeen, ...] = (), **facts: Any) -> MarketDay:
    """Monday until six, from looks of that morning and those before."""
    known = rivals(replace(some_facts(ours), **facts), a_competitor(sellers=Sellers(exclude=("dumper",))))
    names = dict.fromkeys(one.offer_id for one in (*before, *looks))
    pairs = [
        (
            next((one for one in before if one.offer_id == name), None),
            [one for one in looks if one.offer_id == name],
        )
        for name in names
    ]
    return market_day(known, TODAY, MONDAY, None if ours is None else Decimal(ours), (), pairs)


def look(price: str, hours: float = 1, offer: str = "a", **changes: Any) -> PriceSeen:
    return seen(price, hours, offer_id=offer, item_price=Decimal(price), **changes)


def test_j1_headphones_have_an_index_of_97_99_and_neither_c3_nor_own2_is_in_it() -> None:
    c2 = look("94.90", offer="c2", competitor_id="c2")
    c3 = look("79", offer="c3", availability=OUT)
    own = look("88", offer="own", seller="OWN2")

    day = made("92.99", look("94.90", offer="c1"), c2, c3, own)

    assert shown(day.landed.indexes["average"]) == Decimal("97.99")
    assert {one.look.offer_id: one.left_out for one in day.offers} == {
        "c1": "",
        "c2": "",
        "c3": "not_in_stock",
        "own": "own",
    }
    assert (day.landed.rank, day.landed.offers, day.standing) == (1, 2, Standing.COMPARED)


def test_why_an_offer_is_in_no_figure_is_said() -> None:
    expired = look("5", 24 * 15, "old")
    day = made(
        "10",
        look("5", offer="d", seller="Dumper"),
        look("5", offer="u", availability=Availability.UNKNOWN),
        look("5", offer="r", currency="USD"),
        before=(expired,),
    )

    left = {one.look.offer_id: one.left_out for one in day.offers}

    assert left == {"d": "seller", "u": "not_in_stock", "r": "no_rate", "old": "expired"}
    assert day.standing is Standing.STALE
    assert day_document(day)["left_out"] == {"expired": 1, "no_rate": 1, "not_in_stock": 1, "seller": 1}


def test_a_newer_look_that_does_not_count_leaves_no_older_one_to_count() -> None:
    before = (look("8", 9),)

    assert made("10", before=before).landed.offers == 1
    assert made("10", look("8", availability=OUT), before=before).landed.offers == 0
    assert made("10", look("7", seller="Dumper"), before=before).landed.offers == 0


def test_a_price_in_other_money_counts_where_somebody_knew_its_rate() -> None:
    rated = look("5", offer="b", currency="USD", compared_price=Decimal(20), compared_currency="EUR")

    day = made("10", look("5", offer="a", currency="USD"), rated)

    assert (day.landed.average, day.landed.indexes["average"]) == (Decimal(20), Decimal(50))


@pytest.mark.parametrize(
    ("ours", "looks", "standing"),
    [
        ("10", (), Standing.NO_RIVAL),
        ("10", (look("5", availability=OUT),), Standing.NOT_IN_STOCK),
        (None, (look("5"),), Standing.NO_PRICE),
        ("10", (look("5"),), Standing.COMPARED),
    ],
)
def test_what_a_day_is_good_for(ours: str | None, looks: tuple[PriceSeen, ...], standing: Standing) -> None:
    assert made(ours, *looks).standing is standing


def test_moves_are_between_two_looks_in_a_row_and_in_their_own_money() -> None:
    before = look("100", 9)
    day = made(
        "10", look("90", 5), look("90", 4), look("99", 3), look("9", 2, seller="OWN2"), look("80", 1), before=(before,)
    )

    assert day.offers[0].moves == (Decimal(-10), Decimal(10))
    assert made("10", look("50", 1), before=(look("100", 24 * 15),)).offers[0].moves == ()
    assert made("10", look("50", 1, currency="USD"), before=(before,)).offers[0].moves == ()
    assert (day_document(day)["ups"], day_document(day)["downs"]) == (1, 1)


def test_a_breach_within_the_day_is_kept_though_it_was_taken_back() -> None:
    """A dealer cuts on Saturday morning and raises before Monday."""
    day = made(
        "120", look("199", 5), look("179", 4), look("181", 3), look("199", 1), map_price=Decimal(199), msrp=Decimal(210)
    )

    breach = day.offers[0].map_breach
    assert breach is not None
    assert (breach.price, breach.first_at, breach.last_at) == (Decimal(179), MONDAY - 4 * HOUR, MONDAY - 3 * HOUR)
    assert breach.observation_id == look("179", 4).observation_id
    assert day.flags == ["map_breach", "msrp_breach", "moved", "diverges"]


def test_a_breach_goes_on_until_something_else_is_seen_or_it_is_too_old() -> None:
    known: dict[str, Any] = {"map_price": Decimal(199)}

    assert made("120", before=(look("179", 40),), **known).offers[0].map_breach is not None
    assert made("120", look("199", 2), before=(look("179", 40),), **known).offers[0].map_breach is None
    assert made("120", before=(look("179", 24 * 15),), **known).offers[0].map_breach is None
    assert made("120", look("179", 2, seller="OWN2"), **known).offers[0].map_breach is None


def test_the_market_below_our_cost_and_prices_far_from_ours_are_flagged() -> None:
    day = made("22.90", look("19.86"), cost=Decimal("19.90"))

    assert day.landed.under_cost
    assert shown(day.landed.divergence) == Decimal("13.28")
    assert shown(made("19.86", look("22.90")).landed.divergence) == Decimal("15.31")
    assert not made("22.90", look("19.90"), cost=Decimal("19.90")).landed.under_cost


@given(MONEY, st.lists(st.tuples(MONEY, st.sampled_from(["", "own", "out"])), min_size=1, max_size=9))
def test_figures_are_what_fractions_say(ours: Decimal, drawn: list[tuple[Decimal, str]]) -> None:
    changes: dict[str, dict[str, Any]] = {"": {}, "own": {"seller": "own2"}, "out": {"availability": OUT}}
    looks = [look(str(price), offer=f"o{place}", **changes[kind]) for place, (price, kind) in enumerate(drawn)]

    day = made(str(ours), *looks)

    prices = [price for price, kind in drawn if not kind]
    if not prices:
        assert (day.landed.indexes, day.landed.rank) == ({}, None)
        return
    ordered = sorted(map(Fraction, prices))
    middle = len(ordered) // 2
    median = (ordered[middle] + ordered[~middle]) / 2
    marks = {"lowest": ordered[0], "average": sum(ordered) / len(ordered), "median": median}
    for name, mark in marks.items():
        assert shown(day.landed.indexes[name]) == rounded(Fraction(ours) * 100 / Fraction(mark))
    assert day.landed.rank == 1 + sum(one < ours for one in prices)


@given(st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)), st.sampled_from(["Europe/Riga", "Asia/Tokyo", "UTC"]))
def test_every_moment_is_in_the_day_that_the_clock_shows(naive: datetime, zone: str) -> None:
    moment = naive.replace(tzinfo=UTC)

    day = day_of(moment, zone)

    assert day.begins_at <= moment < day.ends_at
    assert day.before.ends_at == day.begins_at


def test_days_on_which_the_clocks_change_are_shorter_and_longer() -> None:
    spring, autumn = LocalDay(date(2026, 3, 29), "Europe/Riga"), LocalDay(date(2026, 10, 25), "Europe/Riga")

    assert spring.ends_at - spring.begins_at == timedelta(hours=23)
    assert autumn.ends_at - autumn.begins_at == timedelta(hours=25)
    assert (spring.name, spring.week) == ("2026-03-29", "2026-W13")
    assert LocalDay(date(2027, 1, 1), "UTC").week == "2026-W53"


def test_a_period_is_the_mean_of_its_days_rounded_once() -> None:
    days = [made("10", look("8")), made("10", look("30")), made("10", look("90"))]
    thirds = [one.landed.indexes["average"] for one in days]

    assert mean_of(thirds) == rounded((Fraction(1000, 8) + Fraction(1000, 30) + Fraction(1000, 90)) / 3)
    # 100.005 and 100.015 exactly.
    assert mean_of([Decimal(100), Decimal("100.01")]) == Decimal("100.00")
    assert mean_of([Decimal("100.01"), Decimal("100.02")]) == Decimal("100.02")
    assert mean_of([]) is None


def of_group(key: str | None, index: int | None, products: int) -> dict[str, object]:
    return {"key": key, "index": None if index is None else Decimal(index), "products": products}


def test_a_group_stands_beside_itself_and_one_that_is_gone_beside_nothing() -> None:
    now = [of_group(None, 99, 1), of_group("B", None, 0)]
    before = [of_group("A", 90, 2), of_group(None, 100, 3)]

    rows = index_rows(list(beside(now, before)))

    told = [(one["key"], one["index"], one["before_index"], one["before_products"], one["change"]) for one in rows]
    assert told == [(None, 99, 100, 3, -1), ("A", None, 90, 2, None), ("B", None, None, 0, None)]
    assert (rows[1]["products"], rows[1]["stale"]) == (0, 0)


def test_half_of_a_hundredth_goes_to_the_even_one_after_the_cut_of_thirty_digits() -> None:
    assert shown(Decimal("97.985")) == Decimal("97.98")
    assert shown(Decimal("97.9849999999999999999999999999")) == Decimal("97.98")
    assert shown(Decimal("97.975000000000000000000000000001")) == Decimal("97.98")
    assert shown(None) is None
