"""Where looks go: to pages that change, where a change would move a price that sells."""

import math
import random
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricing.domain.scan_budget import (
    Budget,
    Candidate,
    Volatility,
    chosen,
    credit,
    distance_to_flip,
    flip_chance,
    value,
)
from tests.fakes.wandering_market import WanderingMarket, by_budget, everything_once_a_day

NOW = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)
BUDGET = Budget(looks_per_day=100, min_hours=2, max_hours=100)


def a_candidate(offer_id: str = "off", hours_ago: float | None = 24, **changes: Any) -> Candidate:
    fields: dict[str, Any] = {
        "offer_id": offer_id,
        "volatility": Volatility(),
        "looked_at": None if hours_ago is None else NOW - timedelta(hours=hours_ago),
        "distance": 0.0,
    }
    return Candidate(**(fields | changes))


def restless(rate: float) -> Volatility:
    return Volatility(changes=rate * 10_000, hours=10_000)


def ids(candidates: Iterable[Candidate], most: int = 10) -> list[str]:
    return [one.offer_id for one in chosen(candidates, BUDGET, most, NOW)]


def test_the_rate_of_changes_is_found_although_two_between_two_looks_show_as_one() -> None:
    chance = random.Random(5)
    seen = Volatility()
    for _ in range(4_000):
        gap = chance.uniform(1, 60)
        seen = seen.after(gap, changed=chance.random() < -math.expm1(-0.02 * gap))

    assert seen.rate == pytest.approx(0.02, rel=0.15)


def test_what_was_seen_long_ago_counts_less() -> None:
    calm = Volatility()
    for _ in range(100):
        calm = calm.after(24, changed=True, move=0.2)
    for _ in range(400):
        calm = calm.after(24, changed=False)

    assert calm.rate < 0.005


@pytest.mark.parametrize("hours", [0.0, -5.0])
def test_two_looks_at_one_moment_teach_nothing(hours: float) -> None:
    assert restless(0.1).after(hours, changed=True, move=0.5) == restless(0.1)


@pytest.mark.parametrize(
    ("price", "others", "floor", "distance"),
    [
        (90.0, [100.0], None, 0.0),
        (110.0, [100.0], None, math.log(1.1)),
        (100.0, [100.0], None, 0.0),
        (50.0, [], None, 0.0),
        # We stay at our floor until the lowest comes above it.
        (80.0, [100.0], 90.0, math.log(90 / 80)),
        (110.0, [80.0], 90.0, math.inf),
        (110.0, [100.0], 90.0, math.log(1.1)),
    ],
)
def test_the_distance_to_a_flip(price: float, others: list[float], floor: float | None, distance: float) -> None:
    assert distance_to_flip(price, others, floor) == pytest.approx(distance)


@given(st.floats(0, 5), st.floats(0, 5), st.floats(0.01, 1))
def test_the_farther_a_flip_the_smaller_its_chance_and_stock_always_leaves_one(
    one: float, more: float, move: float
) -> None:
    near, far = flip_chance(one, move), flip_chance(one + more, move)

    assert 0 < flip_chance(math.inf, move) <= far <= near <= 1


@given(st.floats(0.01, 1000), st.floats(0.01, 1000))
def test_the_value_of_a_look_grows_with_the_wait(first: float, more: float) -> None:
    waits = [a_candidate(hours_ago=first), a_candidate(hours_ago=first + more)]

    assert 0 <= value(waits[0], NOW) <= value(waits[1], NOW)


def test_looks_go_where_changes_are_frequent_near_a_flip_and_sell() -> None:
    calm, near = restless(0.001), restless(0.01)

    assert ids([a_candidate("calm", volatility=calm), a_candidate("restless", volatility=near)]) == ["restless", "calm"]
    assert ids([a_candidate("far", distance=0.5), a_candidate("near", distance=0.01)]) == ["near", "far"]
    assert ids([a_candidate("small", earns=1), a_candidate("large", earns=9)]) == ["large", "small"]


def test_new_offers_come_first_and_what_waits_too_long_before_what_is_worth_more() -> None:
    worth = a_candidate("worth", earns=1e6)
    overdue = a_candidate("overdue", hours_ago=101, distance=math.inf)

    assert ids([worth, overdue, a_candidate("new", hours_ago=None)], 2) == ["new", "overdue"]


def test_nothing_is_looked_at_more_often_than_the_limit() -> None:
    assert ids([a_candidate("again", hours_ago=1.9), a_candidate("ripe", hours_ago=2)]) == ["ripe"]


def test_the_budget_is_never_overspent_and_fractions_are_not_lost() -> None:
    looks, left = 0, 0.0
    for _ in range(24 * 60):
        left = credit(Budget(looks_per_day=7), left, timedelta(minutes=1))
        looks += math.floor(left)
        left -= math.floor(left)

    assert looks in {6, 7}
    assert credit(Budget(looks_per_day=7), 0, timedelta(days=30)) == 7
    assert len(ids([a_candidate(str(place)) for place in range(9)], 3)) == 3


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_half_the_looks_catch_as_many_changes_that_matter(seed: int) -> None:
    all_of_it, half = WanderingMarket(seed).play(everything_once_a_day), WanderingMarket(seed).play(by_budget(2))

    assert half.looks <= all_of_it.looks / 2
    assert half.useful >= all_of_it.useful
