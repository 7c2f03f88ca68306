"""Saved filters: which products they mean."""

from decimal import Decimal
from typing import Any

import pytest

from pricing.domain.errors import InvalidFilter
from pricing.domain.product_filter import Criteria, within
from tests.builders.pricing import some_facts

LAMP = some_facts("20", brand="Lumo", category="Home > Lighting", tags=("kvi", "led"), sku="L1")


@pytest.mark.parametrize(
    ("criteria", "admitted"),
    [
        ({}, True),
        ({"brands": ("Lumo", "Other")}, True),
        ({"brands": ("Other",)}, False),
        ({"categories": ("Home",)}, True),
        ({"categories": ("Hom",)}, False),
        ({"tags": ("led",)}, True),
        ({"tags": ("new",)}, False),
        ({"skus": ("L1",), "brands": ("Lumo",)}, True),
        ({"price_from": Decimal(20), "price_to": Decimal(20)}, True),
        ({"price_from": Decimal("20.01")}, False),
        ({"shop_id": "elsewhere"}, False),
        ({"brands": ("Lumo",), "exclude": True}, False),
        ({"brands": ("Other",), "exclude": True}, True),
        ({"brands": ("Other",), "exclude": True, "shop_id": "elsewhere"}, False),
    ],
)
def test_all_that_is_given_holds_together(criteria: dict[str, Any], *, admitted: bool) -> None:
    assert Criteria(**criteria).admits(LAMP) is admitted


def test_a_product_without_a_price_is_in_no_price_band() -> None:
    assert not Criteria(price_from=Decimal(1)).admits(some_facts(None))
    assert not Criteria(price_to=Decimal(1)).admits(some_facts(None))


def test_a_category_stands_for_itself_and_what_is_below() -> None:
    assert within("Home > Lighting", "Home > Lighting")
    assert within("Home > Lighting > Lamps", "Home")
    assert not within("Homeware", "Home")
    assert not within(None, "Home")


@pytest.mark.parametrize("wrong", [{"price_from": Decimal(2), "price_to": Decimal(1)}, {"exclude": True}])
def test_a_filter_that_means_nothing_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidFilter):
        Criteria(**wrong)
