"""F1 to F10, as far as one decision goes: a row of each behaviour table, through the kernel and the law."""

from typing import Any

import pytest

from pricing.domain.plan import Compliance, RoutingPlan
from tests.builders.kernel import a_rule, decided, euros, goods, line, reference, seen

EASY = RoutingPlan(auto_within_ppm=1_000_000, manager_above_ppm=1_000_000, quarantine_above_ppm=1_000_000)


@pytest.mark.parametrize(("minimum", "route"), [("10.00", "AUTO"), (None, "REVIEW")])
def test_f1_without_a_minimum_nothing_is_automatic(minimum: str | None, route: str) -> None:
    verdict = decided(goods("21.00", seen("20.00"), min=minimum), a_rule(routing=EASY))

    assert (euros(verdict), verdict.route, verdict.no_minimum) == ("20.00", route, minimum is None)


@pytest.mark.parametrize(
    ("product", "rule", "price", "binding"),
    [
        ({"cost": "100.00"}, {"min_margin_ppm": 200_000}, "125.00", "MIN_MARGIN"),
        ({"min": "130.00"}, {}, "130.00", "MIN_PRICE"),
        ({}, {"min_price": 131_00}, "131.00", "POLICY_MIN"),
        ({"map": "132.00"}, {}, "132.00", "MAP"),
        ({}, {"max_down_ppm": 50_000}, "142.50", "LARGEST_CUT"),
        ({}, {"max_down": 5_00}, "145.00", "LARGEST_CUT"),
        ({"min": "130.00", "cost": "100.00"}, {"min_margin_ppm": 200_000, "min_price": 140_00}, "140.00", "POLICY_MIN"),
    ],
)
def test_f2_f3_f6_the_highest_lower_bound_applies(product: Any, rule: Any, price: str, binding: str) -> None:
    verdict = decided(goods("150.00", seen("100.00"), **product), a_rule(routing=EASY, **rule))

    assert (euros(verdict), verdict.binding, verdict.lower_by) == (price, binding, binding)


@pytest.mark.parametrize(
    ("product", "rule", "price", "binding"),
    [
        ({"max": "120.00"}, {}, "120.00", "MAX_PRICE"),
        ({}, {"max_price": 119_00}, "119.00", "POLICY_MAX"),
        ({"msrp": "118.00"}, {}, "118.00", "MSRP"),
        ({}, {"max_up_ppm": 50_000}, "105.00", "LARGEST_RISE"),
        ({}, {"max_up": 4_00}, "104.00", "LARGEST_RISE"),
        ({"max": "120.00", "msrp": "118.00"}, {"max_price": 130_00}, "118.00", "MSRP"),
    ],
)
def test_f3_f6_the_lowest_upper_bound_applies(product: Any, rule: Any, price: str, binding: str) -> None:
    verdict = decided(goods("100.00", seen("150.00"), **product), a_rule(routing=EASY, **rule))

    assert (euros(verdict), verdict.binding, verdict.upper_by) == (price, binding, binding)


@pytest.mark.parametrize(
    ("product", "rule", "names"),
    [
        ({"min": "130.00", "max": "129.00"}, {}, ("MIN_PRICE", "MAX_PRICE")),
        ({"map": "130.00", "msrp": "120.00"}, {}, ("MAP", "MSRP")),
        ({"cost": "110.00"}, {"min_margin_ppm": 200_000, "max_up_ppm": 10_000}, ("MIN_MARGIN", "LARGEST_RISE")),
    ],
)
def test_f4_contradictory_bounds_fail_closed_and_name_both(product: Any, rule: Any, names: tuple[str, str]) -> None:
    verdict = decided(goods("100.00", seen("99.00"), **product), a_rule(**rule))

    assert (euros(verdict), verdict.reason, verdict.route) == ("100.00", "BOUNDS_CONFLICT", "NONE")
    assert (verdict.lower_by, verdict.upper_by) == names


