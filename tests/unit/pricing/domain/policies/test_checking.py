"""Faults planted in fifty policies are all found, and nothing is found in the clean ones."""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from random import Random

import pytest

from pricing.domain.market import ProductFacts
from pricing.domain.policies import checking_products
from pricing.domain.policies.checking import findings
from pricing.domain.policies.compiling import compile_policy
from pricing.domain.policies.document import Condition, PolicyDocument
from pricing.domain.policies.findings import Finding
from pricing.domain.policies.parts import Bounds, Competitors, Line
from tests.builders.planted_faults import FAULTS
from tests.builders.policies import COMPETITORS, a_clean_policy, a_document, a_rule, where
from tests.builders.pricing import some_facts

NOW = datetime(2026, 11, 23, 6, tzinfo=UTC)


def check(document: PolicyDocument, products: list[ProductFacts]) -> tuple[Finding, ...]:
    return findings(compile_policy(document), products, COMPETITORS, NOW)


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


NUMBERS = tuple(f"S{number}" for number in range(4_000))
HOSTILE: dict[str, Callable[[], list[Condition]]] = {
    "the same list": lambda: [where("sku", in_=NUMBERS) for _ in range(60)],
    "lists that overlap in two fields": lambda: [
        Condition(all_=(where("sku", in_=NUMBERS[step:]), where("brand", in_=NUMBERS[step:]))) for step in range(40)
    ],
    "everything but a list": lambda: [
        Condition(not_=where("sku", in_=tuple(f"T{step}x{number}" for number in range(800)))) for step in range(200)
    ],
    "lists of numbers": lambda: [
        where("price", in_=tuple(str(number + step) for number in range(1_500))) for step in range(100)
    ],
    "many choices": lambda: [
        Condition(
            any_=tuple(
                Condition(all_=(where("price", gt=Decimal(step * 64 + one)), where("cost", lt=Decimal(one + 2))))
                for one in range(60)
            )
        )
        for step in range(250)
    ],
}


@pytest.mark.parametrize("name", HOSTILE)
def test_checking_ends_soon_whatever_the_conditions(name: str) -> None:
    rules = [a_rule(name=str(place), when=when) for place, when in enumerate(HOSTILE[name]())]
    check(a_document(*rules), [])


def test_a_rule_without_products_is_found_however_much_was_compared() -> None:
    never = Condition(all_=(where("stock", lt=Decimal(1)), where("stock", gt=Decimal(1))))
    rules = [a_rule(name=str(place), when=when) for place, when in enumerate(HOSTILE["the same list"]())]
    found = check(a_document(*rules, a_rule(name="never", when=never)), [])
    assert ("NEVER_HOLDS", "never") in [(one.code, one.rule) for one in found]


def test_many_categories_under_many_are_looked_up() -> None:
    rules = [
        a_rule(
            name=str(place),
            when=Condition(any_=tuple(where("category", under=f"a{place} > {one}") for one in range(20))),
        )
        for place in range(1_000)
    ]
    products = [some_facts("50", product_id=str(one), category=f"a{one} > 7 > c{one}") for one in range(5_000)]
    assert check(a_document(*rules), products) == ()


def test_overlaps_are_looked_for_up_to_an_effort(monkeypatch: pytest.MonkeyPatch) -> None:
    rules = [a_rule(name=str(place), when=where("stock", lte=Decimal(10 + place))) for place in range(3)]
    products = [some_facts("50", stock=9)]
    assert [one.code for one in check(a_document(*rules), products)] == ["OVERLAP", "OVERLAP"]
    monkeypatch.setattr(checking_products, "MOST_WORK", 9)
    assert [one.code for one in check(a_document(*rules), products)] == ["OVERLAP"]


def test_of_unknown_competitors_a_thousand_are_named() -> None:
    names = tuple(f"c1{number}" for number in range(1_000))
    rules = [a_rule(name=str(place), competitors=Competitors(only=names)) for place in range(30)]
    found = [one for one in check(a_document(*rules), []) if one.code == "UNKNOWN_COMPETITOR"]
    assert (len(found), "did you mean" in found[0].message) == (1_000, True)


def test_a_message_is_no_longer_than_people_read() -> None:
    line = Line(reference="competitor", competitors=tuple(f"{number:0500}" for number in range(9)))
    rule = a_rule(follow=(line,), competitors=Competitors(only=("c1",)))
    found = findings(compile_policy(a_document(rule)), [], {*line.competitors, "c1"}, NOW)
    assert [(one.code, len(one.message)) for one in found] == [("NOBODY_TO_FOLLOW", 2_000)]


def test_products_of_another_shop_are_none_of_its_business() -> None:
    assert check(a_document(), [some_facts("5", shop_id="other", currency="USD")]) == ()
