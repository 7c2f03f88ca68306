"""Prices that nobody may set are not written, whoever approved them."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from pricing.domain.price_change import PriceChange, State
from tests.builders.pricing import a_change, some_facts
from tests.unit.pricing.usecases.publication_world import APPROVED, World


def published(**facts: Any) -> PriceChange:
    """What became of a price of 95.99 that people approved, over one of 99.99."""
    world = World()
    world.facts.kept["prd"] = some_facts(**facts)
    world.propose(APPROVED)
    world.publish(world.start())
    change = world.changes.kept["chg"]
    assert bool(world.shop.written) is (change.state is State.APPLIED)
    return change


@pytest.mark.parametrize(
    ("facts", "rule"),
    [
        ({"map_price": Decimal("96.00")}, "map_price"),
        ({"cost": Decimal("96.00"), "country": "FR"}, "Code de commerce, L442-5, https://"),
        ({"cost": Decimal("96.00"), "country": "BE"}, "Code de droit économique"),
    ],
)
def test_a_price_below_the_map_or_below_cost_where_that_is_forbidden_is_not_written(
    facts: dict[str, Any], rule: str
) -> None:
    change = published(**facts)

    assert (change.state, change.failure) == (State.FAILED, "compliance")
    assert "95.99 is below" in change.detail
    assert rule in change.detail


@pytest.mark.parametrize(
    "facts",
    [
        {"map_price": Decimal("95.99")},
        {"cost": Decimal("95.99"), "country": "FR"},
        {"cost": Decimal("96.00"), "country": "DE"},
        {"cost": Decimal("96.00")},
        {"cost": Decimal("96.00"), "country": "ZZ"},
    ],
)
def test_other_prices_are(facts: dict[str, Any]) -> None:
    assert published(**facts).state is State.APPLIED


def test_a_forbidden_price_stops_no_other_and_is_no_error_of_the_shop() -> None:
    world = World()
    world.approve_many(20)
    world.set_publication(max_failed_percent=0)
    for place in range(20):
        cost = Decimal(999) if place < 3 else None
        facts = some_facts(product_id=f"p{place}", sku=f"S{place}", cost=cost, country="FR")
        world.facts.kept[facts.product_id] = facts

    done = world.publish(world.start())

    assert (done.state, done.states) == ("FINISHED", {"APPLIED": 17, "FAILED": 3})


def test_what_stands_in_the_shop_already_is_told_as_it_is() -> None:
    world = World()
    world.facts.kept["prd"] = some_facts(map_price=Decimal(200))
    world.shop.prices["prd"] = Decimal("95.99")
    world.propose(a_change(state=State.APPROVED))
    world.publish(world.start())

    assert world.changes.kept["chg"].state is State.APPLIED
    assert replace(APPROVED, state=State.APPLIED) == replace(
        world.changes.kept["chg"], batch_id=None, detail="", failure=None, applied_at=None
    )


@pytest.mark.parametrize(
    ("after", "reason", "state"),
    [
        ("110.00", "IN_PROMOTION", State.APPLIED),
        ("95.99", "IN_PROMOTION", State.FAILED),
        ("110.00", "MATCH_LOWEST", State.FAILED),
    ],
)
def test_what_goes_back_up_is_written_though_a_map_came_meanwhile(after: str, reason: str, state: State) -> None:
    world = World()
    world.facts.kept["prd"] = some_facts(map_price=Decimal(200))
    world.propose(replace(APPROVED, after=Decimal(after), reason=reason))
    world.publish(world.start())

    assert world.changes.kept["chg"].state is state
