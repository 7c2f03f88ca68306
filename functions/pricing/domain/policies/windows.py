"""When a rule's prices may go out, and when it sleeps: on the wall clock of its time zone."""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from pricing.domain.policies.parts import Hours, Schedule, Sleep

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@lru_cache(maxsize=256)
def zone(name: str) -> ZoneInfo | None:
    """The time zone of that name; None where there is no such zone."""
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, LookupError):
        return None


def local(at: datetime, name: str) -> datetime:
    """A moment as the wall clocks of a zone show it; the zone was checked when the policy was read."""
    return at.astimezone(zone(name) or UTC)


def is_between(clock: time, start: time, end: time) -> bool:
    """Whether a time of day lies from `start` up to `end`, past midnight when that is earlier."""
    return start <= clock < end if start < end else clock >= start or clock < end


def is_open(schedule: Schedule | None, at: datetime) -> bool:
    """Whether prices may go out at that moment. Hours past midnight belong to the day on which they start."""
    if schedule is None:
        return True
    wall = local(at, schedule.time_zone)
    day, clock = wall.date(), wall.time().replace(tzinfo=None)
    hours = schedule.hours
    if hours is not None:
        if not is_between(clock, hours.from_, hours.to):
            return False
        if hours.to <= hours.from_ and clock < hours.to:
            day -= timedelta(days=1)
    return _is_on(schedule, day)


def _is_on(schedule: Schedule, day: date) -> bool:
    return (
        (schedule.from_ is None or day >= schedule.from_)
        and (schedule.until is None or day <= schedule.until)
        and (not schedule.weekdays or WEEKDAYS[day.weekday()] in schedule.weekdays)
    )


def is_asleep(sleep: Sleep | None, at: datetime) -> bool:
    """Whether a rule sleeps at that moment."""
    if sleep is None:
        return False
    clock = local(at, sleep.time_zone).time().replace(tzinfo=None)
    return is_between(clock, sleep.from_, sleep.to)


def never_open(schedule: Schedule, sleep: Sleep | None) -> str | None:
    """Why a schedule never lets a price out; None where it does at some time."""
    first, last = schedule.from_, schedule.until
    if first is not None and last is not None:
        if last < first:
            return f"it ends on {last}, before it starts on {first}"
        span = min(7, (last - first).days + 1)
        if not any(_is_on(schedule, first + timedelta(days=ahead)) for ahead in range(span)):
            return f"none of its weekdays lies between {first} and {last}"
    if sleep is not None and not sleep.go_to_max and schedule.time_zone == sleep.time_zone:
        # Two spans of a clock share a moment only where one of them starts.
        hours = schedule.hours
        if hours is not None and not any(_is_awake(hours, sleep, start) for start in (sleep.to, hours.from_)):
            return "the rule sleeps in all of its hours"
    return None


def _is_awake(hours: Hours, sleep: Sleep, clock: time) -> bool:
    return is_between(clock, hours.from_, hours.to) and not is_between(clock, sleep.from_, sleep.to)
