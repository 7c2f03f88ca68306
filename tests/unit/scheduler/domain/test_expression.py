"""Schedule expressions: what is read, and what is refused by name because it never fires or fires too often."""

from datetime import UTC, datetime

import pytest

from scheduler.domain.errors import InvalidExpression, NeverFires, TooOften, UnknownZone
from scheduler.domain.timing import checked_timing
from tests.builders.scheduler import a_timing

NOW = datetime(2026, 11, 23, 6, tzinfo=UTC)


def refused(text: str, timezone: str = "UTC") -> InvalidExpression:
    with pytest.raises(InvalidExpression) as caught:
        checked_timing(a_timing(expression=text, timezone=timezone), NOW)
    return caught.value


@pytest.mark.parametrize(
    "text",
    [
        "rate(5 minutes)",
        "rate(1 hour)",
        "rate(1 day)",
        "rate(36500 days)",
        "cron(0 6 ? * MON-FRI *)",
        "cron(0/15 8-18 * * ? *)",
        "cron(*/5 * * * ? *)",
        "cron(0 9 L * ? *)",
        "cron(0 9 L-3 * ? *)",
        "cron(0 9 LW * ? *)",
        "cron(0 9 31W * ? *)",
        "cron(0 9 ? * 6L *)",
        "cron(0 9 ? * L *)",
        "cron(0 9 ? * mon#1 *)",
        "cron(0 9 ? * 2#5 *)",
        "cron(0 9 29 2 ? *)",
        "cron(30 6 1,15 JAN,JUL ? 2027)",
        "cron(30 6 1-10/3 1-12/2 ? 2026-2030/2)",
        "at(2026-12-24T06:00:00)",
    ],
)
def test_an_expression_that_fires_is_kept(text: str) -> None:
    assert checked_timing(a_timing(expression=text, timezone="UTC"), NOW).expression == text


def test_spaces_are_put_in_order() -> None:
    assert checked_timing(a_timing(expression=" cron(0  6 ? *   MON *) "), NOW).expression == "cron(0 6 ? * MON *)"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("every day", "neither rate"),
        ("", "neither rate"),
        ("rate(-5 minutes)", "neither rate"),
        ("rate(0 minutes)", "write rate(1 hour)"),
        ("rate(1 minutes)", "write rate(1 minute)"),
        ("rate(5 minute)", "write rate(5 minutes)"),
        ("rate(999999 days)", "neither rate"),
        ("cron(0 6 * * *)", "six fields"),
        ("cron(0 6 * * * *)", "exactly one"),
        ("cron(0 6 ? * ? *)", "exactly one"),
        ("cron(60 6 * * ? *)", "is no minute"),
        ("cron(0 24 * * ? *)", "is no hour"),
        ("cron(0 6 0 * ? *)", "is no day of month"),
        ("cron(0 6 ? * MAN *)", "is no day of week"),
        ("cron(0 6 ? * 8 *)", "is no day of week"),
        ("cron(0 6 ? 13 MON *)", "is no month"),
        ("cron(0 6 ? * MON 1969)", "is no year"),
        ("cron(0 6 ? * MON#6 *)", "1 to 5 times"),
        ("cron(0 6 ? * MON#1,FRI#2 *)", "is no day of week"),
        ("cron(0 6 32W * ? *)", "is no day of month"),
        ("cron(0 6 L-31 * ? *)", "no month is so long"),
        ("cron(5-1 6 * * ? *)", "a range rises"),
        ("cron(*/0 6 * * ? *)", "a step is at least 1"),
        ("cron(0/90 6 * * ? *)", "a step is at least 1"),
        ("cron(, 6 * * ? *)", "is no minute"),
        ("cron(0 6 ** * ? *)", "is no day of month"),
        ("cron(0 L * * ? *)", "is no hour"),
        ("cron(0 6 ? ? MON *)", "is no month"),
        ("at(2026-02-30T06:00:00)", "not a date and time that exists"),
        ("at(2026-12-24)", "not a date and time that exists"),
        ("at(2026-12-24T06:00:00+01:00)", "not a date and time that exists"),
    ],
)
def test_an_expression_that_cannot_be_read_is_refused_with_the_mend(text: str, words: str) -> None:
    error = refused(text)

    assert (error.code, words in error.detail) == ("scheduler/invalid-expression", True), error.detail


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("cron(0 6 30 2 ? *)", "February 30th"),
        ("cron(0 6 31 APR,JUN ? *)", "February 30th"),
        ("cron(0 6 30W FEB ? *)", "February 30th"),
        ("cron(0 6 29 2 ? 2026-2027)", "February 30th"),
        ("cron(0 6 * * ? 2025)", "the year 2025 is over"),
        ("cron(0 6 22 11 ? 2026)", "never come"),
        ("at(2026-11-23T05:59:59)", "in the past"),
        ("at(2026-11-23T06:00:00)", "in the past"),
    ],
)
def test_an_expression_without_a_run_to_come_is_refused_as_one_that_never_fires(text: str, words: str) -> None:
    error = refused(text)

    assert isinstance(error, NeverFires)
    assert words in error.detail


@pytest.mark.parametrize(
    "text",
    [
        "rate(1 second)",
        "rate(30 seconds)",
        "rate(1 minute)",
        "rate(4 minutes)",
        "cron(* * * * ? *)",
        "cron(0/4 * * * ? *)",
        "cron(0,58 * * * ? *)",
        "cron(0,58 0,23 * * ? *)",
    ],
)
def test_a_schedule_of_every_second_or_minute_is_refused_as_too_often(text: str) -> None:
    error = refused(text)

    assert isinstance(error, TooOften)
    assert "rate(5 minutes)" in error.detail


def test_seconds_in_a_cron_are_named_as_what_is_wrong() -> None:
    assert "seconds are not counted" in refused("cron(* * * * * ? *)").detail


def test_runs_around_midnight_are_close_only_where_days_follow_each_other() -> None:
    text = "cron(0,58 0,23 1 * ? *)"

    assert checked_timing(a_timing(expression=text), NOW).expression == text


def test_once_is_meant_in_the_schedules_own_time_zone() -> None:
    assert "in the past" in refused("at(2026-11-23T07:30:00)", "Europe/Riga").detail


@pytest.mark.parametrize("zone", ["Mars/Phobos", "", "../etc/passwd", "UTC+3"])
def test_a_time_zone_that_does_not_exist_is_refused(zone: str) -> None:
    error = refused("rate(1 hour)", zone)

    assert isinstance(error, UnknownZone)
    assert "IANA" in error.detail


def test_an_end_before_the_start_or_before_the_first_run_is_refused() -> None:
    later, sooner = NOW.replace(day=25), NOW.replace(day=24)

    with pytest.raises(InvalidExpression, match="before the start"):
        checked_timing(a_timing(start=later, end=sooner), NOW)
    with pytest.raises(NeverFires, match="before the first run"):
        checked_timing(a_timing(expression="rate(10 days)", end=later), NOW)
    with pytest.raises(NeverFires, match="before the first run"):
        checked_timing(a_timing(end=NOW.replace(day=22)), NOW)
