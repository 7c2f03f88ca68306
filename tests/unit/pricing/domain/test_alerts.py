"""Triggers of alerts, one change at a time, and what holds of any."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricing.domain.alerts.alert import LARGEST_LEVEL, levelled
from pricing.domain.alerts.market import followed, ripe_before
from pricing.domain.alerts.rule import AlertRule, AlertTrigger, Size, Timing, checked
from pricing.domain.alerts.triggers import Position, Ruled, money_of, triggered
from pricing.domain.errors import InvalidAlertRule
from pricing.domain.product_filter import Criteria
from tests.builders.alerts import a_state, an_alert_rule, an_event
from tests.builders.pricing import MONDAY, some_facts

T = AlertTrigger
OURS = some_facts("50.00", cost=Decimal("30.00"), map_price=Decimal("40.00"), sold_28d=40)
PRICES = st.decimals("0.01", "10000", places=2)


def pulled(rule: AlertRule, before: str | None, after: str | None, **changes: Any) -> AlertTrigger | None:
    at = Position(facts=changes.pop("facts", OURS), **changes)
    return triggered(rule, an_event(before, after), at)


@pytest.mark.parametrize(
    ("trigger", "before", "after", "fires"),
    [
        (T.DROP, "54.00", "45.00", True),
        (T.DROP, "45.00", "54.00", False),
        (T.RISE, "45.00", "54.00", True),
        (T.RISE, "54.00", "45.00", False),
        (T.ANY_CHANGE, "54.00", "45.00", True),
        (T.ANY_CHANGE, "45.00", "54.00", True),
        (T.ANY_CHANGE, None, "54.00", False),
        (T.BELOW_MINE, "54.00", "49.99", True),
        (T.BELOW_MINE, "54.00", "50.00", False),
        (T.BELOW_COST, "31.00", "29.99", True),
        (T.BELOW_COST, "31.00", "30.00", False),
        (T.MAP_BREACH, "41.00", "39.99", True),
        (T.MAP_BREACH, "41.00", "40.00", False),
        (T.RANK_LOST, "50.00", "49.99", True),
        (T.RANK_LOST, "49.99", "49.98", False),
        (T.NEW_COMPETITOR, None, "49.99", True),
        (T.NEW_COMPETITOR, "49.99", "49.98", False),
    ],
)
def test_triggers(*, trigger: AlertTrigger, before: str | None, after: str, fires: bool) -> None:
    found = pulled(an_alert_rule(trigger), before, after, others=(Decimal("60.00"),))
    assert found is (trigger if fires else None)


def test_the_first_price_of_a_product_is_no_new_competitor() -> None:
    assert pulled(an_alert_rule(T.NEW_COMPETITOR), None, "49.99") is None


def test_a_competitor_is_lost_with_its_last_offer_and_a_match_with_each() -> None:
    lost = an_event("49.99", "49.99")
    lost = replace(lost, after=replace(lost.after, lost=True))
    rule = an_alert_rule(T.LOST_COMPETITOR, T.MATCH_LOST)
    assert triggered(rule, lost, Position(facts=OURS)) is T.LOST_COMPETITOR
    assert triggered(rule, lost, Position(facts=OURS, competitor_stays=True)) is T.MATCH_LOST


def test_the_floor_counts_only_when_it_was_decided_since() -> None:
    def held(**changes: Any) -> Position:
        made: dict[str, Any] = {
            "decision_id": "dec",
            "reason": "HOLD_FLOOR",
            "price": Decimal("47.99"),
            "decided_at": MONDAY,
        }
        return Position(facts=OURS, ruled=Ruled(**(made | changes)))

    rule, event = an_alert_rule(T.UNDER_FLOOR), an_event("54.00", "45.00")
    assert triggered(rule, event, held()) is T.UNDER_FLOOR
    assert triggered(rule, event, held(decided_at=MONDAY - timedelta(seconds=1))) is None
    assert triggered(rule, event, held(reason="BEAT_LOWEST")) is None


@pytest.mark.parametrize(
    ("baseline", "threshold", "after", "fires"),
    [
        ("before", Size(Decimal(10)), "54.00", True),
        ("before", Size(Decimal(10)), "54.01", False),
        ("before", Size(Decimal(6), "money"), "54.00", True),
        ("before", Size(Decimal(6), "money"), "54.01", False),
        ("mine", Size(Decimal(10)), "45.00", True),
        ("mine", Size(Decimal(10)), "45.01", False),
        ("mine", Size(Decimal(5), "money"), "45.00", True),
        ("mine", Size(), "50.00", False),
    ],
)
def test_falls_are_held_against_the_price_before_or_ours(
    *, baseline: Any, threshold: Size, after: str, fires: bool
) -> None:
    rule = an_alert_rule(baseline=baseline, threshold=threshold)
    assert (pulled(rule, "60.00", after) is not None) is fires


def test_small_moves_are_kept_back_for_every_trigger_of_a_price() -> None:
    rule = an_alert_rule(T.DROP, T.BELOW_MINE, smallest_move_percent=Decimal(2))
    assert pulled(rule, "49.00", "48.10") is None
    assert pulled(rule, "49.00", "48.00") is not None


@pytest.mark.parametrize(("which", "price", "fires"), [
    ("cheapest", "44.00", True), ("cheapest", "46.00", False), ("highest", "56.00", True), ("highest", "54.00", False),
])  # fmt: skip
def test_only_the_cheapest_or_the_highest(*, which: Any, price: str, fires: bool) -> None:
    others = (Decimal("45.00"), Decimal("55.00"))
    assert (pulled(an_alert_rule(which=which), "60.00", price, others=others) is not None) is fires


def test_only_named_competitors_and_products_in_scope() -> None:
    assert pulled(an_alert_rule(which="named", named=("c2",)), "54.00", "45.00") is None
    assert pulled(an_alert_rule(which="named", named=("c1",)), "54.00", "45.00") is T.DROP
    assert pulled(an_alert_rule(scope=Criteria(skus=("HP-9",))), "54.00", "45.00") is None


def test_what_cannot_be_compared_or_bought_pulls_nothing() -> None:
    rule = an_alert_rule(*(one for one in T if one is not T.OUT_OF_STOCK))
    foreign = an_event("54.00", "45.00")
    foreign = replace(foreign, after=replace(foreign.after, currency="USD"))
    sold_out = replace(an_event("54.00", "45.00"), after=a_state("45.00", stock="out"))
    unrated = replace(an_event("54.00", "45.00"), after=a_state("45.00", compared_currency="USD"))
    assert [triggered(rule, one, Position(facts=OURS)) for one in (foreign, sold_out, unrated)] == [None] * 3


@pytest.mark.parametrize(("before", "after", "facts", "money"), [
    ("54.00", "45.00", OURS, "50.00"),
    ("54.00", "10.00", OURS, "200.00"),
    ("54.00", "51.00", OURS, "0.00"),
    ("54.00", "45.00", replace(OURS, sold_28d=None), "5.00"),
    ("54.00", "45.00", replace(OURS, price=None), "0.00"),
])  # fmt: skip
def test_money_is_the_gap_below_ours_and_no_more_than_our_margin(
    before: str, after: str, facts: Any, money: str
) -> None:
    assert money_of(T.DROP, an_event(before, after), facts) == Decimal(money)


def test_a_rise_opens_room() -> None:
    assert money_of(T.RISE, an_event("45.00", "54.00"), OURS) == Decimal("90.00")


@pytest.mark.parametrize(
    "changes",
    [
        {"triggers": frozenset()},
        {"which": "named"},
        {"named": ("c1",)},
        {"timing": Timing(instant=False)},
        {"timing": Timing(weekdays=(1,))},
        {"timing": Timing(instant=False, weekdays=(7,))},
        {"only_new": False},
        {"threshold": Size(Decimal(-1))},
        {"smallest_move_percent": Decimal(-1)},
        {"scope": Criteria(shop_id="other")},
    ],
)
def test_rules_that_cannot_be_carried_out(changes: dict[str, Any]) -> None:
    with pytest.raises(InvalidAlertRule):
        checked(an_alert_rule(**changes))


@given(before=PRICES, after=PRICES, own=PRICES)
def test_a_change_and_its_way_back_never_pull_the_same_direction(before: Decimal, after: Decimal, own: Decimal) -> None:
    facts = replace(OURS, price=own)
    there, back = an_event(f"{before}", f"{after}"), an_event(f"{after}", f"{before}")
    for trigger in (T.DROP, T.RISE, T.BELOW_MINE, T.RANK_LOST, T.BELOW_COST, T.MAP_BREACH):
        rule = an_alert_rule(trigger)
        both = [triggered(rule, one, Position(facts=facts)) for one in (there, back)]
        assert None in both
    assert followed(there, back).returned


@given(minutes=st.integers(1, 240), seconds=st.integers(0, 10**9))
def test_what_is_ripe_waited_one_to_two_pauses(minutes: int, seconds: int) -> None:
    pause, now = timedelta(minutes=minutes), MONDAY + timedelta(seconds=seconds)
    assert now - 2 * pause < ripe_before(now, pause) <= now - pause


@given(said=st.lists(st.booleans(), max_size=40), before=st.integers(-6, 6))
def test_levels_stay_in_their_bounds(said: list[bool], before: int) -> None:
    level = before
    for one in said:
        level = levelled(level, before=None, useful=one)
        assert abs(level) <= LARGEST_LEVEL
