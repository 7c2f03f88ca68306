"""Captured prices made comparable: correction, tax, currency, pack, shipping."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricing.domain.competitor_rules import Correction, Corrections, TaxRule
from pricing.domain.errors import InvalidCompetitor
from pricing.domain.market import Normalised
from pricing.domain.normalise import NotComparable, comparable, normalised
from pricing.domain.rates import Rates, RateTable
from shared.kernel.money import MINOR_UNITS
from tests.builders.pricing import a_competitor, an_observation, an_offer, some_facts

NOON = datetime(2026, 11, 18, 12, tzinfo=UTC)
EVENING = datetime(2026, 11, 18, 18, tzinfo=UTC)


def table(day: int, published: datetime | None = None, **quotes: str) -> RateTable:
    """A day of November."""
    return RateTable(
        day=date(2026, 11, day),
        quotes={code: Decimal(quote) for code, quote in quotes.items()},
        published_at=published or datetime(2026, 11, day, 16, tzinfo=UTC),
        source="test",
    )


RATES = Rates((table(17, USD="1.10", GBP="0.85"), table(18, USD="1.25", GBP="0.80", JPY="160", KWD="0.35")))


def made(price: str = "100", **given_: Any) -> Normalised | None:
    """The price of a rival in the shop's money."""
    facts = some_facts(None, **given_.pop("facts", {}))
    competitor = a_competitor(**given_.pop("competitor", {}))
    offer = replace(an_offer("1"), pack_quantity=given_.pop("offer_pack", None))
    seen = an_observation(price, **({"captured_at": EVENING} | given_))
    return normalised(seen, offer, competitor, facts, RATES)


def amounts(found: Normalised | None) -> tuple[str, str]:
    assert found is not None
    return str(found.item_price), str(found.landed_price)


def test_nothing_to_do_leaves_the_captured_amounts() -> None:
    found = made("94.90", shipping=Decimal("5.00"))

    assert amounts(found) == ("94.90", "99.90")
    assert found == Normalised(item_price=Decimal("94.90"), landed_price=Decimal("99.90"), currency="EUR")


@pytest.mark.parametrize(
    ("rule", "result"),
    [("add", "110.00"), ("subtract", "90.00"), ("multiply", "1000.00"), ("divide", "10.00")],
)
def test_a_correction_is_one_arithmetic_rule(rule: Any, result: str) -> None:
    corrections = Corrections(item_price=Correction(operation=rule, operand=Decimal(10)))

    found = made("100", competitor={"corrections": corrections})

    assert amounts(found)[0] == result
    assert found is not None
    assert found.correction.startswith("item_price ")


def test_shipping_is_corrected_where_the_page_states_it() -> None:
    corrections = Corrections(shipping=Correction(operation="add", operand=Decimal("2.50")))

    assert amounts(made("100", competitor={"corrections": corrections}, shipping=Decimal(5))) == ("100.00", "107.50")
    assert amounts(made("100", competitor={"corrections": corrections})) == ("100.00", "100.00")


@pytest.mark.parametrize(
    ("theirs", "ours", "result", "words"),
    [
        ("including", "excluding", "100.00", "without 19 %"),
        ("excluding", "including", "141.61", "with 19 %"),
        ("including", "including", "119.00", ""),
        ("excluding", "excluding", "119.00", ""),
        ("including", None, "119.00", ""),
    ],
)
def test_tax_is_brought_to_the_shops_basis(theirs: Any, ours: Any, result: str, words: str) -> None:
    rule = TaxRule(basis=theirs, rate_percent=Decimal(19))

    found = made("119.00", competitor={"tax": rule}, facts={"tax_basis": ours})

    assert amounts(found)[0] == result
    assert found is not None
    assert found.tax == words


@pytest.mark.parametrize(
    ("source", "target", "price", "result"),
    [
        ("USD", "EUR", "125", "100.00"),
        ("EUR", "USD", "100", "125.00"),
        ("USD", "GBP", "100", "64.00"),
        ("JPY", "EUR", "1000", "6.25"),
        ("EUR", "JPY", "0.999", "159.84"),
        ("EUR", "KWD", "10.01", "3.5035"),
        ("USD", "EUR", "99.99", "79.992"),
        ("GBP", "USD", "0.01", "0.0156"),
    ],
)
def test_a_currency_is_converted_by_the_rate_of_its_day(source: str, target: str, price: str, result: str) -> None:
    found = made(price, currency=source, facts={"currency": target})

    assert found is not None
    assert found.item_price == Decimal(result)
    assert (found.currency, found.rate_date) == (target, date(2026, 11, 18))
    quotes = {"EUR": Decimal(1), **RATES.tables[1].quotes}
    assert (found.quote_from, found.quote_to) == (quotes[source], quotes[target])


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (NOON, 17),
        (datetime(2026, 11, 18, 14, 59, tzinfo=UTC), 17),
        (datetime(2026, 11, 18, 15, 0, tzinfo=UTC), 18),
        (EVENING, 18),
        (datetime(2026, 11, 19, 1, 0, tzinfo=timezone(timedelta(hours=10))), 18),
        (datetime(2026, 11, 19, 0, 0, tzinfo=timezone(timedelta(hours=10))), 17),
        (datetime(2026, 11, 25, 23, 59, tzinfo=UTC), 18),
        (datetime(2026, 11, 26, 0, 0, tzinfo=UTC), None),
        (datetime(2026, 11, 17, 14, 0, tzinfo=UTC), None),
    ],
)
def test_the_rate_is_the_last_published_before_the_look_and_a_week_old_at_most(
    moment: datetime, day: int | None
) -> None:
    found = made("100", currency="USD", captured_at=moment)

    assert (found and found.rate_date) == (None if day is None else date(2026, 11, day))


