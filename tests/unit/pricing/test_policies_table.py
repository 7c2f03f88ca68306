"""Rows of the page's table, as written there: what the document says, and what then happens."""

import pytest

from pricing.adapters.policy_text import read_policy
from pricing.domain.decisions.deciding import decide
from pricing.domain.policies.compiling import compiled
from pricing.domain.policies.trying import tried

FRAME = """\
name: Row
shop: demo-eu
currency: EUR
rules:
  - name: row
    {rule}
tests:
  - name: row
    product: {product}
    offers: {offers}
    expect: {expect}
"""
MARKET = "[{competitor: c1, price: 80.00}, {competitor: c2, price: 90.00}, {competitor: c3, price: 120.00}]"
OURS = "{price: 85.00, cost: 10.00, min_price: 20.00}"
LOWEST = "follow: [{reference: lowest}]\n    "

ROWS = [
    ("E1", "follow: [{reference: lowest, relation: below, by: {money: 0.10}}]", OURS, "79.90"),
    ("E1", "follow: [{reference: second_lowest, relation: above, by: {percent: 1}}]", OURS, "90.90"),
    ("E1", "follow: [{reference: average}]", OURS, "96.66"),
    ("E2", "follow: [{reference: rank, rank: 2}]", OURS, "90.00"),
    ("E2", "follow: [{reference: rank, rank: 4}]", OURS, "85.00"),
    ("E3", "follow: [{reference: range_point, percent: 25}]", OURS, "90.00"),
    ("E3", "follow: [{reference: range_rank, percent: 50}]", OURS, "90.00"),
    ("E4", LOWEST + "competitors: {only: [c2]}", OURS, "90.00"),
    ("E4", LOWEST + "competitors: {except: [c1]}", OURS, "90.00"),
    ("E5", "follow: [{reference: competitor, competitors: [c9, c2]}]", OURS, "90.00"),
    ("E6", LOWEST + "ignore_below_min: true", "{price: 95.00, cost: 10.00, min_price: 85.00}", "90.00"),
    ("E7", "follow: [{reference: cost_plus, margin_percent: 20}]", "{price: 70.00, cost: 60.00}", "75.00"),
    ("E7", "follow: [{reference: cost_plus, markup_percent: 25}]", "{price: 70.00, cost: 60.00}", "75.00"),
    ("E7", "follow: [{reference: formula, formula: cost × 1.25 + 2}]", "{price: 70.00, cost: 60.00}", "77.00"),
    ("E11", "follow: [{reference: lowest}, {reference: median}]\n    choose: average", OURS, "85.00"),
    ("E11", "follow: [{reference: highest}, {reference: median}]\n    choose: closest", OURS, "90.00"),
    ("E12", "follow: [{reference: rank, rank: 9}]\n    fallback: [{reference: median}]", OURS, "90.00"),
    ("E12", "follow: [{reference: rank, rank: 9}]\n    otherwise: max", "{price: 85.00, max_price: 99.00}", "99.00"),
    ("E13", LOWEST + "edge_cases: {competitor_below_min: max}",
     "{price: 95.00, min_price: 85.00, max_price: 99.00}", "99.00"),
    ("E15", LOWEST + "ending: {endings: [.99]}", OURS, "79.99"),
    ("E15", LOWEST + "ending: {endings: [.99], prefer: higher}", OURS, "80.99"),
    ("E15", LOWEST + "ending: {endings: ['9']}", OURS, "79.99"),
    ("E16", LOWEST + "schedule: {weekdays: [sunday]}", OURS, "85.00"),
    ("E16", LOWEST + "schedule: {min_gap_hours: 6}", "{price: 85.00, changed_hours_ago: 5}", "85.00"),
    ("E16", LOWEST + "schedule: {min_gap_hours: 6}", "{price: 85.00, changed_hours_ago: 6}", "80.00"),
    ("E17", LOWEST + "sleep: {from: '05:00', to: '07:00', go_to_max: true}",
     "{price: 85.00, max_price: 99.00}", "99.00"),
    ("E17", LOWEST + "sleep: {from: '05:00', to: '07:00'}", OURS, "85.00"),
    ("E18", LOWEST, "{price: 85.00, in_promotion: true}", "85.00"),
    ("E19", LOWEST + "bounds: {floor_competitor: c2}", OURS, "90.00"),
    ("E19", LOWEST + "freeze_while_lowest: c1", OURS, "85.00"),
    ("E23", LOWEST, "{price: 85.00, map_price: 82.00}", "82.00"),
    ("E24", "follow: [{reference: channel, channel: us, relation: above, by: {percent: 5}}]",
     "{price: 85.00, channels: {us: 80.00}}", "84.00"),
    ("E26", LOWEST, "{price: 85.00, locked: true}", "85.00"),
    ("F2", "follow: [{reference: lowest}]\n    bounds: {min_margin_percent: 20}",
     "{price: 130.00, cost: 100.00}", "125.00"),
    ("F4", LOWEST, "{price: 85.00, min_price: 90.00, max_price: 82.00}", "85.00"),
    ("F6", LOWEST + "bounds: {max_down: 2.00}", OURS, "83.00"),
    ("F10", LOWEST, "{price: 95.00, cost: 81.00}", "95.00"),
]  # fmt: skip


@pytest.mark.parametrize(("feature", "rule", "product", "price"), ROWS)
def test_a_row_of_the_table(feature: str, rule: str, product: str, price: str) -> None:
    text = FRAME.format(rule=rule, product=product, offers=MARKET, expect=f"{{price: {price}}}")
    (result,) = tried(compiled(read_policy(text.encode(), yaml=True)), decide)
    assert result.passed, (feature, result)


def test_variants_get_one_price_that_suits_them_all() -> None:
    rule = LOWEST + "same_price: {choose: lowest}"
    product = "{price: 85.00, family: f, min_price: 70.00}\n    beside: [{price: 95.00, family: f, min_price: 82.00}]"
    text = FRAME.format(rule=rule, product=product, offers=MARKET, expect="{price: 82.00}")
    (result,) = tried(compiled(read_policy(text.encode(), yaml=True)), decide)
    assert result.passed, result


def test_a_rule_by_fulfilment_sees_only_such_offers() -> None:
    rule = "follow: [{reference: lowest, fulfilments: [FBA]}]"
    offers = "[{competitor: c1, price: 80.00}, {competitor: c2, price: 90.00, fulfilment: FBA}]"
    text = FRAME.format(rule=rule, product=OURS, offers=offers, expect="{price: 90.00}")
    (result,) = tried(compiled(read_policy(text.encode(), yaml=True)), decide)
    assert result.passed, result
