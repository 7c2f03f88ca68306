"""WooCommerce's words: lists of SKUs that fit their lines, and answers of any shape."""

import json
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricing.adapters.woocommerce_protocol import (
    NotSpokenError,
    code_in,
    currency_in,
    listed_in,
    listing_paths,
    said_in,
    updates_of,
)
from pricing.usecases.shop_sites import Listed

SKUS = st.lists(st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=64), unique=True)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
PRODUCTS = st.fixed_dictionaries(
    {"id": ANYTHING, "sku": ANYTHING, "type": ANYTHING, "parent_id": ANYTHING, "price": ANYTHING, "on_sale": ANYTHING}
)


@given(SKUS)
def test_each_sku_is_asked_for_once_in_lines_that_servers_take(skus: list[str]) -> None:
    asked = [parse_qs(urlsplit(path).query)["sku"][0] for path in listing_paths(skus) if "sku=" in path]

    plain = [one for line in asked if line not in skus or "," not in line for one in line.split(",")]
    assert sorted(plain + [line for line in asked if "," in line and line in skus]) == sorted(skus)
    assert all(len(path) < 4096 for path in listing_paths(skus))


def test_without_a_sku_one_product_shows_whether_somebody_lets_us_in() -> None:
    (path,) = listing_paths([])

    assert "per_page=1&" in path


@given(st.lists(PRODUCTS, max_size=4) | ANYTHING)
def test_whatever_a_shop_lists_is_products_or_not_spoken(document: Any) -> None:
    body = json.dumps(document).encode()
    try:
        found = listed_in(body)
    except NotSpokenError:
        found = []

    assert all(one.item_id > 0 and (one.price is None or one.price.is_finite()) for one in found)


@given(ANYTHING, st.lists(st.integers(1, 5), unique=True))
def test_whatever_a_shop_says_to_a_write_is_about_what_was_written(document: Any, items: list[int]) -> None:
    body = json.dumps({"update": [document, {"id": 1}, {"id": 2, "error": document}, {"id": True}]}).encode()

    assert set(said_in(body, items)) <= set(items)
    assert code_in(json.dumps(document).encode()) == "" or isinstance(document, dict)
    told = currency_in(json.dumps({"value": document}).encode())
    assert told is None or told == document


@pytest.mark.parametrize("code", ["<script>", "ck_" + "x" * 200, 12, None, "a b"])
def test_only_a_name_is_repeated_of_what_a_stranger_says(code: Any) -> None:
    assert code_in(json.dumps({"code": code}).encode()) == ""


def test_a_write_holds_a_hundred_and_variations_go_beneath_their_parent() -> None:
    simple = [(Listed(sku=f"{one}", item_id=one), Decimal("1.10")) for one in range(1, 151)]
    beneath = [(Listed(sku=f"v{one}", item_id=one, parent_id=7), Decimal("0.05")) for one in range(200, 202)]

    writes = updates_of([*simple, *beneath])

    assert [(path.split("/v3")[1], len(items)) for path, items, _ in writes] == [
        ("/products/batch", 100),
        ("/products/batch", 50),
        ("/products/7/variations/batch", 2),
    ]
    assert json.loads(writes[2][2]) == {
        "update": [{"id": 200, "regular_price": "0.05"}, {"id": 201, "regular_price": "0.05"}]
    }
