"""A schedule expression said in words: «At 06:00, Monday to Friday, Europe/Riga»."""

from collections.abc import Sequence
from datetime import time
from itertools import pairwise

from scheduler.domain.cron_fields import MONTH, MONTH_DAY, YEAR
from scheduler.domain.days import (
    BeforeLast,
    DayRule,
    LastWeekday,
    LastWorkday,
    MonthDays,
    NearestWorkday,
    NthWeekday,
    Weekdays,
)
from scheduler.domain.expression import Cron, Once, Rate, parsed

TIMES_LISTED = 4
SHORTEST_SPAN = 3
MINUTES_OF_A_DAY = 1440
MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
WEEKDAYS = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
ORDINALS = ("first", "second", "third", "fourth", "fifth")


def words(expression: str, timezone: str) -> str:
    """The expression in words."""
    match parsed(expression):
        case Rate(count=1, unit=unit):
            return f"Every {unit}"
        case Rate(count=count, unit=unit):
            return f"Every {count} {unit}s"
        case Once(moment=moment):
            date = f"{moment.day} {MONTHS[moment.month - 1]} {moment.year}"
            return f"Once, on {date} at {_clock(moment.time())}, {timezone}"
        case Cron() as cron:
            parts = (_times(cron), _days(cron.days), _months(cron.months), _years(cron.years), timezone)
            return ", ".join(part for part in parts if part)


def _listed(items: Sequence[str]) -> str:
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}"


def _spans(numbers: Sequence[int], names: Sequence[str]) -> str:
    """Numbers as names, three and more in a row as a span; `names` are those of `numbers`."""
    spans: list[list[int]] = []
    for place, number in enumerate(numbers):
        if place and number == numbers[place - 1] + 1:
            spans[-1].append(place)
        else:
            spans.append([place])
    found: list[str] = []
    for span in spans:
        if len(span) >= SHORTEST_SPAN:
            found.append(f"{names[span[0]]} to {names[span[-1]]}")
        else:
            found += [names[place] for place in span]
    return _listed(found)


def _numbers(numbers: Sequence[int]) -> str:
    return _spans(numbers, [str(number) for number in numbers])


def _clock(one: time) -> str:
    return f"{one:%H:%M:%S}" if one.second else f"{one:%H:%M}"


def _interval(minutes: int) -> str:
    count, unit = (minutes // 60, "hour") if minutes % 60 == 0 else (minutes, "minute")
    return unit if count == 1 else f"{count} {unit}s"


def _times(cron: Cron) -> str:
    times = cron.times
    if len(times) <= TIMES_LISTED:
        return f"At {_listed([_clock(one) for one in times])}"
    minutes = [one.hour * 60 + one.minute for one in times]
    gaps = {later - earlier for earlier, later in pairwise(minutes)}
    if len(gaps) > 1:
        plural = "s" if len(cron.minutes) > 1 else ""
        return f"At minute{plural} {_numbers(cron.minutes)} of hours {_numbers(cron.hours)}"
    gap = gaps.pop()
    if minutes[-1] + gap < MINUTES_OF_A_DAY or minutes[0] + MINUTES_OF_A_DAY - minutes[-1] != gap:
        return f"Every {_interval(gap)} from {_clock(times[0])} to {_clock(times[-1])}"
    return f"Every {_interval(gap)}" + (f", first at {_clock(times[0])}" if minutes[0] else "")


def _days(rule: DayRule) -> str:
    match rule:
        case MonthDays(numbers):
            if len(numbers) == MONTH_DAY.highest:
                return "every day"
            return f"on day{'s' if len(numbers) > 1 else ''} {_numbers(numbers)} of the month"
        case BeforeLast(0):
            return "on the last day of the month"
        case BeforeLast(days):
            return f"{days} day{'s' if days > 1 else ''} before the last day of the month"
        case NearestWorkday(number):
            return f"on the working day nearest to day {number} of the month"
        case LastWorkday():
            return "on the last working day of the month"
        case LastWeekday(weekday):
            return f"on the last {WEEKDAYS[weekday - 1]} of the month"
        case NthWeekday(weekday, nth):
            return f"on the {ORDINALS[nth - 1]} {WEEKDAYS[weekday - 1]} of the month"
        case Weekdays(numbers):
            return _weekdays(numbers)


def _weekdays(numbers: Sequence[int]) -> str:
    if len(numbers) == len(WEEKDAYS):
        return "every day"
    # A week is said from Monday on.
    ordered = sorted((number - 2) % len(WEEKDAYS) for number in numbers)
    names = [WEEKDAYS[(number + 1) % len(WEEKDAYS)] for number in ordered]
    return f"every {names[0]}" if len(names) == 1 else _spans(ordered, names)


def _months(numbers: Sequence[int]) -> str:
    if len(numbers) == MONTH.highest:
        return ""
    return f"in {_spans(numbers, [MONTHS[number - 1] for number in numbers])}"


def _years(numbers: Sequence[int]) -> str:
    if len(numbers) == YEAR.highest - YEAR.lowest + 1:
        return ""
    return f"in {_numbers(numbers)}"
