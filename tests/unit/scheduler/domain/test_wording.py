"""Expressions in words."""

import pytest

from scheduler.domain.wording import words


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("cron(0 6 ? * MON-FRI *)", "At 06:00, Monday to Friday, Europe/Riga"),
        ("cron(0 6 ? * 2 *)", "At 06:00, every Monday, Europe/Riga"),
        ("cron(0 6,18 ? * SAT,SUN *)", "At 06:00 and 18:00, Saturday and Sunday, Europe/Riga"),
        ("cron(0 6 ? * * *)", "At 06:00, every day, Europe/Riga"),
        ("cron(0 6 * * ? *)", "At 06:00, every day, Europe/Riga"),
        ("cron(0/15 * * * ? *)", "Every 15 minutes, every day, Europe/Riga"),
        ("cron(5/15 * * * ? *)", "Every 15 minutes, first at 00:05, every day, Europe/Riga"),
        ("cron(0/15 8-18 * * ? *)", "Every 15 minutes from 08:00 to 18:45, every day, Europe/Riga"),
        ("cron(0 */2 * * ? *)", "Every 2 hours, every day, Europe/Riga"),
        ("cron(0 * * * ? *)", "Every hour, every day, Europe/Riga"),
        ("cron(1,9 9,11,13 * * ? *)", "At minutes 1 and 9 of hours 9, 11 and 13, every day, Europe/Riga"),
        ("cron(0 9 L * ? *)", "At 09:00, on the last day of the month, Europe/Riga"),
        ("cron(0 9 L-1 * ? *)", "At 09:00, 1 day before the last day of the month, Europe/Riga"),
        ("cron(0 9 LW * ? *)", "At 09:00, on the last working day of the month, Europe/Riga"),
        ("cron(0 9 15W * ? *)", "At 09:00, on the working day nearest to day 15 of the month, Europe/Riga"),
        ("cron(0 9 1,15 * ? *)", "At 09:00, on days 1 and 15 of the month, Europe/Riga"),
        ("cron(0 9 1-5 * ? *)", "At 09:00, on days 1 to 5 of the month, Europe/Riga"),
        ("cron(0 9 ? * 6L *)", "At 09:00, on the last Friday of the month, Europe/Riga"),
        ("cron(0 9 ? * MON#1 *)", "At 09:00, on the first Monday of the month, Europe/Riga"),
        ("cron(0 9 1 1,7 ? *)", "At 09:00, on day 1 of the month, in January and July, Europe/Riga"),
        (
            "cron(0 9 ? MAR-JUN SUN 2027)",
            "At 09:00, every Sunday, in March to June, in 2027, Europe/Riga",
        ),
        ("rate(1 hour)", "Every hour"),
        ("rate(5 minutes)", "Every 5 minutes"),
        ("at(2026-12-24T06:00:00)", "Once, on 24 December 2026 at 06:00, Europe/Riga"),
        ("at(2026-12-24T06:00:05)", "Once, on 24 December 2026 at 06:00:05, Europe/Riga"),
    ],
)
def test_an_expression_is_said_in_words(expression: str, expected: str) -> None:
    assert words(expression, "Europe/Riga") == expected
