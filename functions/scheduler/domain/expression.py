"""What a schedule expression says: `rate(…)`, `cron(…)` or `at(…)`, as EventBridge Scheduler reads them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from itertools import islice, pairwise

from scheduler.domain.cron_fields import HOUR, MINUTE, MONTH, YEAR, values
from scheduler.domain.days import DayRule, day_rule
from scheduler.domain.errors import InvalidExpression, TooOften, UnknownZone
from shared.kernel.clock import is_zone

SHORTEST_INTERVAL = timedelta(minutes=5)
"""How close together two runs of a schedule may lie."""

CRON_FIELDS = 6
A_DAY = timedelta(days=1)
# Neighbours among so many days show whether a calendar ever has two days in a row.
DAYS_LOOKED_AT = 40
REMEMBERED = 256

_RATE = re.compile(r"rate\((?P<count>\d{1,5}) (?P<unit>second|minute|hour|day)(?P<plural>s?)\)")
_AT = re.compile(r"at\((?P<moment>[^()]+)\)")
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}")
_CRON = re.compile(r"cron\((?P<fields>[^()]+)\)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """Runs at equal intervals."""

    count: int
    unit: str

    @property
    def interval(self) -> timedelta:
        """The time between two runs; a day has 24 hours, whatever the clocks do."""
        return timedelta(**{f"{self.unit}s": self.count})


@dataclass(frozen=True, slots=True, kw_only=True)
class Once:
    """One run, at a local time."""

    moment: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Cron:
    """Runs by the calendar, at local times."""

    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    days: DayRule
    months: tuple[int, ...]
    years: tuple[int, ...]

    @property
    def times(self) -> tuple[time, ...]:
        """The local times of a day that has runs, rising."""
        return tuple(time(hour, minute) for hour in self.hours for minute in self.minutes)

    def days_from(self, first: date) -> Iterator[date]:
        """The days that have runs, from one on."""
        for year in (one for one in self.years if one >= first.year):
            for month in self.months:
                day = date(year, month, 1)
                while day.month == month:
                    if day >= first and self.days.has(day):
                        yield day
                    day += A_DAY


type Expression = Rate | Once | Cron


def normal(text: str) -> str:
    """The expression with its spaces in order."""
    return " ".join(text.split())


def checked_zone(name: str) -> str:
    """The IANA time zone, when there is one of that name."""
    if not is_zone(name):
        raise UnknownZone(f"«{name}» is not a time zone of the IANA list; write it like Europe/Riga")
    return name


@lru_cache(maxsize=REMEMBERED)
def parsed(text: str) -> Expression:
    """What the expression says; `InvalidExpression` says what is wrong with it."""
    expression = normal(text)
    if rate := _RATE.fullmatch(expression):
        return _rate(int(rate["count"]), rate["unit"], plural=bool(rate["plural"]))
    if at := _AT.fullmatch(expression):
        return _once(at["moment"])
    if cron := _CRON.fullmatch(expression):
        return _cron(cron["fields"].upper().split())
    raise InvalidExpression(
        f"«{text}» is neither rate(5 minutes), nor cron(0 6 ? * MON *), nor at(2026-12-24T06:00:00)",
    )


def _rate(count: int, unit: str, *, plural: bool) -> Rate:
    if count < 1:
        raise InvalidExpression(f"rate({count} {unit}s) never comes: write rate(1 hour) or more")
    if plural == (count == 1):
        raise InvalidExpression(f"write rate({count} {unit}{'s' if count > 1 else ''})")
    if unit == "second":
        raise TooOften(f"rate({count} {unit}{'s' * plural}) is counted in seconds; write rate(5 minutes) or more")
    return Rate(count=count, unit=unit)


def _once(text: str) -> Once:
    try:
        moment = datetime.fromisoformat(text) if _ISO.fullmatch(text) else None
    except ValueError:
        moment = None
    if moment is None:
        raise InvalidExpression(f"at({text}) is not a date and time that exists; write at(2026-12-24T06:00:00)")
    return Once(moment=moment)


def _cron(fields: list[str]) -> Cron:
    if len(fields) != CRON_FIELDS:
        hint = "; seconds are not counted, leave the first field out" if len(fields) > CRON_FIELDS else ""
        raise InvalidExpression(
            f"cron has six fields: minute hour day month weekday year; here are {len(fields)}{hint}",
        )
    minute, hour, day, month, weekday, year = fields
    return Cron(
        minutes=values(minute, MINUTE),
        hours=values(hour, HOUR),
        days=day_rule(day, weekday),
        months=values(month, MONTH),
        years=values(year, YEAR),
    )


def check_interval(expression: Expression, today: date) -> None:
    """Raise `TooOften` when two runs lie closer together than they may."""
    shortest = _shortest(expression, today)
    if shortest < SHORTEST_INTERVAL:
        floor = int(SHORTEST_INTERVAL.total_seconds() // 60)
        found = int(shortest.total_seconds() // 60)
        raise TooOften(
            f"two runs would lie {found} min apart and the least is {floor}; write rate({floor} minutes), or a step "
            f"such as cron(0/{floor} * * * ? *)",
        )


def _shortest(expression: Expression, today: date) -> timedelta:
    if isinstance(expression, Rate):
        return expression.interval
    if isinstance(expression, Once):
        return A_DAY
    minutes = [one.hour * 60 + one.minute for one in expression.times]
    gaps = [timedelta(minutes=later - earlier) for earlier, later in pairwise(minutes)]
    days = islice(expression.days_from(today), DAYS_LOOKED_AT)
    if any(later - earlier == A_DAY for earlier, later in pairwise(days)):
        gaps.append(A_DAY - timedelta(minutes=minutes[-1] - minutes[0]))
    return min(gaps, default=A_DAY)
