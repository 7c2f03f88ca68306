"""Decisions made again alone and with their families, and what a check looks at."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from pricing.domain.market import Offer
from pricing.usecases.moves import OwnMove
from pricing.usecases.trials import PreviewAsked
from pricing.usecases.try_policies import CheckPolicy, ExplainDecision, PreviewPolicy
from tests.builders.pricing import MONDAY, a_competitor, a_policy, an_offer, ruled, some_facts
from tests.fakes.pricing import FakeCompetitors, FakeFacts, FakeOffers
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


class CountedOffers(FakeOffers):
    """Offers that count how often decisions ask for them."""

    asked = 0

    async def to_decide(
        self, organisation_id: str, shop_id: str, product_ids: Sequence[str]
    ) -> dict[str, tuple[Offer, ...]]:
        self.asked += 1
        return await super().to_decide(organisation_id, shop_id, product_ids)


def test_a_preview_beside_a_saved_policy_reads_the_market_once_and_decides_as_each_alone() -> None:
    world = World()
    offers = world.offers = CountedOffers({"off": an_offer("95.99", offer_id="off")})
    world.facts.kept["channel"] = some_facts("80.00", product_id="channel", shop_id="demo-us")
    moved = OwnMove("prd", MONDAY, Decimal("120.00"), Decimal("99.99"), "MATCH_LOWEST")
    world.moves.kept["org"] = [moved]
    # Each of the two asks for something that the other does not.
    by_day = a_policy(ruled(bounds={"max_down_percent": 19, "per": "day"}), policy_id="by day")
    channel = a_policy(ruled(follow=[{"reference": "channel", "channel": "demo-us"}]), policy_id="channel")
    for one in (by_day, channel):
        asyncio.run(world.policies.add(one))
    previewing = PreviewPolicy(
        facts=world.facts, decided=world.decided, policies=world.policies, clock=lambda: world.decided_at
    )

    both = asyncio.run(previewing("org", channel.document, PreviewAsked(against="by day"))).rows
    asked = offers.asked
    turned = asyncio.run(previewing("org", by_day.document, PreviewAsked(against="channel"))).rows
    alone = asyncio.run(previewing("org", channel.document, PreviewAsked())).rows
    other = asyncio.run(previewing("org", by_day.document, PreviewAsked())).rows

    assert asked == 1
    assert [(one.price, one.reason) for one in both] == [(one.price, one.reason) for one in alone]
    assert [(one.against_price, one.against_reason) for one in both] == [(one.price, one.reason) for one in other]
    assert [(one.price, one.against_price) for one in both] == [("80.00", "97.20")]
    assert [(one.price, one.against_price) for one in turned] == [("97.20", "80.00")]


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
