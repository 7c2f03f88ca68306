"""What our price was at a moment: known only where somebody said it."""

from decimal import Decimal

from pricing.domain.own_price import price_at
from pricing.usecases.moves import OwnMove
from tests.builders.market import HOUR
from tests.builders.pricing import MONDAY, some_facts


def test_what_our_price_was_is_only_said_where_it_is_known() -> None:
    facts = some_facts("12", price_since=MONDAY - 2 * HOUR)
    moves = [
        OwnMove("prd", MONDAY - 50 * HOUR, Decimal(9), Decimal(10), ""),
        OwnMove("prd", MONDAY - 2 * HOUR, Decimal(10), Decimal(12), ""),
    ]

    prices = [price_at(facts, moves, MONDAY - hours * HOUR) for hours in (0, 2, 3, 50, 51)]

    assert prices == [Decimal(12), Decimal(12), Decimal(10), Decimal(10), Decimal(9)]
    assert price_at(facts, [], MONDAY - 3 * HOUR) is None
    assert price_at(some_facts("12"), [], MONDAY - 900 * HOUR) == 12
