"""J3: a rule is changed on paper, held against the live policy and the recorded past, before it touches a price."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from pricing.adapters.policy_text import policy_from
from pricing.domain.policies.document import PolicyDocument
from pricing.domain.reading import Availability
from tests.builders.pricing import MONDAY, a_policy, some_facts
from tests.builders.simulations import ONE_DAY, SimulatedShop

PRODUCTS: dict[str, dict[str, Any]] = {
    "HP-100": {"price": "99.99", "cost": "60.00"},
    "HP-200": {"price": "54.99", "cost": "40.00"},
    "HP-300": {"price": "209.00", "cost": "120.00", "map_price": "199.00"},
    "HP-400": {"price": "29.99", "cost": "20.00", "max_price": "34.99"},
    "HP-600": {"price": "450.00", "cost": "300.00", "min_price": "433.00", "max_price": "463.00"},
}
OFFERS: tuple[tuple[str, str, str, dict[str, Any]], ...] = (
    ("HP-100", "C1", "94.90", {}),
    ("HP-100", "C2", "89.90", {"shipping": Decimal("5.00")}),
    ("HP-100", "C3", "79.00", {"availability": Availability.OUT_OF_STOCK}),
    ("HP-100", "C4", "88.00", {"seller": "OWN2"}),
    ("HP-200", "C1", "45.00", {}),
    ("HP-300", "C1", "179.00", {}),
    ("HP-600", "C1", "464.85", {}),
)


def the_policy(*, under: bool = False, limit: str | None = None, **bounds: str) -> PolicyDocument:
    """The live policy; with a first rule of one percent under the lowest, and a limit of changes in a day."""
    first: dict[str, Any] = {"reference": "lowest"}
    if under:
        first |= {"relation": "below", "by": {"percent": "1"}}
    limits = {} if limit is None else {"max_up_percent": limit, "max_down_percent": limit, "per": "day"}
    ending = {"endings": [".99"]}
    return policy_from(
        {
            "name": "J3",
            "shop": "demo-eu",
            "currency": "EUR",
            "rules": [
                {
                    "name": "top",
                    "when": {"field": "sku", "eq": "HP-100"},
                    "follow": [first],
                    "bounds": {"min_margin_percent": "20", "max_price": "129.00"} | limits | bounds,
                    "ending": ending,
                },
                {
                    "name": "entry",
                    "when": {"field": "sku", "eq": "HP-200"},
                    "follow": [{"reference": "lowest"}],
                    "bounds": {"min_margin_percent": "15"},
                    "ending": ending,
                },
                {
                    "name": "under the next",
                    "when": {"field": "sku", "eq": "HP-600"},
                    "follow": [{"reference": "lowest", "relation": "below", "by": {"money": "1.00"}}],
                },
                {"name": "rest", "follow": [{"reference": "lowest"}], "bounds": {"min_price": "1.00"}},
            ],
        }
    )


@pytest.fixture
def shop() -> SimulatedShop:
    """The journeys' shop under the live policy, which ran on Monday."""
    made = SimulatedShop()
    made.facts.kept = {
        sku: some_facts(
            told["price"],
            product_id=sku,
            sku=sku,
            **{name: Decimal(amount) for name, amount in told.items() if name != "price"},
        )
        for sku, told in PRODUCTS.items()
    }
    asyncio.run(made.policies.add(replace(a_policy(), policy_id="live", document=the_policy())))
    for sku, competitor_id, price, changes in OFFERS:
        made.look(sku, price, MONDAY - timedelta(minutes=30), competitor_id=competitor_id, **changes)
    return made


def difference(shop: SimulatedShop, document: PolicyDocument) -> dict[str, dict[str, str]]:
    """The candidate against the live policy, by SKU."""
    _, rows = shop.simulated("difference", document=document, against="live")
    return {row["sku"]: row for row in rows}


def test_without_a_limit_the_target_takes_its_ending(shop: SimulatedShop) -> None:
    top = difference(shop, the_policy(under=True))["HP-100"]

    assert (top["candidate_price"], top["candidate_reason"]) == ("92.99", "BEAT_LOWEST")
    assert top["candidate_margin_percent"] == "35.48"


def test_with_the_limit_the_next_ending_inside_it_is_taken_and_the_goal_is_missed(shop: SimulatedShop) -> None:
    rows = difference(shop, the_policy(under=True, limit="5"))

    made = {sku: (row["candidate_price"], row["candidate_reason"]) for sku, row in rows.items()}
    assert made == {
        "HP-100": ("95.99", "CHANGE_LIMIT"),
        "HP-200": ("47.99", "HOLD_FLOOR"),
        "HP-300": ("199.00", "HOLD_MAP"),
        "HP-400": ("29.99", "NO_COMPETITION"),
        "HP-600": ("463.00", "HOLD_MAX"),
    }
    assert [sku for sku, row in rows.items() if row["differs"] == "yes"] == ["HP-100"]


def test_bounds_that_contradict_are_refused_before_anything_is_decided(shop: SimulatedShop) -> None:
    done = shop.compute(shop.ask("difference", document=the_policy(under=True, min_price="130.00"), against="live"))

    assert (done.state, "130" in done.detail, done.files) == ("FAILED", True, ())


def test_the_unchanged_policy_reproduces_its_stored_decisions_and_the_changed_one_parts_from_them() -> None:
    shop = SimulatedShop()
    shop.facts.kept = {"p1": some_facts("99.99", product_id="p1", sku="HP-100", cost=Decimal(60))}
    asyncio.run(shop.policies.add(replace(a_policy(), version=2, document=the_policy(), document_hash="2")))
    for day in range(28):
        at = MONDAY + day * ONE_DAY
        shop.look("p1", f"{96 - day % 5}.90", at - timedelta(minutes=30))
        shop.reprice(at)
    shop.now += timedelta(hours=1)

    same, _ = shop.simulated("backtest", against="match", days=28)
    other, rows = shop.simulated("backtest", document=the_policy(under=True), against="match", days=28)

    assert (same["faithful"], same["decided_otherwise"], same["decisions"]) == (True, 0, 28)
    assert (other["faithful"], len(rows)) == (True, 28)
    assert other["decided_otherwise"] > 20
    assert Decimal(other["candidate_figures"]["index"]) < Decimal(other["live"]["index"])
