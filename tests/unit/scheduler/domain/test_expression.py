"""Schedule expressions: what fires, and what is refused because it never would."""

from datetime import UTC, datetime

import pytest

from scheduler.domain.errors import InvalidExpression
from scheduler.domain.expression import checked_expression, checked_zone

NOW = datetime(2026, 11, 23, 6, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "rate(1 minute)",
        "rate(5 minutes)",
        "rate(1 day)",
        "cron(0 6 ? * MON-FRI *)",
        "cron(0/15 8-18 * * ? *)",
        "cron(0 9 L * ? *)",
        "cron(0 9 ? * 6L *)",
        "cron(0 9 ? * MON#1 *)",
        "cron(0 9 29 2 ? *)",
        "cron(30 6 1,15 JAN,JUL ? 2027)",
        "at(2026-12-24T06:00:00)",
    ],
)
def test_an_expression_that_fires_is_kept(text: str) -> None:
    assert checked_expression(text, "UTC", NOW) == text


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("every day", "neither rate"),
        ("rate(0 minutes)", "neither rate"),
        ("rate(1 second)", "neither rate"),
        ("rate(1 minutes)", r"write rate\(1 minute\)"),
        ("rate(5 minute)", r"write rate\(5 minutes\)"),
        ("cron(0 6 * * *)", "six fields"),
        ("cron(0 6 * * * *)", "exactly one"),
        ("cron(0 6 ? * ? *)", "exactly one"),
        ("cron(60 6 * * ? *)", "is no minute"),
        ("cron(0 24 * * ? *)", "is no hour"),
        ("cron(0 6 30 2 ? *)", "day 30 never comes in month 2"),
        ("cron(0 6 31 APR,JUN ? *)", "never comes"),
        ("cron(0 6 * * ? 2025)", "is over"),
        ("cron(5-1 6 * * ? *)", "a range rises"),
        ("cron(*/0 6 * * ? *)", "a step is at least 1"),
        ("at(2026-02-30T06:00:00)", "not a date and time that exists"),
        ("at(2026-11-23T05:59:59)", "in the past"),
    ],
)
def test_an_expression_that_never_fires_is_refused(text: str, words: str) -> None:
    with pytest.raises(InvalidExpression, match=words):
        checked_expression(text, "UTC", NOW)


def test_once_is_meant_in_the_schedules_own_time_zone() -> None:
    with pytest.raises(InvalidExpression, match="in the past"):
        checked_expression("at(2026-11-23T07:30:00)", "Europe/Riga", NOW)


def test_a_time_zone_that_does_not_exist_is_refused() -> None:
    with pytest.raises(InvalidExpression, match="IANA"):
        checked_zone("Mars/Phobos")
