"""E25: products of a family get one price, inside the bounds of all, or are held together; by kernel and law."""

from decimal import Decimal
from typing import Any

import pytest

from pricing.domain.kernel.decide import decide
from pricing.domain.plan import EndingPlan, Plan, RoutingPlan, RulePlan
from tests.builders.kernel import NINETY_NINE, a_rule, euros, goods, in_units, seen
from tests.oracle.columns import a_batch, verdicts
from tests.oracle.court import judge_all
from tests.oracle.judge import Goods, Verdict


def together(rule: RulePlan, *products: Goods) -> list[Verdict]:
    """The products of a family, decided at once; that the law says the same is checked on the way."""
    plan = Plan(currency="EUR", minor_digits=2, rules=(rule,))
    batch = a_batch(products, plan)
    made = verdicts(decide(batch), batch)
    assert [in_units(one, 1) for one in made] == [in_units(one, 1) for one in judge_all(products, plan)]
    return made


def one_of(offer: str | None, **changes: Any) -> Goods:
    """A product of the family, now at 100.00."""
    return goods("100.00", *([] if offer is None else [seen(offer)]), **{"family": 7, "min": "50.00", **changes})


@pytest.mark.parametrize(("choose", "price"), [("lowest", "90.00"), ("highest", "96.00"), ("average", "92.66")])
def test_e25_a_family_gets_one_price(choose: Any, price: str) -> None:
    family = together(a_rule(same_price=choose), one_of("90.00"), one_of("96.00"), one_of("92.00"), one_of(None))

    assert [euros(one) for one in family] == [price] * 4
    assert {one.reason for one in family} == {"MATCH_LOWEST"}
    assert all(one.family for one in family)


def test_e25_one_price_lies_inside_the_bounds_of_all_with_its_ending() -> None:
    ending: EndingPlan = NINETY_NINE
    family = together(a_rule(same_price="lowest", ending=ending), one_of("80.00"), one_of("96.00", min="85.50"))

    assert [(euros(one), one.reason, one.lower_by) for one in family] == [("85.99", "HOLD_FLOOR", "MIN_PRICE")] * 2


def test_e25_bounds_that_leave_nothing_hold_the_whole_family() -> None:
    family = together(a_rule(same_price="lowest"), one_of("90.00", max="95.00"), one_of(None, min="96.00"))

    assert [(euros(one), one.reason) for one in family] == [("100.00", "BOUNDS_CONFLICT")] * 2


def test_e25_an_objection_to_one_is_one_to_all_and_a_lock_stands_apart() -> None:
    family = together(
        a_rule(same_price="lowest"),
        one_of("90.00"),
        one_of("92.00", cost="91.00"),
        one_of("60.00", marks=frozenset({"LOCKED"})),
    )

    assert [(euros(one), one.binding) for one in family] == [
        ("100.00", "BELOW_COST"),
        ("100.00", "BELOW_COST"),
        ("100.00", "LOCK"),
    ]


def test_e25_a_missing_cost_of_one_holds_all() -> None:
    family = together(a_rule(same_price="lowest", min_margin_ppm=0), one_of("90.00", cost="10.00"), one_of("92.00"))

    assert [one.reason for one in family] == ["MISSING_COST"] * 2


def test_e25_of_two_things_that_stop_a_family_the_currency_is_named() -> None:
    foreign = one_of("90.00", cost="10.00", marks=frozenset({"OTHER_CURRENCY"}))

    family = together(
        a_rule(same_price="lowest", min_margin_ppm=0), one_of("90.00"), foreign, one_of("91.00", cost="1")
    )

    assert [one.binding for one in family] == ["CURRENCY"] * 3


def test_e25_the_strictest_route_counts_for_all_who_move() -> None:
    rule = a_rule(same_price="lowest", routing=RoutingPlan(auto_within_ppm=50_000), smallest_move=50)
    moving = Goods(price=Decimal("80.25"), min=Decimal(1), family=7)

    family = together(rule, one_of("80.00"), moving)

    assert [(euros(one), one.route) for one in family] == [("80.00", "REVIEW"), ("80.00", "REVIEW")]


def test_e25_products_without_a_family_stand_alone() -> None:
    alone = together(a_rule(same_price="lowest"), one_of("90.00", family=-1), one_of("95.00", family=-1))

    assert [euros(one) for one in alone] == ["90.00", "95.00"]
