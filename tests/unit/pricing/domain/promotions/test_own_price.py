"""Prior prices: to the cent, against a plain oracle, across changes of the clocks and gaps of the history."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricing.domain.promotions.own_price import OwnPrice, Window, last_before, lowest_in, own_price_of, window_before
from tests.builders.pricing import some_facts

BEGINS = datetime(2026, 11, 23, 9, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
UTC_ZONE = ZoneInfo("UTC")


def a_price(amount: str | None, valid_from: datetime, number: int | None = 1, **changes: Any) -> OwnPrice:
    fields: dict[str, Any] = {
        "organisation_id": "org",
        "product_id": "prd",
        "amount": None if amount is None else Decimal(amount),
        "currency": "EUR",
        "valid_from": valid_from,
        "number": number,
        "revision": number or 1,
    }
    return OwnPrice(**(fields | changes))


def prices(*told: tuple[str | None, float]) -> list[OwnPrice]:
    """Prices, each since so many days before the promotion."""
    return [a_price(one, BEGINS + days * DAY, place) for place, (one, days) in enumerate(told, 1)]


WINDOW = window_before(BEGINS, 30, UTC_ZONE)


def prior(history: Sequence[OwnPrice], window: Window = WINDOW) -> Decimal | None:
    return lowest_in(history, window, "EUR").amount


def test_the_case_of_the_journey_to_the_cent() -> None:
    assert prior(prices(("80.00", -40), ("100.00", -20))) == Decimal("80.00")
    assert prior(prices(("100.00", -90))) == Decimal("100.00")
    assert prior(prices(("80.00", -40), ("100.00", -31))) == Decimal("100.00")


def test_what_the_promotion_asks_and_what_ended_as_the_time_began_do_not_count() -> None:
    assert prior(prices(("100.00", -40), ("90.00", 0))) == Decimal("100.00")
    # What was told of it, or missed, after the promotion began says nothing of the time before.
    assert prior([a_price("100.00", BEGINS - 40 * DAY, 1), a_price("90.00", BEGINS, 7)]) == Decimal("100.00")
    ended = [a_price("50.00", WINDOW.start - DAY, 1), a_price("100.00", WINDOW.start, 2)]
    assert prior(ended) == Decimal("100.00")
    later = [a_price("50.00", WINDOW.start - DAY, 1), a_price("100.00", WINDOW.start + timedelta(milliseconds=1), 2)]
    assert prior(later) == Decimal("50.00")


def test_a_price_that_stood_for_no_time_was_never_asked() -> None:
    at = BEGINS - DAY
    assert prior([a_price("100", at - 40 * DAY, 1), a_price("10", at, 2), a_price("99", at, 3)]) == Decimal(99)


@pytest.mark.parametrize(
    ("history", "said"),
    [
        ([], "no price is known"),
        (prices(("100", -29)), "no price is known"),
        ([a_price("100", BEGINS - 40 * DAY, 1), a_price("90", BEGINS - DAY, 3)], "was not told"),
        ([a_price("100", BEGINS - 40 * DAY, None), a_price("90", BEGINS - DAY, 3)], "does not say"),
        (prices(("100", -40), (None, -20), ("100", -10)), "had no price"),
        ([a_price("100", BEGINS - 40 * DAY, 1, currency="USD")], "is in USD"),
    ],
)
def test_a_history_with_a_gap_has_no_prior_price(history: list[OwnPrice], said: str) -> None:
    found = lowest_in(history, WINDOW, "EUR")

    assert found.amount is None
    assert said in found.why_none


def test_one_price_for_all_of_the_time_needs_no_number() -> None:
    assert prior([a_price("100", BEGINS - 40 * DAY, None)]) == Decimal(100)


def test_the_last_price_is_the_one_right_before() -> None:
    history = prices(("80", -40), ("100", -20), ("90", 0))

    assert last_before(history, BEGINS, "EUR").amount == Decimal(100)
    assert last_before(history, BEGINS - 50 * DAY, "EUR").amount is None
    assert last_before(prices((None, -3)), BEGINS, "EUR").amount is None
    assert "is in EUR" in last_before(history, BEGINS, "USD").why_none


@pytest.mark.parametrize(
    ("zone", "begins", "start", "hours"),
    [
        # Clocks went back on 25 October 2026 and forward on 29 March 2026.
        ("Europe/Riga", datetime(2026, 11, 10, 9, tzinfo=UTC), datetime(2026, 10, 10, 21, tzinfo=UTC), 732),
        ("Europe/Riga", datetime(2026, 4, 20, 9, tzinfo=UTC), datetime(2026, 3, 20, 22, tzinfo=UTC), 731),
        ("UTC", datetime(2026, 11, 10, 9, tzinfo=UTC), datetime(2026, 10, 11, tzinfo=UTC), 729),
        # It is the next day there already.
        ("Pacific/Auckland", datetime(2026, 11, 10, 12, tzinfo=UTC), datetime(2026, 10, 11, 11, tzinfo=UTC), 721),
    ],
)
def test_the_time_begins_with_a_day_of_the_shop(zone: str, begins: datetime, start: datetime, hours: int) -> None:
    window = window_before(begins, 30, ZoneInfo(zone))

    assert (window.start, window.end) == (start, begins)
    assert (window.end - window.start) // HOUR == hours


@given(
    st.sampled_from(["Europe/Riga", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "America/Havana"]),
    st.datetimes(datetime(2025, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC)),
)
def test_the_time_is_thirty_days_of_the_calendar_whatever_the_clocks_do(zone: str, begins: datetime) -> None:
    there = ZoneInfo(zone)
    window = window_before(begins, 30, there)

    first = window.start.astimezone(there)
    assert first.date() == begins.astimezone(there).date() - 30 * DAY
    # The minute before belongs to the day before.
    assert (window.start - timedelta(minutes=1)).astimezone(there).date() < first.date()
    assert window.end - window.start >= 30 * DAY - timedelta(hours=1)


def at_every_step(history: Sequence[OwnPrice], window: Window, step: timedelta) -> Decimal | None:
    """The oracle: ask every step of the time what the price was."""
    lowest: Decimal | None = None
    moment = window.start
    while moment < window.end:
        standing = [one for one in history if one.valid_from <= moment]
        if not standing or standing[-1].amount is None:
            return None
        lowest = standing[-1].amount if lowest is None else min(lowest, standing[-1].amount)
        moment += step
    return lowest


amounts = st.one_of(st.decimals("0.01", "999.99", places=2), st.decimals("0.01", "999.99", places=2), st.none())


@given(
    st.lists(st.tuples(st.integers(0, 1_200), amounts), max_size=12, unique_by=lambda one: one[0]),
    st.integers(0, 40 * 24),
)
def test_it_is_what_every_hour_of_the_time_says(told: list[tuple[int, Decimal | None]], ago: int) -> None:
    begins = datetime(2026, 11, 23, tzinfo=UTC)
    window = Window(begins - 30 * DAY, begins)
    history = [
        a_price(None if amount is None else str(amount), begins - 50 * DAY + hours * HOUR, place)
        for place, (hours, amount) in enumerate(sorted(told, key=lambda one: one[0]), 1)
    ]

    assert prior(history, window) == at_every_step(history, window, HOUR)
    # Later prices say nothing of earlier times.
    cut = Window(window.start, window.end - min(ago, 700) * HOUR)
    assert prior(history, cut) == at_every_step(history, cut, HOUR)


@given(st.permutations(prices(("100", -60), ("80", -25), ("120", -20), ("90", -3))))
def test_the_order_in_which_prices_are_told_does_not_matter(history: list[OwnPrice]) -> None:
    assert prior(history) == Decimal(80)


def test_what_the_catalogue_tells_becomes_a_price() -> None:
    facts = some_facts("9.99", price_since=BEGINS, price_number=3, price_source="import", revision=7)

    assert own_price_of(facts) == a_price("9.99", BEGINS, 3, revision=7, source="import")
    assert own_price_of(some_facts("9.99")) is None


def test_days_are_those_of_the_calendar() -> None:
    assert window_before(BEGINS, 30, UTC_ZONE).start.date() == date(2026, 10, 24)
