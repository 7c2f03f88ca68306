"""What a scanner tells of strangers' pages becomes observations, whatever it says."""

from decimal import Decimal
from typing import Any

import pytest

from pricing.adapters.messages import observation_of
from pricing.domain.market import Observation
from shared.contracts.pricing import PagesRead
from tests.builders.events import body_of, sample

READ = body_of(sample("sqs_pages_read"))


def observed(**changes: Any) -> Observation:
    reading = READ["readings"][0] | changes
    message = PagesRead.model_validate(READ | {"readings": [reading]})
    return observation_of(message, message.readings[0])


@pytest.mark.parametrize("price", ["1" + "0" * 30, "1e30", "NaN", "Infinity", "twelve", ""])
def test_a_price_that_no_shop_can_charge_is_a_named_failure(price: str) -> None:
    seen = observed(item_price=price)

    assert (seen.outcome, seen.item_price) == ("no_price", None)
    assert "not a price" in seen.detail


def test_what_cannot_be_an_amount_beside_a_price_is_left_out() -> None:
    votes = [{"reader": "plain", "item_price": "9" * 40}, {"reader": "rdfa", "item_price": "1.1234567"}]

    seen = observed(item_price="50", list_price="1e40", shipping="x", votes=votes)

    assert (seen.outcome, seen.item_price, seen.list_price, seen.shipping) == ("read", Decimal(50), None, None)
    assert [(one.reader, one.item_price) for one in seen.votes] == [("rdfa", Decimal("1.123457"))]


def test_the_version_that_a_server_was_asked_about_is_told() -> None:
    seen = observed(outcome="unchanged", item_price=None, asked_etag="a", asked_last_modified="then")

    assert (seen.asked_etag, seen.asked_last_modified) == ("a", "then")
