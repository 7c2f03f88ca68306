"""Schedules and sleep go by the wall clock of their time zone."""

from datetime import UTC, date, datetime, time
from decimal import Decimal

import pytest

from pricing.domain.errors import InvalidPolicy
from pricing.domain.policies.compiling import compiled
from pricing.domain.policies.parts import Hours, Schedule, Sleep, Weekday
from pricing.domain.policies.windows import is_asleep, is_open
from tests.builders.policies import a_document, a_rule
from tests.builders.pricing import some_facts

BERLIN = "Europe/Berlin"
NIGHT = Sleep(from_=time(22), to=time(6), time_zone=BERLIN, go_to_max=True)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("moment", "open_"),
    [
        ("2026-11-23T06:59", False),  # 07:59 in Berlin
        ("2026-11-23T07:00", True),
        ("2026-11-23T18:59", True),
        ("2026-11-23T19:00", False),
        ("2026-07-06T06:00", True),  # 08:00, in summer
        ("2026-11-22T12:00", False),  # a Sunday
    ],
)
def test_hours_and_weekdays(moment: str, open_: bool) -> None:  # noqa: FBT001
    weekdays: tuple[Weekday, ...] = ("monday", "tuesday", "wednesday", "thursday", "friday")
    hours = Hours(from_=time(8), to=time(20))
    assert is_open(Schedule(weekdays=weekdays, hours=hours, time_zone=BERLIN), at(moment)) is open_


def test_hours_past_midnight_belong_to_the_day_they_start_on() -> None:
    late = Schedule(weekdays=("friday",), hours=Hours(from_=time(22), to=time(2)))
    moments = ("2026-11-27T21:59", "2026-11-27T22:00", "2026-11-28T01:59", "2026-11-28T02:00", "2026-11-27T01:00")
    assert [is_open(late, at(moment)) for moment in moments] == [False, True, True, False, False]


def test_both_days_of_a_span_count() -> None:
    span = Schedule(from_=date(2026, 11, 27), until=date(2026, 11, 30), time_zone=BERLIN)
    moments = ("2026-11-26T22:59", "2026-11-26T23:00", "2026-11-30T22:59", "2026-11-30T23:00")
    assert [is_open(span, at(moment)) for moment in moments] == [False, True, True, False]


def test_a_night_that_the_clocks_change_is_slept_through() -> None:
    moments = ("2026-10-24T20:00", "2026-10-25T00:30", "2026-10-25T01:30", "2026-10-25T04:59", "2026-10-25T05:00")
    assert [is_asleep(NIGHT, at(moment)) for moment in moments] == [True, True, True, True, False]


def test_a_sleeping_rule_rises_to_the_maximum_and_comes_back() -> None:
    made = compiled(a_document(a_rule(name="day", sleep=NIGHT), a_rule(name="never asked")))
    asleep = made.rules_of([some_facts()], at("2026-11-23T22:00"))[0]
    assert made.rules_of([some_facts()], at("2026-11-23T12:00")) == [0]
    assert (asleep, made.rule_name(asleep), made.place_in_document(asleep)) == (2, "day (asleep)", 0)
    assert made.plan.rules[asleep].lines[0].reference.own == "max"
    assert not made.closed(asleep, at("2026-11-23T22:00"))


def test_a_rule_that_only_pauses_is_closed_while_it_sleeps() -> None:
    made = compiled(a_document(a_rule(sleep=Sleep(from_=time(22), to=time(6)))))
    night, day = at("2026-11-23T23:00"), at("2026-11-23T12:00")
    assert (made.rules_of([some_facts()], night), made.closed(0, night), made.closed(0, day)) == ([0], True, False)


def test_a_shut_schedule_closes_a_rule_and_its_gap_is_in_minutes() -> None:
    schedule = Schedule(hours=Hours(from_=time(8), to=time(9)), min_gap_hours=Decimal("1.5"))
    made = compiled(a_document(a_rule(schedule=schedule)))
    assert [made.closed(0, at(f"2026-11-23T0{hour}:00")) for hour in (7, 8, 9)] == [True, False, True]
    assert made.plan.rules[0].min_gap_minutes == 90


@pytest.mark.parametrize(
    "rule",
    [
        a_rule(schedule=Schedule(time_zone="Mars/Olympus")),
        a_rule(schedule=Schedule(hours=Hours(from_=time(8), to=time(8)))),
        a_rule(sleep=Sleep(from_=time(8, tzinfo=UTC), to=time(9))),
    ],
)
def test_windows_that_mean_nothing_do_not_compile(rule: object) -> None:
    with pytest.raises(InvalidPolicy):
        compiled(a_document(rule))  # type: ignore[arg-type]  # a parameter of rules
