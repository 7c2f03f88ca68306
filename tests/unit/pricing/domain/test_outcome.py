"""What a publication brought, beside what was projected."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricing.domain.outcome import REVIEWS, WINDOW, Line, next_review, outcome_of
from tests.builders.pricing import MONDAY


def a_line(**changes: Any) -> Line:
    """Forty units in four weeks, at 10.00 with a cost of 6.00."""
    fields: dict[str, Any] = {"price": Decimal("10.00"), "cost": Decimal("6.00"), "sold_before": 40, "sold_now": 40}
    return Line(**(fields | changes))


def test_as_many_units_as_before_are_as_projected() -> None:
    made = outcome_of([a_line()], 28, MONDAY)

    assert (made.projected_revenue, made.actual_revenue) == (Decimal("400.00"), Decimal("400.00"))
    assert (made.revenue_percent, made.margin_points) == (Decimal(0), Decimal(0))
    assert (made.alarms, made.exact) == ((), True)
    assert made.projected_margin_percent == Decimal("40.00")


def test_after_a_week_the_other_three_are_taken_to_have_sold_as_before() -> None:
    # Ten a week before; 33 in the window means three in the week since.
    made = outcome_of([a_line(sold_now=33)], 7, MONDAY)

    assert (made.projected_revenue, made.actual_revenue) == (Decimal("100.00"), Decimal("30.00"))
    assert (made.revenue_percent, made.exact) == (Decimal("-70.00"), False)


@pytest.mark.parametrize(("sold", "alarms"), [(37, 0), (36, 1), (0, 1)])
def test_a_tenth_less_revenue_is_an_alarm(sold: int, alarms: int) -> None:
    assert len(outcome_of([a_line(sold_now=sold)], 28, MONDAY).alarms) == alarms


def test_three_points_less_margin_are_an_alarm() -> None:
    # The one with a thin margin takes over.
    lines = [a_line(sold_now=28), a_line(cost=Decimal("9.00"), sold_now=58)]
    made = outcome_of(lines, 28, MONDAY)

    assert (made.projected_margin_percent, made.margin_points) == (Decimal("25.00"), Decimal("-5.23"))
    assert [alarm.split()[1] for alarm in made.alarms] == ["margin"]


def test_lines_without_a_count_are_left_out_and_those_without_a_cost_have_no_margin() -> None:
    made = outcome_of([a_line(sold_now=None), a_line(cost=None)], 28, MONDAY)

    assert (made.lines, made.left_out, made.actual_revenue) == (1, 1, Decimal("400.00"))
    assert (made.projected_margin_percent, made.margin_points) == (None, None)


def test_nothing_sold_is_no_percentage() -> None:
    made = outcome_of([a_line(sold_before=0, sold_now=0)], 28, MONDAY)

    assert (made.revenue_percent, made.alarms) == (None, ())


@given(
    st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 10**6), st.integers(1, 10**8)), max_size=8),
    st.integers(0, 400),
)
def test_revenue_is_never_negative_and_what_sold_as_before_is_as_projected(
    drawn: list[tuple[int, int, int]], days: int
) -> None:
    lines = [a_line(price=Decimal(price) / 100, sold_before=old, sold_now=new) for old, new, price in drawn]
    same = [a_line(price=line.price, sold_before=line.sold_before, sold_now=line.sold_before) for line in lines]

    assert outcome_of(lines, days, MONDAY).actual_revenue >= 0
    steady = outcome_of(same, days, MONDAY)
    assert steady.actual_revenue == steady.projected_revenue


def test_a_publication_is_looked_at_three_times() -> None:
    times = [MONDAY]
    while (then := next_review(MONDAY, times[-1])) is not None:
        times.append(then)

    assert [one - MONDAY for one in times[1:]] == list(REVIEWS)
    assert REVIEWS[-1] == timedelta(days=WINDOW)
