"""The quick reading of a lone price says what the careful one says, or nothing."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricing.domain import price_text
from pricing.domain.price_text import PageLocale, read_price
from pricing.domain.price_text_alone import read_alone

SIGNS = st.sampled_from(
    ["", "$", "€", "£", "kr", "Kr.", "zł", "USD", "usd", "元", "R$", "l", "SOS", "-", "%", "cm", "x"]
)
NUMBERS = st.from_regex(r"[0-9]{0,4}([.,' ][0-9]{1,4}){0,3}", fullmatch=True)
HINTS = st.sampled_from([None, "", "€", "$", "元", "kr", "KWD", "l", "SOS", "3 for", "7 €", "每期$806", "%"])
LOCALES = st.sampled_from([None, PageLocale(country="US"), PageLocale(country="SE"), PageLocale(country="KW")])


@given(before=SIGNS, number=NUMBERS, gap=st.sampled_from(["", " "]), behind=SIGNS, hint=HINTS, locale=LOCALES)
def test_both_ways_of_reading_agree(
    before: str, number: str, gap: str, behind: str, hint: str | None, locale: PageLocale | None
) -> None:
    text = f"{before}{gap}{number}{gap}{behind}"
    quick = read_price(text, hint=hint, locale=locale)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(price_text, "read_alone", lambda *_: None)
        assert read_price(text, hint=hint, locale=locale) == quick


@pytest.mark.parametrize(
    ("text", "amount", "code"),
    [
        ("$12.50", Decimal("12.50"), "USD"),
        ("1 299,50 kr", Decimal("1299.50"), "SEK"),
        ("KWD 1.299", Decimal("1.299"), "KWD"),
        ("2320", Decimal(2320), None),
    ],
)
def test_a_lone_price_is_read_at_once(text: str, amount: Decimal, code: str | None) -> None:
    read = read_alone(text, PageLocale(country="SE" if "kr" in text else "US"))

    assert read is not None
    assert read[:2] == (amount, code)


@pytest.mark.parametrize("text", ["from $12", "12 x $3", "$10 - $20", "0815", "M14876706", "12 cm", "was $5 now $4"])
def test_what_needs_weighing_is_left_to_the_careful_reading(text: str) -> None:
    assert read_alone(text, None) is None
