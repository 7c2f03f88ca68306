"""Money, GTINs, identifiers and cursors."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.kernel.gtin import InvalidGtin, check_digit, checked_gtin
from shared.kernel.identifiers import derived_id, sortable_id
from shared.kernel.money import MINOR_UNITS, InvalidMoney, Money, parsed_amount
from shared.kernel.paging import InvalidCursor, decoded_cursor, encoded_cursor

currencies = st.sampled_from(sorted(MINOR_UNITS))


@given(minor=st.integers(-(10**12), 10**12), currency=currencies)
def test_minor_units_survive_the_way_there_and_back(minor: int, currency: str) -> None:
    assert Money.of_minor(minor, currency).minor == minor


def test_halves_round_away_from_zero_at_each_currencys_own_digits() -> None:
    assert Money(Decimal("1.005"), "EUR").rounded().amount == Decimal("1.01")
    assert Money(Decimal("-1.005"), "EUR").rounded().amount == Decimal("-1.01")
    assert Money(Decimal("1.5"), "JPY").rounded().amount == Decimal(2)
    assert Money(Decimal("1.0005"), "KWD").rounded().amount == Decimal("1.001")


@pytest.mark.parametrize("text", ["", "abc", "1,5", "NaN", "Infinity", "1e13"])
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(InvalidMoney):
        parsed_amount(text)


def test_a_currency_out_of_use_is_refused() -> None:
    with pytest.raises(InvalidMoney, match="DEM"):
        Money(Decimal(1), "DEM")


@given(body=st.text("0123456789", min_size=12, max_size=12))
def test_a_number_with_its_check_digit_is_a_gtin_and_with_another_is_none(body: str) -> None:
    right = body + check_digit(body)
    wrong = body + str((int(right[-1]) + 1) % 10)

    assert checked_gtin(right) == right.zfill(14)
    with pytest.raises(InvalidGtin, match=f"its check digit is {right[-1]}"):
        checked_gtin(wrong)


def test_a_upc_and_its_ean_are_one_number() -> None:
    assert checked_gtin("036000291452") == checked_gtin("0036000291452")


@given(
    first=st.datetimes(min_value=datetime(2020, 1, 1), max_value=datetime(2100, 1, 1)), bits=st.integers(0, 2**80 - 1)
)
def test_sortable_ids_sort_by_time(first: datetime, bits: int) -> None:
    earlier = first.replace(tzinfo=UTC)
    later = datetime.fromtimestamp(earlier.timestamp() + 1, UTC)

    assert sortable_id("x", earlier, random_bits=bits) < sortable_id("x", later, random_bits=0)


def test_a_fact_has_one_id_and_parts_do_not_run_together() -> None:
    assert derived_id("x", "a", "bc") == derived_id("x", "a", "bc")
    assert derived_id("x", "a", "bc") != derived_id("x", "ab", "c")


@given(key=st.text(min_size=1, max_size=80))
def test_a_cursor_gives_back_its_key(key: str) -> None:
    assert decoded_cursor(encoded_cursor(key)) == key


@pytest.mark.parametrize("cursor", ["%%%", "a", "////"])
def test_a_cursor_that_is_not_ours_is_refused(cursor: str) -> None:
    with pytest.raises(InvalidCursor):
        decoded_cursor(cursor)
