"""The journeys' fixture, to the cent."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from pricing.domain.decision import Decision, ReasonCode
from pricing.domain.decisions.deciding import decide
from pricing.domain.decisions.subjects import Subject
from pricing.domain.plan import RoutingPlan
from pricing.domain.reading import Availability
from tests.builders.decisions import ONE_PERCENT_UNDER, a_subject, one_decision, some_rules
from tests.builders.kernel import NINETY_NINE, a_rule, line
from tests.builders.pricing import MONDAY, an_offer

HP_100 = a_subject(
    "99.99",
    an_offer("94.90", competitor_id="C1"),
    an_offer("89.90", competitor_id="C2", shipping=Decimal("5.00")),
    an_offer("79.00", competitor_id="C3", availability=Availability.OUT_OF_STOCK),
    an_offer("88.00", competitor_id="C1", seller="OWN2"),
    cost="60.00",
    max_price="129.00",
)


def hp_100(**bounds: Any) -> Decision:
    rule = a_rule(ONE_PERCENT_UNDER, ending=NINETY_NINE, min_margin_ppm=200_000, **bounds)
    return one_decision(some_rules(rule), HP_100)


def test_one_percent_under_the_lowest_landed_price() -> None:
    made = hp_100()
    assert made.price == Decimal("92.99")
    assert (made.reference, made.target) == (Decimal("94.90"), Decimal("93.95"))
    assert made.reason is ReasonCode.BEAT_LOWEST
    assert made.goal_reached
    assert made.lower == Decimal("75.00")
    assert made.lower_by == "min margin"
    assert (made.upper, made.upper_by) == (Decimal("129.00"), "max price")
    assert made.observation_ids == ("obs-off-89.90", "obs-off-94.90")
    assert made.steps[0].after == "2 eligible; 1 own; 1 not in stock"
    assert len(made.steps) == 11


def test_the_change_limit_leaves_the_next_ending_inside_it() -> None:
    made = hp_100(max_up_ppm=50_000, max_down_ppm=50_000)
    assert (made.price, made.reason, made.goal_reached) == (Decimal("95.99"), ReasonCode.CHANGE_LIMIT, False)
    assert (made.lower, made.binding) == (Decimal("95.00"), "largest cut")


def test_the_floor_holds_and_a_person_looks() -> None:
    rule = a_rule(ending=NINETY_NINE, min_margin_ppm=150_000, routing=RoutingPlan(auto_within_ppm=100_000))
    made = one_decision(some_rules(rule), a_subject("54.99", an_offer("45.00"), cost="40.00", sku="HP-200"))
    assert (made.price, made.reason, made.route) == (Decimal("47.99"), ReasonCode.HOLD_FLOOR, "review")
    assert made.change_percent == Decimal("-12.73")
    assert made.lower == Decimal("47.06")


def test_map_is_published_where_it_is_above_the_market() -> None:
    made = one_decision(some_rules(), a_subject("209.00", an_offer("179.00"), cost="120.00", map_price="199.00"))
    assert (made.price, made.reason, made.binding) == (Decimal("199.00"), ReasonCode.HOLD_MAP, "MAP")


def test_without_competition_the_price_is_kept() -> None:
    made = one_decision(some_rules(a_rule(fallbacks=("keep",))), a_subject("29.99", cost="20.00", max_price="34.99"))
    assert (made.price, made.reason, made.route) == (Decimal("29.99"), ReasonCode.NO_COMPETITION, "none")


@pytest.mark.parametrize(
    ("read", "price", "reason", "route"),
    [
        ("1.099", "1149.00", ReasonCode.QUARANTINED, "quarantine"),
        ("1099.00", "1099.00", ReasonCode.MATCH_LOWEST, "review"),
    ],
)
def test_a_price_that_was_misread_moves_nothing(read: str, price: str, reason: ReasonCode, route: str) -> None:
    made = one_decision(some_rules(), a_subject("1149.00", an_offer(read), cost="800.00"))
    assert (made.price, made.reason, made.route) == (Decimal(price), reason, route)


def test_who_leads_prices_against_the_second_lowest() -> None:
    rule = a_rule(line("second_lowest", "below", money=100))
    offers = (an_offer("441.00", offer_id="first"), an_offer("464.85", offer_id="second"))
    made = one_decision(
        some_rules(rule), a_subject("450.00", *offers, cost="300.00", min_price="433.00", max_price="463.00")
    )
    assert (made.price, made.reason) == (Decimal("463.00"), ReasonCode.HOLD_MAX)
    assert (made.reference, made.target) == (Decimal("464.85"), Decimal("463.85"))
    assert made.reference_observation_id == "obs-second"


def test_our_own_offer_is_the_lowest_and_the_next_one_is_followed() -> None:
    """Our own offer never counts, so who is lowest with it prices against the second lowest of all."""
    rule = a_rule(line("lowest", "below", money=100))
    offers = (an_offer("450.00", offer_id="ours", seller=" own2 "), an_offer("464.85", offer_id="next"))
    made = one_decision(
        some_rules(rule), a_subject("450.00", *offers, cost="300.00", min_price="433.00", max_price="463.00")
    )
    assert (made.price, made.reason, made.target) == (Decimal("463.00"), ReasonCode.HOLD_MAX, Decimal("463.85"))


def test_the_price_rises_with_the_second_lowest_when_we_lead() -> None:
    rule = a_rule(line("lowest", "below", money=50))
    made = one_decision(
        some_rules(rule), a_subject("19.50", an_offer("22.00"), an_offer("19.50", seller="OWN2"), min_price="10.00")
    )
    assert made.price == Decimal("21.50")


def test_the_whole_fixture_in_one_batch_is_as_each_alone() -> None:
    rules = some_rules(a_rule(ONE_PERCENT_UNDER, ending=NINETY_NINE))
    subjects = [
        HP_100,
        a_subject("54.99", an_offer("45.00"), cost="40.00", product_id="p2"),
        a_subject("29.99", product_id="p3"),
        a_subject("9.5", an_offer("9.4567"), product_id="p4", cost="1.2345"),
    ]
    together = decide(rules, subjects, {}, MONDAY)
    assert together == [one_decision(rules, one) for one in subjects]


def test_two_organisations_never_mix() -> None:
    foreign = an_offer("1.00", offer_id="theirs")
    foreign = replace(foreign, organisation_id="other")
    mine = a_subject("20.00", an_offer("19.00"))
    subject = Subject(mine.facts, (*mine.offers, replace(foreign, product_id="prd")), mine.standing)
    made = one_decision(some_rules(), subject)
    assert (made.price, made.observation_ids) == (Decimal("19.00"), ("obs-off-19.00",))
    assert made.inputs_hash == one_decision(some_rules(), mine).inputs_hash
