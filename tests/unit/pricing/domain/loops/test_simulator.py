"""Policies against each other: where they settle, whether they turn in circles, and the same in one step each."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pricing.domain.kernel.columns import Products
from pricing.domain.kernel.exact import Ints
from pricing.domain.loops.simulator import Outcome, Outside, Seller, settled_at_once, simulated
from pricing.domain.plan import Edges, Line, Plan, Reference, RoutingPlan
from tests.builders.kernel import a_rule

BELIEVING = RoutingPlan(quarantine_above_ppm=10_000_000)


def ints(*values: int) -> Ints:
    return np.array(values, np.int64)


def seller(name: str, *prices: int, floors: tuple[int, ...], money: int = 10, **changes: Any) -> Seller:
    """One that stays 0.10 under the lowest other, above its floors."""
    line = Line(reference=Reference(kind="lowest"), relation="below", money=money)
    rule = a_rule(line, **{"routing": BELIEVING, **changes})
    return Seller(
        name=name,
        plan=Plan(currency="EUR", minor_digits=2, rules=(rule,)),
        products=Products(price=ints(*prices), min_price=ints(*floors)),
    )


def test_e27_two_automated_sellers_settle_at_10_40_and_10_50() -> None:
    pair = [seller("a", 1200, floors=(1000,)), seller("b", 1200, floors=(1050,))]

    slow, fast = simulated(pair), settled_at_once(pair)

    assert slow.path(0)["a"][:3] == [1200, 1190, 1170]
    assert slow.levels.tolist() == fast.levels.tolist() == [[1040], [1050]]
    assert slow.moves.min() > 5
    last = int(slow.ended[0])
    assert slow.paths[last].tolist() == slow.levels.tolist() != slow.paths[last - 1].tolist()
    assert fast.moves.tolist() == [[1], [1]]
    assert fast.path(0) == {"a": [1200, 1040], "b": [1200, 1050]}
    assert slow.outcome.tolist() == fast.outcome.tolist() == [Outcome.SETTLED]
    assert fast.ended.tolist() == [1]


def test_every_product_ends_by_itself() -> None:
    pair = [seller("a", 1200, 1200, floors=(1000, 1195)), seller("b", 1200, 1200, floors=(1050, 1100))]

    made = simulated(pair)

    assert made.levels.tolist() == [[1040, 1195], [1050, 1185]]
    assert made.ended[1] < made.ended[0]
    assert made.period.tolist() == [1, 1]


def test_a_seller_that_resets_to_its_maximum_makes_a_cycle() -> None:
    resets = seller("a", 1200, floors=(1050,), max_price=1500, edges=Edges(competitor_below_min="max"))
    pair = [resets, seller("b", 1200, floors=(1000,))]

    made, fast = simulated(pair), settled_at_once(pair)

    assert made.outcome.tolist() == [Outcome.CYCLE]
    assert made.period[0] > 1
    assert (made.paths[-1] == made.paths[-1 - made.period[0]]).all()
    assert fast.outcome.tolist() == [Outcome.CYCLE]
    assert fast.paths.tolist() == [[[1200], [1200]]]


def test_rounds_that_do_not_suffice_are_said() -> None:
    pair = [seller("a", 1200, floors=(1000,)), seller("b", 1200, floors=(1050,))]

    made = simulated(pair, rounds=3)

    assert made.outcome.tolist() == [Outcome.MOVING]
    assert len(made.paths) == 4


def test_three_sellers_and_one_who_moves_nothing() -> None:
    three = [seller(name, 1200, floors=(floor,)) for name, floor in (("a", 1000), ("b", 1050), ("c", 1090))]

    made = simulated(three, [Outside(name="shop", prices=ints(1080))])

    assert made.levels.tolist() == [[1040], [1050], [1090]]


def test_a_largest_move_is_kept_on_the_way() -> None:
    pair = [seller("a", 1200, floors=(1000,), max_down=100), seller("b", 1200, floors=(1050,))]

    fast = settled_at_once(pair)

    assert fast.path(0)["a"] == [1200, 1100, 1040]
    assert fast.outcome.tolist() == [Outcome.SETTLED]


def test_a_product_that_nobody_else_sells_stands() -> None:
    absent = Seller(name="b", plan=seller("b", 0, floors=(0,)).plan, products=Products(price=ints(0), cost=ints(0)))

    made = simulated([seller("a", 1200, floors=(1000,)), _bound_to_cost(absent)])

    assert made.path(0) == {"a": [1200, 1200], "b": [0, 0]}


def _bound_to_cost(one: Seller) -> Seller:
    """A seller that knows no cost and may not price without one."""
    rule = a_rule(min_margin_ppm=100_000)
    return Seller(name=one.name, plan=Plan(currency="EUR", minor_digits=2, rules=(rule,)), products=one.products)


@pytest.mark.parametrize("sellers", [[("a", 1)], [("a", 1), ("a", 1)], [("a", 1), ("b", 2)]])
def test_what_is_no_market_is_refused(sellers: list[tuple[str, int]]) -> None:
    made = [seller(name, *[1200] * count, floors=(1000,) * count) for name, count in sellers]

    with pytest.raises(ValueError, match="two sellers or more"):
        simulated(made)


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.tuples(st.integers(900, 1200), st.integers(900, 1200)), min_size=1, max_size=20),
    st.integers(1, 40),
    st.integers(1, 40),
)
def test_undercutters_settle_where_the_higher_floor_is(floors: list[tuple[int, int]], ours: int, theirs: int) -> None:
    count = len(floors)
    pair = [
        seller("a", *[1200] * count, floors=tuple(one for one, _ in floors), money=ours),
        seller("b", *[1200] * count, floors=tuple(two for _, two in floors), money=theirs),
    ]

    slow, fast = simulated(pair), settled_at_once(pair)

    rests = [max(two, one - theirs) for one, two in floors]
    assert slow.levels[0].tolist() == [max(one, rest - ours) for (one, _), rest in zip(floors, rests, strict=True)]
    assert (slow.outcome == Outcome.SETTLED).all()
    assert (fast.levels == slow.levels).all()
    assert (fast.outcome == Outcome.SETTLED).all()
    assert int(fast.moves.max()) <= 1
