"""The way to the function that meets connected shops: so many prices in a question, none after a shop that stops."""

import asyncio
import json
from decimal import Decimal
from typing import Any

import pytest

from pricing.adapters import lambda_connected_shops
from pricing.adapters.lambda_connected_shops import WRITTEN_AT_ONCE, LambdaConnectedShops
from pricing.domain.shop_connection import ShopConnection
from pricing.usecases.shop_sites import Asked, PriceAsked

CONNECTION = ShopConnection(kind="WOOCOMMERCE", url="https://shop.example", sealed="c2VhbGVk")
PRICES = [
    PriceAsked(product_id=f"p{one}", sku=f"s{one}", price=Decimal("1E+1"), expected=None if one else Decimal("9.90"))
    for one in range(WRITTEN_AT_ONCE * 2 + 1)
]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What the function is asked; it stops when it is to write for the first product."""
    questions: list[dict[str, Any]] = []

    async def invoke(function: str, payload: str) -> str:
        assert function == "pricing-write-shop"
        question = json.loads(payload)
        questions.append(question)
        if question["action"] == "read":
            shown = {"product_id": "p0", "found": "one", "price": "9.90", "on_sale": True}
            return json.dumps({"prices": [shown, {"product_id": "p1", "found": "none"}], "currency": "EUR"})
        stops = question["organisation_id"] == "stops"
        outcome = "untried" if stops else "written"
        results = [{"product_id": one["product_id"], "outcome": outcome} for one in question["prices"]]
        return json.dumps({"results": results, "stop": "the shop refuses the key: 401" if stops else ""})

    monkeypatch.setattr(lambda_connected_shops, "invoke", invoke)
    return questions


def test_prices_are_written_some_at_a_time_in_plain_digits(asked: list[dict[str, Any]]) -> None:
    wrote = asyncio.run(LambdaConnectedShops("pricing-write-shop").write("org", CONNECTION, "EUR", PRICES))

    assert [len(one["prices"]) for one in asked] == [WRITTEN_AT_ONCE, WRITTEN_AT_ONCE, 1]
    assert [line.product_id for line in wrote.lines] == [one.product_id for one in PRICES]
    assert ({line.outcome for line in wrote.lines}, wrote.stop) == ({"written"}, "")
    assert asked[0]["prices"][0] == {"product_id": "p0", "sku": "s0", "price": "10", "expected": "9.90"}
    assert asked[0]["shop"] == {"kind": "WOOCOMMERCE", "url": "https://shop.example", "sealed": "c2VhbGVk"}


def test_a_shop_that_stops_is_not_asked_again_and_every_price_has_a_line(asked: list[dict[str, Any]]) -> None:
    wrote = asyncio.run(LambdaConnectedShops("pricing-write-shop").write("stops", CONNECTION, "EUR", PRICES))

    assert (len(asked), "401" in wrote.stop) == (1, True)
    assert [line.outcome for line in wrote.lines] == ["untried"] * len(PRICES)


def test_what_the_shop_shows_is_read_as_it_is_told(asked: list[dict[str, Any]]) -> None:
    two = [Asked(product_id="p0", sku="s0"), Asked(product_id="p1", sku="s1")]

    read = asyncio.run(LambdaConnectedShops("pricing-write-shop").read("org", CONNECTION, two, with_currency=True))

    assert [(one.found, one.price, one.on_sale) for one in read.looks] == [
        ("one", Decimal("9.90"), True),
        ("none", None, False),
    ]
    assert (read.currency, read.unread, asked[0]["with_currency"]) == ("EUR", "", True)
