"""Days as the wall clocks of a shop show them: a date, the moments that it begins and ends at, and its week."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from pricing.domain.policies.windows import zone

DAY = timedelta(days=1)
UNTOLD = "UTC"
"""The zone of a shop that has not told its own."""


@dataclass(frozen=True, slots=True)
class LocalDay:
    """A date in a time zone. It begins at its own midnight and ends with the next, 23 to 25 hours later."""

    date: date
    time_zone: str

    @property
    def name(self) -> str:
        """The day as it is written: 2026-11-23."""
        return self.date.isoformat()

    @property
    def week(self) -> str:
        """The week by ISO 8601 that it is in: 2026-W48."""
        year, week, _ = self.date.isocalendar()
        return f"{year}-W{week:02}"

    @property
    def begins_at(self) -> datetime:
        """Its first moment, in UTC."""
        return _midnight(self.date, self.time_zone)

    @property
    def ends_at(self) -> datetime:
        """The first moment of the day after, in UTC."""
        return _midnight(self.date + DAY, self.time_zone)

    @property
    def before(self) -> "LocalDay":
        """The day before."""
        return LocalDay(self.date - DAY, self.time_zone)


def day_of(moment: datetime, time_zone: str | None) -> LocalDay:
    """The day that a moment is in; a zone that nobody knows counts as UTC."""
    name = time_zone or UNTOLD
    known: ZoneInfo | None = zone(name)
    return LocalDay(moment.astimezone(known or UTC).date(), name)


def days_between(first: date, last: date) -> Iterator[date]:
    """The dates from one to another, both included."""
    for ahead in range((last - first).days + 1):
        yield first + ahead * DAY


@lru_cache(maxsize=4096)
def _midnight(day: date, time_zone: str) -> datetime:
    return datetime.combine(day, time(), zone(time_zone) or UTC).astimezone(UTC)
