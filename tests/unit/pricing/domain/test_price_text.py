"""What a price text says, whatever the locale and the shop's habits."""

from decimal import Decimal

import pytest

from pricing.domain.price_text import Kind, PageLocale, read_price


@pytest.mark.parametrize(
    ("text", "amount", "currency"),
    [
        ("1.099,00 €", "1099.00", "EUR"),
        ("1 099,00 €", "1099.00", "EUR"),
        ("1\u202f099,00\u00a0€", "1099.00", "EUR"),
        ("£1,099.00", "1099.00", "GBP"),
        ("CHF 1'049.95", "1049.95", "CHF"),
        ("CHF 1’049,95", "1049.95", "CHF"),
        ("₹1,99,999.00", "199999.00", "INR"),
        ("١٬٢٣٤٫٥٠ ر.س", "1234.50", "SAR"),
        ("۱۲۳٬۰۰۰ ریال", "123000", "IRR"),
        ("￥１２００", "1200", None),
        ("1250€ 60", "1250.60", "EUR"),
        ("35€99", "35.99", "EUR"),
        (".75 €", "0.75", "EUR"),
        ("$ 8. 94", "8.94", None),
        ("1.899,-", "1899", None),
        ("105.– CHF", "105", "CHF"),
        ("€ 610,", "610", "EUR"),
        ("1.800.000₫", "1800000", "VND"),
        ("12.345 KD", "12.345", "KWD"),
        ("0.750 KD", "0.750", "KWD"),
        ("$15.990", "15990", None),
        ("R$ 1.234,56", "1234.56", "BRL"),
        ("US $12.50", "12.50", "USD"),
        ("$1,190.00 AUD", "1190.00", "AUD"),
        ("zł 49", "49", "PLN"),
        ("7 390 руб.", "7390", "RUB"),
        ("3 Stück für nur 14,85 EUR", "14.85", "EUR"),
        ("AED 8000 (USD 2179)", "8000", "AED"),
        ("10% off: $45.00", "45.00", None),
    ],
)
def test_a_price_gives_one_amount_and_its_iso_code(text: str, amount: str, currency: str | None) -> None:
    read = read_price(text)

    assert (read.amount, read.currency) == (Decimal(amount), currency)


@pytest.mark.parametrize("text", ["", "No longer available", "40% OFF", "25-09", "kr", "Save $5", "Shipping $5.99"])
def test_a_text_without_a_price_gives_none(text: str) -> None:
    assert read_price(text).amount is None


@pytest.mark.parametrize(
    ("text", "kind", "amount"),
    [
        ("from $742.50", Kind.FROM, "742.50"),
        ("ab 2,99 €", Kind.FROM, "2.99"),
        ("£10.99 - £20.99", Kind.RANGE, "10.99"),
        ("From 26 to 50 €", Kind.RANGE, "26"),
        ("3 for £2", Kind.MULTIBUY, "2"),
        ("€4.50/kg", Kind.PER_UNIT, "4.50"),
        ("$30.56/Month", Kind.INSTALMENT, "30.56"),
        ("12x de R$ 49,90 sem juros", Kind.INSTALMENT, "49.90"),
        ("Was £20.00", Kind.WAS, "20.00"),
        ("Free!", Kind.FREE, "0"),
        ("gratis", Kind.FREE, "0"),
        ("19,90 €", Kind.EXACT, "19.90"),
    ],
)
def test_a_price_is_recognised_as_what_it_is(text: str, kind: Kind, amount: str) -> None:
    read = read_price(text)

    assert (read.kind, read.amount) == (kind, Decimal(amount))


def test_the_price_asked_now_beats_the_one_asked_before() -> None:
    read = read_price("Statt 99,99 € nur 79,99 €")

    assert (read.amount, read.list_amount) == (Decimal("79.99"), Decimal("99.99"))


def test_an_instalment_is_not_the_price_while_the_price_stands_beside_it() -> None:
    assert read_price("R$ 179,90 ou 10x de R$ 17,99").amount == Decimal("179.90")


def test_a_price_for_a_unit_is_not_the_price_while_the_price_stands_beside_it() -> None:
    assert read_price("599,00 EUR pro Kilogramm 59,90 EUR").amount == Decimal("59.90")


def test_free_delivery_is_not_a_free_article() -> None:
    assert read_price("free shipping").amount is None


def test_a_number_in_a_name_opens_no_range() -> None:
    read = read_price("iPhone 12 - 899 €")

    assert (read.amount, read.highest) == (Decimal(899), None)


@pytest.mark.parametrize(
    ("text", "country", "currency"),
    [("$10", "CL", "CLP"), ("$10", "CA", "CAD"), ("Rs 10", "PK", "PKR"), ("10 kr", "NO", "NOK"), ("¥10", "CN", "CNY")],
)
def test_a_shared_sign_is_decided_by_the_page_s_country(text: str, country: str, currency: str) -> None:
    assert read_price(text, locale=PageLocale(country=country)).currency == currency


def test_a_shared_sign_stays_open_where_nothing_decides_it() -> None:
    read = read_price("$10")

    assert (read.currency, read.symbol) == (None, "$")


def test_a_hint_gives_the_currency_a_bare_number_lacks() -> None:
    assert read_price("17,35", hint="€ 1").currency == "EUR"


def test_a_sign_in_the_text_beats_the_hint() -> None:
    assert read_price("3,20 €", hint="GBP").currency == "EUR"


def test_a_hint_decides_what_a_sign_in_the_text_leaves_open() -> None:
    assert read_price("$ 17.35", hint="CAD").currency == "CAD"


def test_a_hint_that_only_holds_words_gives_no_currency() -> None:
    assert read_price("163.00", hint="There are 163 products for all.").currency is None


@pytest.mark.parametrize("text", ["2 cup", "top 5", "5 km away", "all 12 of them"])
def test_words_that_look_like_codes_are_words(text: str) -> None:
    assert read_price(text).currency is None


def test_a_very_long_text_is_read_in_bounded_time() -> None:
    assert read_price("1 " * 100_000 + "€").symbol in {None, "€"}


def test_letters_that_grow_when_made_small_do_not_move_the_sign() -> None:
    assert read_price("İİİ 10,75 TL").symbol == "TL"


def test_a_monthly_word_makes_an_instalment() -> None:
    assert read_price("10 x 9,99 €").kind is Kind.INSTALMENT


def test_a_quantity_of_one_is_no_bundle() -> None:
    assert read_price("1 for £2").kind is Kind.EXACT
