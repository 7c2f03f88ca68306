"""The market report: a line for each product, and no cell that a spreadsheet carries out."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricing.domain.report import COLUMNS, FORMULA_MARKS, line, safe
from tests.builders.pricing import MONDAY, an_observation, an_offer, some_facts


def cells(*arguments: object) -> dict[str, str]:
    return dict(zip(COLUMNS, line(*arguments), strict=True))  # type: ignore[arg-type]  # a test's own arguments


def test_a_product_stands_beside_the_cheapest_offer_in_stock() -> None:
    facts = some_facts("92.99", sku="HP-100")
    offers = (an_offer("94.90", competitor_id="c1"), an_offer("99.00", competitor_id="c2"))

    row = cells(facts, offers, None, MONDAY + timedelta(hours=2))

    assert (row["rank"], row["rivals"], row["lowest_price"], row["lowest_competitor"]) == ("1", "2", "94.90", "c1")
    assert row["price_index"] == "97.99"
    assert float(row["lowest_age_hours"]) >= 2


def test_own_offers_and_goods_out_of_stock_stand_in_no_figure() -> None:
    facts = some_facts("92.99", own_seller_ids=("OWN2",))
    own = an_offer("88.00", seller="OWN2")

    assert cells(facts, (own,), None, MONDAY)["lowest_price"] == ""


def test_what_is_not_known_is_empty_and_never_zero() -> None:
    row = cells(some_facts(None), (), None, MONDAY)

    assert {row[name] for name in ("price", "rank", "lowest_price", "price_index", "decided_price")} == {""}


def test_an_offer_whose_newest_look_failed_is_counted_as_failing() -> None:
    failing = an_offer("94.90")
    seen = failing.latest or an_observation("1")
    later = replace(seen, outcome="blocked", captured_at=seen.captured_at + timedelta(minutes=1))

    row = cells(some_facts(), (replace(failing, last_failure=later), an_offer("95")), None, MONDAY)

    assert (row["offers"], row["offers_failing"]) == ("2", "1")


@pytest.mark.parametrize("text", ["=HYPERLINK(1)", "+1", "-1", "@SUM", "\tx", "\rx", "＝1"])
def test_a_cell_never_begins_a_formula(text: str) -> None:
    assert cells(some_facts(name=text), (), None, MONDAY)["name"] == f"'{text}"


@given(st.text())
def test_text_that_is_made_safe_ends_as_it_was(text: str) -> None:
    assert safe(text).endswith(text)
    assert not safe(text).startswith(FORMULA_MARKS)
