"""Which days a `cron(…)` expression means: days of the month or of the week, with L, W and #."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

from scheduler.domain.cron_fields import MONTH_DAY, WEEKDAY, values
from scheduler.domain.errors import InvalidExpression

SATURDAY, SUNDAY = 6, 7
DAYS_OF_A_WEEK = 7


def weekday_of(day: date) -> int:
    """The number of a weekday in cron's count: Sunday is 1."""
    return day.isoweekday() % DAYS_OF_A_WEEK + 1


def _last_of(day: date) -> int:
    return monthrange(day.year, day.month)[1]


@dataclass(frozen=True, slots=True)
class MonthDays:
    """Days by their number in the month."""

    numbers: tuple[int, ...]

    def has(self, day: date) -> bool:
        """Whether the day is one of them."""
        return day.day in self.numbers


@dataclass(frozen=True, slots=True)
class BeforeLast:
    """So many days before the last day of the month."""

    days: int

    def has(self, day: date) -> bool:
        """Whether the day is the one."""
        return day.day == _last_of(day) - self.days


@dataclass(frozen=True, slots=True)
class NearestWorkday:
    """The day from Monday to Friday that is nearest to a number, within the month; a month without it has none."""

    number: int

    def has(self, day: date) -> bool:
        """Whether the day is the one."""
        last = _last_of(day)
        return self.number <= last and day == _workday(day.replace(day=self.number), last)


@dataclass(frozen=True, slots=True)
class LastWorkday:
    """The last day from Monday to Friday of the month."""

    def has(self, day: date) -> bool:
        """Whether the day is the one."""
        last = _last_of(day)
        return day == _workday(day.replace(day=last), last)


def _workday(day: date, last: int) -> date:
    if day.isoweekday() == SATURDAY:
        return day - timedelta(days=1) if day.day > 1 else day + timedelta(days=2)
    if day.isoweekday() == SUNDAY:
        return day + timedelta(days=1) if day.day < last else day - timedelta(days=2)
    return day


@dataclass(frozen=True, slots=True)
class Weekdays:
    """Days by their number in the week; Sunday is 1."""

    numbers: tuple[int, ...]

    def has(self, day: date) -> bool:
        """Whether the day is one of them."""
        return weekday_of(day) in self.numbers


@dataclass(frozen=True, slots=True)
class LastWeekday:
    """The last Friday of the month, and its like."""

    weekday: int

    def has(self, day: date) -> bool:
        """Whether the day is the one."""
        return weekday_of(day) == self.weekday and day.day + DAYS_OF_A_WEEK > _last_of(day)


@dataclass(frozen=True, slots=True)
class NthWeekday:
    """The second Monday of the month, and its like; a month without it has none."""

    weekday: int
    nth: int

    def has(self, day: date) -> bool:
        """Whether the day is the one."""
        return weekday_of(day) == self.weekday and (day.day - 1) // DAYS_OF_A_WEEK + 1 == self.nth


type DayRule = MonthDays | BeforeLast | NearestWorkday | LastWorkday | Weekdays | LastWeekday | NthWeekday


def day_rule(month_days: str, weekdays: str) -> DayRule:
    """The rule in the two fields about days, of which one says «?»."""
    if (month_days == "?") == (weekdays == "?"):
        raise InvalidExpression("give «?» for exactly one of day of month and day of week")
    return _of_week(weekdays) if month_days == "?" else _of_month(month_days)


def _of_month(text: str) -> DayRule:
    if text == "LW":
        return LastWorkday()
    if found := re.fullmatch(r"L(?:-(\d{1,2}))?", text):
        days = int(found[1] or 0)
        if days >= MONTH_DAY.highest:
            raise InvalidExpression(f"«{text}» never comes: no month is so long; use L-1 to L-30")
        return BeforeLast(days)
    if found := re.fullmatch(r"(\d{1,2})W", text):
        return NearestWorkday(MONTH_DAY.number(found[1]))
    return MonthDays(values(text, MONTH_DAY))


def _of_week(text: str) -> DayRule:
    if text == "L":
        return Weekdays((WEEKDAY.highest,))
    if found := re.fullmatch(r"(\d|[A-Z]{3})L", text):
        return LastWeekday(WEEKDAY.number(found[1]))
    if found := re.fullmatch(r"(\d|[A-Z]{3})#(\d)", text):
        nth = int(found[2])
        if not 1 <= nth <= 5:  # noqa: PLR2004 - a month has a weekday five times at most
            raise InvalidExpression(f"«{text}» never comes: a month has a weekday 1 to 5 times")
        return NthWeekday(WEEKDAY.number(found[1]), nth)
    return Weekdays(values(text, WEEKDAY))
