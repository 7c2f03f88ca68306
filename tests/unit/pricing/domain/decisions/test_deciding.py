"""Deciding over real objects: currencies, gates, standing, and what no price is made with."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from pricing.domain.decision import ReasonCode
from pricing.domain.decisions.deciding import decide, decided
from pricing.domain.decisions.replay import replayed
from pricing.domain.decisions.subjects import Standing
from pricing.domain.market import Competitor
from pricing.domain.plan import CompetitorSet, Evidence, Reference, RoutingPlan
from pricing.domain.reading import Availability
from tests.builders.decisions import a_subject, one_decision, rules_in, some_inputs, some_rules
from tests.builders.kernel import a_rule, line
from tests.builders.pricing import MONDAY, a_competitor, an_offer

LATER = MONDAY + timedelta(minutes=10)


@pytest.mark.parametrize(
    ("currency", "market", "price", "floor", "cost"),
    [
        ("JPY", "9999", "9899", "7500", "6000"),
        ("EUR", "94.90", "93.95", "75.00", "60.00"),
        ("BHD", "94.905", "93.955", "75.000", "60.000"),
    ],
)
def test_currencies_of_any_digits_drift_nowhere(currency: str, market: str, price: str, floor: str, cost: str) -> None:
    rules = rules_in(currency, lines=(line("lowest", "below", ppm=10_000),), min_margin_ppm=200_000)
    subject = a_subject(market, an_offer(market, currency=currency), cost=cost, currency=currency)
    made = one_decision(rules, subject)
    assert (str(made.price), str(made.lower)) == (price, floor)
    assert made.target == Decimal(price)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"captured_at": MONDAY + timedelta(minutes=6)}, ReasonCode.NO_COMPETITION),
        ({"captured_at": MONDAY - timedelta(hours=24, seconds=1)}, ReasonCode.STALE_DATA),
        ({"captured_at": MONDAY - timedelta(days=15)}, ReasonCode.STALE_DATA),
        ({"availability": Availability.OUT_OF_STOCK}, ReasonCode.NO_COMPETITION),
        ({"availability": Availability.UNKNOWN}, ReasonCode.NO_COMPETITION),
        ({"confidence": Decimal("0.5")}, ReasonCode.LOW_CONFIDENCE),
        ({"agreement": 1}, ReasonCode.LOW_CONFIDENCE),
        ({"match_type": "substitute"}, ReasonCode.NO_COMPETITION),
        ({"currency": "USD"}, ReasonCode.NO_COMPETITION),
        ({"seller": "OWN2"}, ReasonCode.NO_COMPETITION),
        ({"item_price": Decimal("1E+15")}, ReasonCode.NO_COMPETITION),
    ],
)
@pytest.mark.parametrize(
    "asked", [{}, {"lines": (line("average"),)}, {"lines": (line("median", "below", ppm=10_000),)}]
)
def test_what_brings_too_little_evidence_prices_nothing(
    changes: dict[str, Any], reason: ReasonCode, asked: dict[str, Any]
) -> None:
    evidence = Evidence(min_confidence_ppm=800_000, min_agreement=2)
    offer = an_offer("50.00", **({"agreement": 2} | changes))
    rules: dict[str, Competitor] = {"c1": a_competitor()}
    made = one_decision(some_rules(a_rule(evidence=evidence, **asked)), a_subject("99.99", offer, cost="1.00"), rules)
    assert (made.price, made.reason, made.route) == (Decimal("99.99"), reason, "none")
    assert made.observation_ids == ()


def test_an_age_at_its_limit_still_counts() -> None:
    offer = an_offer("95.00", captured_at=MONDAY - timedelta(hours=24))
    assert one_decision(some_rules(), a_subject("99.99", offer)).price == Decimal("95.00")


def test_a_clock_that_is_a_little_ahead_is_forgiven() -> None:
    offer = an_offer("95.00", captured_at=MONDAY + timedelta(minutes=5))
    assert one_decision(some_rules(), a_subject("99.99", offer)).price == Decimal("95.00")


def test_a_product_that_no_rule_takes_keeps_its_price() -> None:
    rules = some_rules(when=[lambda facts: facts.brand == "Acme"])
    made = one_decision(rules, a_subject("99.99", an_offer("95.00")))
    assert (made.price, made.reason, made.binding) == (Decimal("99.99"), ReasonCode.LOCKED, "no rule moves it")
    assert (made.rule, made.rule_place, made.lower) == (None, None, None)
    assert made.steps[-1].after == "none"


def test_the_rule_that_took_a_product_is_named() -> None:
    rules = some_rules(
        a_rule(name="acme"),
        a_rule(line("highest"), name="rest"),
        when=[lambda facts: facts.brand == "Acme", lambda _: True],
    )
    made = one_decision(rules, a_subject("99.99", an_offer("95.00"), an_offer("97.00")))
    assert (made.rule, made.rule_place, made.line, made.price) == ("rest", 1, 0, Decimal("97.00"))


@pytest.mark.parametrize(
    ("standing", "reason"),
    [
        (Standing(locked=True), ReasonCode.LOCKED),
        (Standing(in_promotion=True), ReasonCode.IN_PROMOTION),
        (Standing(in_loop=True), ReasonCode.LOOP_DETECTED),
        (Standing(last_changed_at=MONDAY - timedelta(minutes=59, seconds=59)), ReasonCode.MIN_GAP),
        (Standing(last_changed_at=MONDAY + timedelta(hours=5)), ReasonCode.MIN_GAP),
    ],
)
def test_what_stands_about_a_product_holds_it(standing: Standing, reason: ReasonCode) -> None:
    rules = some_rules(a_rule(min_gap_minutes=60))
    made = one_decision(rules, a_subject("99.99", an_offer("95.00"), standing=standing))
    assert (made.price, made.reason, made.target) == (Decimal("99.99"), reason, Decimal("95.00"))


def test_a_closed_schedule_decides_and_publishes_nothing() -> None:
    made = one_decision(some_rules(closed_rules=frozenset({0})), a_subject("99.99", an_offer("95.00")))
    assert (made.price, made.reason, made.binding) == (Decimal("99.99"), ReasonCode.MIN_GAP, "schedule")
    assert made.target == Decimal("95.00")


def test_a_price_of_another_channel_is_a_reference() -> None:
    rule = a_rule(line(Reference(kind="formula", formula="channel:shop-b"), "above", money=100))
    standing = Standing(channel_prices={"shop-b": Decimal("94.00")})
    made = one_decision(some_rules(rule), a_subject("99.99", standing=standing))
    assert made.price == Decimal("95.00")


def test_change_limits_are_measured_from_the_base() -> None:
    standing = Standing(base_price=Decimal("110.00"))
    made = one_decision(
        some_rules(a_rule(max_down_ppm=100_000)), a_subject("100.00", an_offer("90.00"), standing=standing)
    )
    assert (made.price, made.reason) == (Decimal("99.00"), ReasonCode.CHANGE_LIMIT)


def test_sellers_that_a_competitor_leaves_out_never_count() -> None:
    only = CompetitorSet(kind="only", ids=("c2",))
    offers = (an_offer("80.00"), an_offer("95.00", competitor_id="c2"))
    made = one_decision(some_rules(a_rule(competitors=only)), a_subject("99.99", *offers))
    assert made.price == Decimal("95.00")


def test_inputs_of_several_moments_are_each_decided_at_their_own() -> None:
    offer = an_offer("95.00", captured_at=MONDAY - timedelta(hours=23, minutes=55))
    now, later = some_inputs(a_subject("99.99", offer))[0], some_inputs(a_subject("99.99", offer), at=LATER)[0]
    made = decided(some_rules(), [later, now, later])
    assert [one.reason for one in made] == [
        ReasonCode.STALE_DATA,
        ReasonCode.MATCH_LOWEST,
        ReasonCode.STALE_DATA,
    ]


def test_nothing_is_decided_for_nobody() -> None:
    assert decide(some_rules(), [], {}, MONDAY) == []


def test_the_record_names_its_inputs_and_its_policy() -> None:
    subject = a_subject("99.99", an_offer("95.00"))
    (made,) = decide(some_rules(), [subject], {}, MONDAY, policy_version=7)
    (again,) = replayed(some_rules(), some_inputs(subject), policy_version=7)
    assert made == again
    assert len(made.inputs_hash) == 64
    assert made.policy_version == 7


def test_a_family_under_one_rule_gets_one_price() -> None:
    rule = a_rule(same_price="lowest")
    red = a_subject("99.99", an_offer("95.00"), product_id="red", family="shirt")
    blue = a_subject("99.99", an_offer("93.00"), product_id="blue", family="shirt")
    made = decide(some_rules(rule), [red, blue], {}, MONDAY)
    assert [one.price for one in made] == [Decimal("93.00")] * 2
    assert "family" in made[0].flags


def test_a_base_counts_only_where_a_rule_limits_the_day() -> None:
    standing = Standing(base_price=Decimal("110.00"))
    rules = some_rules(a_rule(max_down_ppm=50_000), per_day=False)
    made = one_decision(rules, a_subject("100.00", an_offer("90.00"), standing=standing))
    assert made.price == Decimal("95.00")


@pytest.mark.parametrize(("age", "route"), [(1, "auto"), (25, "review")])
def test_a_guard_whose_price_is_stale_is_told_and_looked_at(age: int, route: str) -> None:
    rules = some_rules(a_rule(floor_competitor="cmp-2", routing=RoutingPlan(auto_within_ppm=250_000)))
    theirs = an_offer("90.00", competitor_id="cmp-2", captured_at=MONDAY - timedelta(hours=age))

    made = one_decision(rules, a_subject("95.00", an_offer("94.00"), theirs, min_price="10.00"))

    (bounds,) = [step.after for step in made.steps if step.name == "bounds"]
    unknown = route == "review"
    assert (made.route, "what cmp-2 asks is not known" in bounds, "guard unknown" in made.flags) == (
        route,
        unknown,
        unknown,
    )
