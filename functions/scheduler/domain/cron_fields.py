"""The fields of a `cron(…)` expression: lists, ranges, steps and names, as EventBridge Scheduler reads them."""

import re
from dataclasses import dataclass, field

from scheduler.domain.errors import InvalidExpression

_PART = re.compile(r"(?:\*|(?P<first>[A-Z]{3}|\d{1,4})(?:-(?P<last>[A-Z]{3}|\d{1,4}))?)(?:/(?P<step>\d{1,4}))?")
_MONTHS = "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC"
_WEEKDAYS = "SUN MON TUE WED THU FRI SAT"


def _numbered(names: str) -> dict[str, int]:
    return {name: number for number, name in enumerate(names.split(), start=1)}


@dataclass(frozen=True, slots=True)
class Limits:
    """What a field may hold."""

    name: str
    lowest: int
    highest: int
    names: dict[str, int] = field(default_factory=dict)

    def number(self, text: str) -> int:
        """The number that a name or digits mean, within the limits."""
        number = self.names.get(text, int(text) if text.isdigit() else -1)
        if not self.lowest <= number <= self.highest:
            raise InvalidExpression(
                f"«{text}» is no {self.name}: use {self.lowest} to {self.highest}, lists, ranges, * or steps",
            )
        return number


MINUTE = Limits("minute", 0, 59)
HOUR = Limits("hour", 0, 23)
MONTH_DAY = Limits("day of month", 1, 31)
MONTH = Limits("month", 1, 12, _numbered(_MONTHS))
WEEKDAY = Limits("day of week", 1, 7, _numbered(_WEEKDAYS))
YEAR = Limits("year", 1970, 2199)


def values(text: str, limits: Limits) -> tuple[int, ...]:
    """Every number that a field's text names, rising."""
    return tuple(sorted({number for part in text.split(",") for number in _part(part, limits)}))


def _part(text: str, limits: Limits) -> range:
    found = _PART.fullmatch(text)
    if found is None:
        raise InvalidExpression(
            f"«{text}» is no {limits.name}: use {limits.lowest} to {limits.highest}, lists, ranges, * or steps",
        )
    step = int(found["step"] or 1)
    if not 1 <= step <= max(1, limits.highest - limits.lowest):
        raise InvalidExpression(f"«{text}» never comes: a step is at least 1 and less than the field is long")
    if found["first"] is None:
        return range(limits.lowest, limits.highest + 1, step)
    first = limits.number(found["first"])
    unsaid = limits.highest if found["step"] else first
    last = unsaid if found["last"] is None else limits.number(found["last"])
    if last < first:
        raise InvalidExpression(f"«{text}» never comes: a range rises; write a list such as SAT,SUN,MON instead")
    return range(first, last + 1, step)
