"""Whatever amount a shop writes, in whatever notation, is the amount that is read."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricing.domain.price_text import read_price
from pricing.domain.price_text_numbers import machine_value

AMOUNTS = st.decimals(min_value=Decimal("0.01"), max_value=Decimal("9999999.99"), places=2, allow_nan=False)
NOTATIONS = [
    ("{}", ",", ".", " USD"), ("€ {}", ".", ",", ""), ("{} €", ".", ",", ""), ("{} €", "\u202f", ",", ""),
    ("{} zł", "\u00a0", ",", ""), ("CHF {}", "'", ".", ""), ("£{}", ",", ".", ""), ("{} Kč", " ", ",", ""),
    ("R$ {}", ".", ",", ""), ("{} TL", ".", ",", ""),
]  # fmt: skip


def written(amount: Decimal, group: str, mark: str) -> str:
    whole, _, cents = f"{amount:.2f}".partition(".")
    return f"{int(whole):,}".replace(",", group) + mark + cents


@pytest.mark.parametrize(("frame", "group", "mark", "behind"), NOTATIONS)
@given(amount=AMOUNTS)
def test_a_formatted_amount_is_read_back(frame: str, group: str, mark: str, behind: str, amount: Decimal) -> None:
    text = frame.format(written(amount, group, mark)) + behind

    assert read_price(text).amount == amount


@given(amount=st.integers(min_value=1, max_value=99_999_999))
def test_an_amount_without_cents_is_never_read_a_thousand_times_too_small(amount: int) -> None:
    for group in (",", ".", " ", "'"):
        assert read_price(f"{amount:,}".replace(",", group) + " €").amount == amount


@given(amount=st.integers(min_value=1, max_value=9_999_999))
def test_arabic_digits_are_digits(amount: int) -> None:
    arabic = str(amount).translate({ord(str(d)): chr(0x660 + d) for d in range(10)})

    assert read_price(f"{arabic} ر.س").amount == amount


@given(text=st.text(max_size=300))
def test_no_text_breaks_the_parser_or_gives_a_negative_price(text: str) -> None:
    amount = read_price(text, hint=text).amount

    assert amount is None or (amount.is_finite() and amount >= 0)


@given(amount=AMOUNTS)
def test_a_machine_price_is_read_as_written(amount: Decimal) -> None:
    assert machine_value(f"{amount:.2f}", "USD") == amount


def test_three_digits_behind_a_dot_are_thousands_where_there_are_no_cents() -> None:
    assert machine_value("15.990", "CLP") == Decimal(15990)
    assert machine_value("15.990", "KWD") == Decimal("15.990")