def test_a_corrected_table_counts_by_its_later_publication_in_any_order() -> None:
    wrong, right = table(18, USD="2.50"), table(18, published=datetime(2026, 11, 19, tzinfo=UTC), USD="1.25")

    for tables in ((wrong, right), (right, wrong)):
        found = Rates(tables).conversion("USD", "EUR", EVENING)
        assert found is not None
        assert found.quote_from == Decimal("1.25")


@pytest.mark.parametrize(("source", "target"), [("USD", "SEK"), ("SEK", "EUR"), ("ZZZ", "EUR"), (None, "EUR")])
def test_without_a_rate_there_is_no_comparable_price(source: str | None, target: str) -> None:
    facts = some_facts(None, currency=target)
    seen = an_observation("100", currency=source, captured_at=EVENING)

    assert normalised(seen, an_offer("1"), None, facts, RATES) is None
    assert comparable(seen, facts) is None


@pytest.mark.parametrize(
    ("page", "offer", "ours", "result", "words"),
    [
        (None, None, None, "100.00", ""),
        (10, None, None, "100.00", ""),
        (None, None, 3, "100.00", ""),
        (10, None, 3, "30.00", "10/3"),
        (10, 12, 3, "25.00", "12/3"),
        (None, 10, None, "10.00", "10/1"),
        (3, None, 3, "100.00", ""),
    ],
)
def test_packs_are_compared_per_unit(
    page: int | None, offer: int | None, ours: int | None, result: str, words: str
) -> None:
    found = made("100", pack=page, offer_pack=offer, facts={"pack_quantity": ours})

    assert amounts(found)[0] == result
    assert found is not None
    assert found.pack == words


def test_everything_together_is_rounded_once() -> None:
    found = made(
        "100",
        currency="USD",
        shipping=Decimal(7),
        pack=3,
        competitor={
            "tax": TaxRule(basis="including", rate_percent=Decimal(19)),
            "corrections": Corrections(item_price=Correction(operation="divide", operand=Decimal(7))),
        },
        facts={"tax_basis": "excluding", "pack_quantity": 2},
    )

    exact = (Fraction(100, 7) + 7) / Fraction(119, 100) * Fraction(100, 125) * Fraction(2, 3)
    assert found is not None
    assert found.landed_price == Decimal(round(exact * 10**4)).scaleb(-4)


@pytest.mark.parametrize("operand", [Decimal(10) ** 11, Decimal(10) ** 30])
def test_what_no_shop_can_charge_is_not_compared(operand: Decimal) -> None:
    corrections = Corrections(item_price=Correction(operation="multiply", operand=operand))

    with pytest.raises(NotComparable):
        made("999999999999.999999", competitor={"corrections": corrections})


def test_the_largest_price_is_compared_to_its_last_digit() -> None:
    assert amounts(made("999999999999.999999", currency="KWD", facts={"currency": "KWD"}))[0] == "1000000000000.000"


def test_the_digits_that_others_reckon_with_change_nothing() -> None:
    exact = made("123456.789", currency="USD")

    with localcontext(prec=4):
        assert made("123456.789", currency="USD") == exact


def test_no_number_is_not_compared() -> None:
    assert made("NaN") is None


def test_what_is_comparable_is_the_normalised_price_in_the_shops_currency_or_the_captured_one() -> None:
    seen = an_observation("94.90", shipping=Decimal(5))
    other = replace(seen, normalised=Normalised(item_price=Decimal(1), landed_price=Decimal(2), currency="EUR"))

    assert comparable(seen, some_facts()) == (Decimal("94.90"), Decimal("99.90"))
    assert comparable(other, some_facts()) == (Decimal(1), Decimal(2))
    assert comparable(other, some_facts(currency="USD")) is None


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: Correction(operation="divide", operand=Decimal(0)),
        lambda: TaxRule(basis="including", rate_percent=Decimal(100)),
        lambda: TaxRule(basis="including", rate_percent=Decimal(-1)),
    ],
)
def test_settings_that_make_no_sense_are_refused(wrong: Any) -> None:
    with pytest.raises(InvalidCompetitor):
        wrong()


@given(
    price=st.decimals("0.01", "99999.99", places=2),
    source=st.sampled_from(["EUR", "USD", "GBP", "JPY", "KWD"]),
    target=st.sampled_from(["EUR", "USD", "GBP", "JPY", "KWD"]),
    minutes=st.integers(0, 60 * 24 * 5),
)
def test_a_conversion_is_exact_to_its_last_digit_and_replays(
    price: Decimal, source: str, target: str, minutes: int
) -> None:
    moment = EVENING + timedelta(minutes=minutes)
    found = made(str(price), currency=source, captured_at=moment, facts={"currency": target})

    assert found is not None
    exact = Fraction(price)
    if found.quote_from is not None and found.quote_to is not None:
        exact *= Fraction(found.quote_to) / Fraction(found.quote_from)
    last = Fraction(1, 10 ** (MINOR_UNITS[target] + 2))
    assert abs(Fraction(found.item_price) - exact) <= last / 2
    assert made(str(price), currency=source, captured_at=moment, facts={"currency": target}) == found
