"""What no price is made with: each a named outcome, for its own product only."""

from decimal import Decimal
from typing import Any

import pytest

from pricing.domain.decision import ReasonCode
from pricing.domain.decisions.deciding import decide
from pricing.domain.decisions.subjects import Standing
from tests.builders.decisions import a_subject, one_decision, some_rules
from tests.builders.pricing import MONDAY, an_offer


def test_another_currency_is_held() -> None:
    made = one_decision(some_rules(), a_subject("9999", an_offer("9000", currency="JPY"), currency="JPY"))
    assert (made.price, made.reason, made.binding) == (Decimal(9999), ReasonCode.BOUNDS_CONFLICT, "currency")


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"cost": "60.12345"}, "cost"),
        ({"cost": "-1"}, "cost"),
        ({"max_price": "NaN"}, "max_price"),
        ({"min_price": "1000000000001"}, "min_price"),
        ({"standing": Standing(base_price=Decimal("Infinity"))}, "base"),
    ],
)
def test_an_amount_that_no_price_is_made_with_holds_its_own_product_only(changes: dict[str, Any], name: str) -> None:
    bad = a_subject("99.99", an_offer("95.00"), **changes)
    good = a_subject("99.99", an_offer("95.00"), product_id="good")
    held, moved = decide(some_rules(), [bad, good], {}, MONDAY)
    assert (held.price, held.reason, held.binding) == (
        Decimal("99.99"),
        ReasonCode.BOUNDS_CONFLICT,
        f"unusable {name}",
    )
    assert "is no amount" in held.steps[0].after
    assert moved.price == Decimal("95.00")


def test_a_present_price_that_is_none_moves_nothing() -> None:
    made = one_decision(some_rules(), a_subject("-5.00", an_offer("95.00")))
    assert (made.price, made.moves, made.change_percent) == (None, False, None)


def test_prices_of_a_trillion_are_held_outside_the_range_of_prices() -> None:
    made = one_decision(some_rules(), a_subject("1000000000000", an_offer("999999999999.99")))
    assert (made.price, made.reason) == (Decimal(1_000_000_000_000), ReasonCode.BOUNDS_CONFLICT)
