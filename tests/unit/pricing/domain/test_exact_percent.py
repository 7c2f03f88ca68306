"""Percentages: exact, rounded once, and none where there is nothing to measure from."""

from decimal import Decimal

import pytest

from pricing.domain.exact_percent import margin_of, percent_of


def amount(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


@pytest.mark.parametrize(
    ("price", "before", "percent"),
    [
        ("90.00", "100.00", "-10.00"),
        ("100.005", "100.00", "0.00"),
        ("100.015", "100.00", "0.02"),
        ("1000000000000.01", "1000000000000.00", "0.00"),
        ("80.00", "0", None),
        ("80.00", "-1", None),
        ("80.00", "NaN", None),
        ("Infinity", "80.00", None),
        (None, "80.00", None),
        ("80.00", None, None),
    ],
)
def test_how_far_a_price_is_from_another(price: str | None, before: str | None, percent: str | None) -> None:
    assert percent_of(amount(price), amount(before)) == amount(percent)


@pytest.mark.parametrize(
    ("price", "cost", "percent"),
    [
        ("125.00", "100.00", "20.00"),
        ("80.00", "100.00", "-25.00"),
        ("3.00", "1.00", "66.67"),
        ("80.00", "0", None),
        ("80.00", "-1", None),
        ("0", "10.00", None),
        ("80.00", "NaN", None),
        ("NaN", "80.00", None),
        ("80.00", None, None),
        (None, "80.00", None),
    ],
)
def test_what_of_a_price_is_no_cost(price: str | None, cost: str | None, percent: str | None) -> None:
    assert margin_of(amount(price), amount(cost)) == amount(percent)
