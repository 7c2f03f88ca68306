"""Faults planted in fifty policies are all found, and nothing is found in the clean ones."""

from datetime import UTC, datetime
from decimal import Decimal
from random import Random

import pytest

from pricing.domain.market import ProductFacts
from pricing.domain.policies.checking import findings
from pricing.domain.policies.document import PolicyDocument
from pricing.domain.policies.findings import Finding
from pricing.domain.policies.parts import Bounds
from tests.builders.planted_faults import FAULTS
from tests.builders.policies import COMPETITORS, a_clean_policy, a_document, a_rule
from tests.builders.pricing import some_facts

NOW = datetime(2026, 11, 23, 6, tzinfo=UTC)


def check(document: PolicyDocument, products: list[ProductFacts]) -> tuple[Finding, ...]:
    return findings(document, products, COMPETITORS, NOW)


@pytest.mark.parametrize("seed", range(50))
def test_nothing_is_found_in_a_clean_policy(seed: int) -> None:
    assert check(*a_clean_policy(Random(seed))) == ()


@pytest.mark.parametrize("name", FAULTS)
def test_a_planted_fault_is_found_in_each_of_fifty_policies(name: str) -> None:
    code, plant = FAULTS[name]
    for seed in range(50):
        document, products = plant(*a_clean_policy(Random(seed)))
        found = check(document, products)
        assert code in {one.code for one in found}, (seed, found)
        assert all(one.message and one.mend for one in found)


@pytest.mark.parametrize("name", FAULTS)
def test_only_the_planted_fault_is_found(name: str) -> None:
    code, plant = FAULTS[name]
    also = {"overlap": {"OVERLAP"}, "unreachable": {"OVERLAP"}, "no cost": {"NO_FLOOR"}}.get(name, set())
    for seed in range(50):
        assert {one.code for one in check(*plant(*a_clean_policy(Random(seed))))} <= {code} | also, seed


def test_a_finding_names_its_rule_an_example_and_a_mend() -> None:
    document = a_document(a_rule(name="bold", bounds=None))
    found = check(document, [some_facts("9", min_price=Decimal(5)), some_facts("9", sku="BARE")])[0]
    assert (found.rule, found.sku, found.severity) == ("bold", "BARE", "warning")
    assert "min_price" in found.mend


def test_the_contradictory_pair_of_the_third_journey_is_an_error() -> None:
    document = a_document(a_rule(bounds=Bounds(min_price=Decimal(130), max_price=Decimal(129))))
    found = check(document, [])
    assert [(one.code, one.severity) for one in found] == [("CONTRADICTORY_BOUNDS", "error")]
    assert "130.00" in found[0].message
    assert "129.00" in found[0].message


def test_one_products_own_contradiction_is_a_warning_and_all_products_are_an_error() -> None:
    crossed = some_facts("50", sku="X", min_price=Decimal(60), max_price=Decimal(40))
    one = check(a_document(), [some_facts("50"), crossed])
    all_ = check(a_document(), [crossed])
    assert [(found.severity, found.sku) for found in (*one, *all_)] == [("warning", "X"), ("error", "X")]


def test_products_of_another_shop_are_none_of_its_business() -> None:
    assert check(a_document(), [some_facts("5", shop_id="other", currency="USD")]) == ()
