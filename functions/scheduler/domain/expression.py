"""When a schedule fires: `rate(…)`, `cron(…)` and `at(…)` as EventBridge Scheduler reads them."""

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from scheduler.domain.errors import InvalidExpression
from shared.kernel.clock import is_zone

_RATE = re.compile(r"rate\((?P<value>[1-9]\d{0,4}) (?P<unit>minutes?|hours?|days?)\)")
_AT = re.compile(r"at\((?P<moment>\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})\)")
_CRON = re.compile(r"cron\((?P<fields>[^()]+)\)")
_CRON_FIELDS = (
    ("minute", 0, 59, ""),
    ("hour", 0, 23, ""),
    ("day of month", 1, 31, "?L"),
    ("month", 1, 12, ""),
    ("day of week", 1, 7, "?L#"),
    ("year", 1970, 2199, ""),
)
_NAMES = {
    name: str(number)
    for names in ("JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC", "SUN MON TUE WED THU FRI SAT")
    for number, name in enumerate(names.split(), start=1)
}
_PART = re.compile(r"(?:\*|\d{1,4}(?:-\d{1,4})?)(?:/\d{1,4})?")
_LONGEST_DAY = {2: 29, 4: 30, 6: 30, 9: 30, 11: 30}


def checked_zone(name: str) -> str:
    """The IANA time zone, when there is one of that name."""
    if not is_zone(name):
        raise InvalidExpression(f"«{name}» is not a time zone of the IANA list; write it like Europe/Riga")
    return name


def checked_expression(text: str, timezone: str, now: datetime) -> str:
    """The expression, when it can fire at least once after `now`; `InvalidExpression` says what is wrong."""
    expression = " ".join(text.split())
    if rate := _RATE.fullmatch(expression):
        _check_rate(rate["value"], rate["unit"])
    elif at := _AT.fullmatch(expression):
        _check_at(at["moment"], timezone, now)
    elif cron := _CRON.fullmatch(expression):
        _check_cron(cron["fields"].split(), now)
    else:
        raise InvalidExpression(
            f"«{text}» is neither rate(5 minutes), nor cron(0 6 ? * MON *), nor at(2026-12-24T06:00:00)",
        )
    return expression


def _check_rate(value: str, unit: str) -> None:
    singular = unit in {"minute", "hour", "day"}
    if singular != (value == "1"):
        right = unit.rstrip("s") if value == "1" else f"{unit}s"
        raise InvalidExpression(f"write rate({value} {right})")


def _check_at(moment: str, timezone: str, now: datetime) -> None:
    try:
        local = datetime.fromisoformat(moment).replace(tzinfo=ZoneInfo(checked_zone(timezone)))
    except ValueError:
        raise InvalidExpression(f"at({moment}) is not a date and time that exists") from None
    if local.astimezone(UTC) <= now:
        raise InvalidExpression(f"at({moment}) in {timezone} is in the past")


def _check_cron(fields: list[str], now: datetime) -> None:
    if len(fields) != len(_CRON_FIELDS):
        raise InvalidExpression(f"cron has six fields: minute hour day month weekday year; here are {len(fields)}")
    for text, (name, lowest, highest, special) in zip(fields, _CRON_FIELDS, strict=True):
        _check_field(text.upper(), name, lowest, highest, special)
    _, _, day, month, weekday, year = (field.upper() for field in fields)
    if (day == "?") == (weekday == "?"):
        raise InvalidExpression("give «?» for exactly one of day of month and day of week")
    _check_day_exists(day, month)
    years = [int(one) for one in re.findall(r"\d{4}", year)]
    if years and "/" not in year and max(years) < now.year:
        raise InvalidExpression(f"the year {year} is over; this would never fire")


def _check_field(text: str, name: str, lowest: int, highest: int, special: str) -> None:
    if (text in special and len(text) == 1) or (
        special and re.fullmatch(r"L(-\d{1,2})?|\d{1,2}W|LW|(\d|[A-Z]{3})#[1-5]|(\d|[A-Z]{3})L", text)
    ):
        return
    for part in text.split(","):
        plain = "-".join(_NAMES.get(word, word) for word in part.split("-"))
        numbers = [int(number) for number in re.findall(r"\d+", plain.split("/")[0])]
        if not _PART.fullmatch(plain) or any(not lowest <= number <= highest for number in numbers):
            raise InvalidExpression(f"«{part}» is no {name}: use {lowest} to {highest}, lists, ranges, * or steps")
        if plain.endswith("/0") or (len(numbers) > 1 and numbers[0] > numbers[1]):
            raise InvalidExpression(f"«{part}» never comes: a step is at least 1 and a range rises")


def _check_day_exists(day: str, month: str) -> None:
    if not re.fullmatch(r"[\d,\-]+", day) or set(month) & set("*-/"):
        return
    first = min(int(number) for number in re.findall(r"\d+", day))
    months = [int(_NAMES.get(word, word)) for word in re.findall(r"[A-Z]+|\d+", month)]
    if all(first > _LONGEST_DAY.get(one, 31) for one in months):
        raise InvalidExpression(f"day {first} never comes in month {month}")