@pytest.mark.parametrize(
    ("offer", "rule", "price", "reason"),
    [
        ("0.01", line("lowest", "below", money=1), "0.02", "BOUNDS_CONFLICT"),
        ("0.02", line("lowest", "below", money=1), "0.01", "BEAT_LOWEST"),
        ("1000000.00", line(), "1000000.00", "MATCH_LOWEST"),
        ("1000000.01", line(), "0.02", "BOUNDS_CONFLICT"),
        ("0", line(), "0.02", "NO_COMPETITION"),
    ],
)
def test_f5_zero_is_never_a_price_nor_is_more_than_a_million(offer: str, rule: Any, price: str, reason: str) -> None:
    open_gates = RoutingPlan(quarantine_above_ppm=10**14)

    verdict = decided(goods("0.02", seen(offer)), a_rule(rule, routing=open_gates))

    assert (euros(verdict), verdict.reason) == (price, reason)


@pytest.mark.parametrize(
    ("asked", "product", "binding"),
    [
        (Compliance(), {"cost": "20.01"}, "BELOW_COST"),
        (Compliance(below_map=True), {"map": "20.01"}, "BELOW_MAP"),
    ],
)
def test_f10_what_must_not_be_published_is_held(asked: Compliance, product: Any, binding: str) -> None:
    verdict = decided(goods("21.00", seen("20.00"), **product), a_rule(compliance=asked, respect_map=False))

    assert (euros(verdict), verdict.reason, verdict.binding) == ("21.00", "COMPLIANCE_BLOCK", binding)


@pytest.mark.parametrize(
    ("offer", "reason", "route"),
    [
        ("100.00", "MATCH_LOWEST", "NONE"),
        ("99.51", "BELOW_MIN_MOVE", "NONE"),
        ("99.50", "MATCH_LOWEST", "AUTO"),
        ("98.00", "MATCH_LOWEST", "AUTO"),
        ("97.99", "MATCH_LOWEST", "REVIEW"),
        ("75.00", "MATCH_LOWEST", "REVIEW"),
        ("74.99", "MATCH_LOWEST", "MANAGER"),
        ("60.00", "MATCH_LOWEST", "MANAGER"),
        ("59.99", "QUARANTINED", "QUARANTINE"),
    ],
)
def test_a_move_goes_to_whom_its_size_says(offer: str, reason: str, route: str) -> None:
    verdict = decided(
        goods("100.00", seen(offer), min="1.00"),
        a_rule(smallest_move=50, routing=RoutingPlan(auto_within_ppm=20_000)),
    )

    assert (verdict.reason, verdict.route) == (reason, route)


@pytest.mark.parametrize(
    ("price", "base", "offer", "reason", "route"),
    [
        ("102.00", "100.00", "100.00", "MATCH_LOWEST", "AUTO"),
        ("95.00", "100.00", "100.00", "MATCH_LOWEST", "REVIEW"),
        ("99.00", "95.00", "100.00", "MATCH_LOWEST", "REVIEW"),
        ("79.00", "100.00", "100.00", "MATCH_LOWEST", "MANAGER"),
        ("61.00", "100.00", "100.00", "QUARANTINED", "QUARANTINE"),
        ("100.00", "61.00", "99.00", "QUARANTINED", "QUARANTINE"),
        ("100.00", "61.00", "100.00", "MATCH_LOWEST", "NONE"),
        (None, "100.00", "100.00", "MATCH_LOWEST", "REVIEW"),
    ],
)
def test_a_move_is_as_large_as_its_larger_share_of_the_present_price_or_of_the_days_first(
    price: str | None, base: str, offer: str, reason: str, route: str
) -> None:
    verdict = decided(
        goods(price, seen(offer), min="1.00", base=base), a_rule(routing=RoutingPlan(auto_within_ppm=20_000))
    )

    assert (verdict.reason, verdict.route) == (reason, route)


def test_a_first_price_is_reviewed() -> None:
    verdict = decided(goods(None, seen("20.00"), min="1.00"), a_rule(routing=EASY))

    assert (euros(verdict), verdict.route) == ("20.00", "REVIEW")


@pytest.mark.parametrize(("digits", "price"), [(0, "1000000000000"), (2, "999999999999.99"), (3, "999999999999.999")])
def test_a_price_of_a_trillion_is_exact_to_its_last_digit(digits: int, price: str) -> None:
    wide = a_rule(
        line(reference("lowest"), "below", ppm=1), valid_high=10**16, min_margin_ppm=123_457, max_down_ppm=333_333
    )

    decided(goods(price, seen(price), seen(price), cost=price), wide, digits=digits, finer=2)
