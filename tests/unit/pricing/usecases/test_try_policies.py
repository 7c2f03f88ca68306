"""Decisions made again alone and with their families, and what a check looks at."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from pricing.usecases.try_policies import CheckPolicy, ExplainDecision
from tests.builders.pricing import MONDAY, a_competitor, a_policy, an_offer, ruled, some_facts
from tests.fakes.pricing import FakeCompetitors, FakeFacts
from tests.unit.pricing.usecases.test_decide import World

TWO_FAMILIES = 5_001


@pytest.mark.parametrize("choose", ["lowest", "highest", "average"])
def test_a_member_of_a_family_is_made_again_with_the_others_and_has_no_change_of_its_own(choose: str) -> None:
    world = World()
    world.save(ruled(same_price={"choose": choose}))
    world.facts.kept = {name: some_facts(product_id=name, sku=name, family="lamp") for name in ("a", "b")}
    world.facts.kept["c"] = some_facts(product_id="c", sku="c", family="another")
    offers = {"a": "90.00", "b": "95.00", "c": "80.00"}
    world.offers.kept = {
        name: replace(an_offer(price, offer_id=name), product_id=name) for name, price in offers.items()
    }
    for name, offer in world.offers.kept.items():
        assert offer.latest is not None
        world.offers.kept[name] = replace(offer, latest=replace(offer.latest, product_id=name))
    world.decide(world.start())
    explain = ExplainDecision(facts=world.facts, policies=world.policies, runs=world.runs)

    told = {one.decision.product_id: asyncio.run(explain("org", name)) for name, one in world.runs.taken.items()}

    assert {one.decision.price for one in world.runs.taken.values()} > {Decimal("80.00")}
    assert [one.differences for one in told.values()] == [()] * 3
    assert [told[name].counterfactual for name in "ab"] == [None, None]


def check(products: Mapping[str, Any], rule: Mapping[str, Any]) -> dict[str, str]:
    checking = CheckPolicy(
        facts=FakeFacts({name: some_facts(product_id=name, sku=name, **said) for name, said in products.items()}),
        competitors=FakeCompetitors({("org", name): a_competitor(competitor_id=name) for name in ("c1", "c2")}),
        clock=lambda: MONDAY,
    )
    checked = asyncio.run(checking("org", a_policy(ruled(**rule)).document, "hash"))
    return {one.code: one.severity for one in checked.findings}


@pytest.mark.parametrize(("more", "severity"), [(0, "error"), (TWO_FAMILIES, "warning")])
def test_what_holds_for_all_that_was_looked_at_is_an_error_only_where_that_was_the_shop(
    more: int, severity: str
) -> None:
    bad = {"min_price": Decimal(20), "max_price": Decimal(10)}
    products = {"a": bad} | {f"b{place:05}": {"active": True} for place in range(more)}
    when = {"field": "sku", "eq": "a"}

    assert check(products, {"when": when})["CONTRADICTORY_BOUNDS"] == severity


@pytest.mark.parametrize(
    ("chosen", "found"),
    [({"except": ["c1"]}, True), ({"only": ["c2"]}, True), ({"only": ["c1"]}, False), ({}, False)],
)
def test_a_line_that_follows_somebody_who_is_left_out_is_an_error(chosen: dict[str, Any], found: bool) -> None:  # noqa: FBT001
    follow = [{"reference": "competitor", "competitors": ["c1"]}]

    assert ("NOBODY_TO_FOLLOW" in check({}, {"follow": follow, "competitors": chosen})) is found
