"""Deciding under policies as people write them."""

import json
from datetime import timedelta
from decimal import Decimal
from random import Random

import pytest

from pricing.adapters.policy_text import read_policy
from pricing.domain.decision import ReasonCode
from pricing.domain.decisions.deciding import decide
from pricing.domain.decisions.inputs import inputs_of
from pricing.domain.decisions.replay import differences, replayed
from pricing.domain.decisions.stored import canonical, data_of, inputs_from
from pricing.domain.decisions.subjects import Standing, Subject
from pricing.domain.policies.compiled import Compiled
from pricing.domain.policies.compiling import compiled
from pricing.domain.policies.trying import tried
from pricing.domain.reading import Availability
from tests.builders.decisions import a_subject
from tests.builders.pricing import MONDAY, an_offer
from tests.unit.pricing.domain.decisions.test_journeys import HP_100

TEXT = """
name: Headphones
shop: demo-eu
currency: EUR
defaults:
  routing: {auto_within_percent: 10}
  ending: {endings: [".99"]}
rules:
  - name: one percent under
    when: {field: sku, eq: HP-100}
    follow: [{reference: lowest, relation: below, by: {percent: 1}}]
    bounds: {min_margin_percent: 20, max_up_percent: 5, max_down_percent: 5, per: day}
  - name: one under
    when: {field: sku, eq: HP-600}
    follow: [{reference: lowest, relation: below, by: {money: 1.00}}]
    ending: {endings: [".00", ".99"], prefer: higher}
  - name: match
    when: {field: cost, gt: 15}
    follow: [{reference: lowest}]
    bounds: {min_margin_percent: 15}
    evidence: {max_age_hours: 6}
tests:
  - name: the lowest is matched
    product: {sku: X, price: 20.99, cost: 16, min_price: 1}
    offers: [{competitor: c1, price: 19.99}, {competitor: c2, price: 18.00, availability: out_of_stock}]
    expect: {price: 19.99, reason: MATCH_LOWEST, rule: match, route: auto}
"""


@pytest.fixture(scope="module")
def policy() -> Compiled:
    return compiled(read_policy(TEXT.encode(), yaml=True))


def test_the_journeys_products_are_decided_by_its_rules(policy: Compiled) -> None:
    floor = a_subject("54.99", an_offer("45.00"), cost="40.00", sku="HP-200", product_id="p2")
    nobody = a_subject("29.99", cost="20.00", max_price="34.99", sku="HP-400", product_id="p4")
    unruled = a_subject("29.99", an_offer("25.00"), cost="10.00", sku="HP-700", product_id="p7")
    made = decide(policy, [HP_100, floor, nobody, unruled], {}, MONDAY)
    assert [(one.price, one.reason, one.rule) for one in made] == [
        (Decimal("95.99"), ReasonCode.CHANGE_LIMIT, "one percent under"),
        (Decimal("47.99"), ReasonCode.HOLD_FLOOR, "match"),
        (Decimal("29.99"), ReasonCode.NO_COMPETITION, "match"),
        (Decimal("29.99"), ReasonCode.LOCKED, None),
    ]


def test_a_policys_own_tests_are_run_by_it(policy: Compiled) -> None:
    assert [one.passed for one in tried(policy, decide)] == [True]


def test_a_daily_limit_is_measured_from_the_start_of_the_day(policy: Compiled) -> None:
    standing = Standing(base_price=Decimal("104.00"))
    (made,) = decide(policy, [Subject(HP_100.facts, HP_100.offers, standing)], {}, MONDAY)
    assert (made.price, made.lower) == (Decimal("98.99"), Decimal("98.80"))


def test_a_thousand_stored_decisions_are_made_again(policy: Compiled) -> None:
    random = Random(5)
    stocks = [Availability.IN_STOCK, Availability.IN_STOCK, Availability.OUT_OF_STOCK, Availability.UNKNOWN]
    subjects = []
    for number in range(1000):
        base = random.randint(2000, 90_000)
        offers = [
            an_offer(
                f"{Decimal(base * random.randint(80, 120) // 100).scaleb(-2)}",
                offer_id=f"{number}-{place}",
                competitor_id=f"c{place}",
                availability=random.choice(stocks),
                captured_at=MONDAY - timedelta(seconds=random.randint(-400, 40_000)),
            )
            for place in range(random.randint(0, 10))
        ]
        sku = random.choice(["HP-100", "HP-600", "HP-1"])
        price, cost = f"{Decimal(base).scaleb(-2)}", f"{Decimal(base // 2).scaleb(-2)}"
        subjects.append(a_subject(price, *offers, cost=cost, sku=sku, product_id=f"p{number}"))
    stored = decide(policy, subjects, {}, MONDAY, policy_version=2)
    kept = [json.loads(canonical(data_of(one))) for one in inputs_of(subjects, {}, MONDAY)]
    again = replayed(policy, [inputs_from(one) for one in kept], policy_version=2)
    assert [differences(one, other) for one, other in zip(stored, again, strict=True)] == [()] * 1000
    assert len({one.reason for one in stored}) > 5
