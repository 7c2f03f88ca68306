"""Decisions on a deployed stack with numbers that a test draws: each is what the law says, to the cent."""

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from local.administrator import ensure_administrator
from local.cloud.stack import Stack
from pricing.adapters.policy_text import policy_from
from pricing.domain.policies.compiling import compiled
from tests.builders.demo_shop import DRAWN_POLICY, DRAWN_SHOP, DrawnProduct, catalogue, drawn_products
from tests.builders.pricing import some_facts
from tests.fakes.deployed_team import Team, opened, signed_in, until
from tests.fakes.told_looks import reading, tell
from tests.oracle.court import judge
from tests.oracle.judge import Goods, Seen

pytestmark = pytest.mark.timeout(900)


@pytest.fixture(scope="module")
def team(stack: Stack) -> Iterator[Team]:
    made = signed_in(stack, ensure_administrator(stack, "drawn.example"))
    yield made
    made.author.close()
    made.colleague.close()


@pytest.fixture(scope="module")
def drawn(team: Team) -> list[DrawnProduct]:
    """Another shop whose every number is drawn, with its looks told."""
    products = drawn_products(seed=20_261_123, count=60)
    opened(team, DRAWN_SHOP, catalogue(tuple(one.row for one in products)))
    for rival in ("g1", "g2", "g3"):
        competitor = {"competitor_id": rival, "name": rival, "domain": f"{rival}.example"}
        team.author.post_unless_there("/pricing/competitors", competitor)
    wanted = [
        (one.sku, offer.rival, f"https://{offer.rival}.example/{one.sku}") for one in products for offer in one.offers
    ]
    team.watch(DRAWN_SHOP, wanted)
    looks = [
        reading(
            team.offers[one.sku, offer.rival],
            str(offer.item),
            shipping=str(offer.shipping),
            seller="OWN2" if offer.state == "ours" else None,
            availability="out_of_stock" if offer.state == "out" else "in_stock",
        )
        for one in products
        for offer in one.offers
    ]
    tell(team.stack, team.organisation_id, looks)
    urls = {url for _, _, url in wanted}
    until(lambda: urls <= {one["url"] for one in team.listed()})
    return products


def test_drawn_numbers_are_decided_as_the_law_says(team: Team, drawn: list[DrawnProduct]) -> None:
    team.author.put("/pricing/policies/drawn", DRAWN_POLICY)
    run, decisions = team.run("drawn")
    rules = compiled(policy_from(DRAWN_POLICY))
    marks = {"in": frozenset[str](), "out": frozenset({"NOT_IN_STOCK"}), "ours": frozenset({"OWN"})}

    expected: dict[str, tuple[Decimal, str]] = {}
    for one in drawn:
        facts = some_facts(str(one.price), sku=one.sku, cost=one.cost)
        offers = tuple(
            Seen(
                landed=offer.item + offer.shipping,
                item=offer.item,
                marks=marks[offer.state],
                competitor=offer.rival,
            )
            for offer in one.offers
        )
        (rule,) = rules.rules_of([facts], datetime.now(UTC))
        goods = Goods(price=one.price, cost=one.cost, max=one.max_price, map=one.map_price, rule=rule, offers=offers)
        verdict = judge(goods, rules.plan)
        expected[one.sku] = (Decimal(int(verdict.price)) / 100, verdict.reason)

    assert run["decisions"] == len(drawn)
    assert {sku: (Decimal(price or 0), why) for sku, (price, why, _) in team.amounts(decisions).items()} == expected
    assert len({why for _, why in expected.values()}) >= 4
