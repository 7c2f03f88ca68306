"""When a schedule runs: its expression in its time zone, between its start and its end.

EventBridge skips a local time that the clocks leap over, and fires once at one they pass twice. We promise that no
run is skipped and none is doubled: a run in the leap is due at the end of the leap (`Run.moved`), and the sweeper
fires it, because EventBridge does not.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from scheduler.domain.errors import InvalidExpression, NeverFires
from scheduler.domain.expression import Cron, Once, Rate, check_interval, checked_zone, normal, parsed

RUNS_SHOWN = 5
_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One moment at which a schedule is due, in UTC and on the wall; `moved` from a local time that did not exist."""

    at: datetime
    local: datetime
    moved: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """An expression, its time zone, and between which moments it holds. A rate is counted from its anchor."""

    expression: str
    timezone: str
    anchor: datetime
    start: datetime | None = None
    end: datetime | None = None

    def runs(self, after: datetime) -> Iterator[Run]:
        """The runs after a moment, rising."""
        after = after if self.start is None else max(after, self.start - _SECOND)
        for run in self._unbounded(after):
            if self.end is not None and run.at > self.end:
                return
            if self.start is None or run.at >= self.start:
                yield run

    def next_runs(self, after: datetime, count: int = RUNS_SHOWN) -> tuple[Run, ...]:
        """The next few runs after a moment."""
        return tuple(islice(self.runs(after), count))

    def next_run(self, after: datetime) -> Run | None:
        """The next run after a moment, if there is one."""
        return next(self.runs(after), None)

    def fired_since(self, run: Run) -> datetime:
        """The earliest moment at which a firing for this run may say it was meant; a rate is known by its interval."""
        expression = parsed(self.expression)
        if isinstance(expression, Rate):
            return run.at - expression.interval + _SECOND
        return run.at.replace(second=0, microsecond=0)

    def last_moment(self) -> datetime | None:
        """The moment after which nothing more can come, when there is one."""
        expression = parsed(self.expression)
        if isinstance(expression, Once):
            at, _ = resolved(expression.moment, ZoneInfo(self.timezone))
            return at
        return self.end

    def _unbounded(self, after: datetime) -> Iterator[Run]:
        expression, zone = parsed(self.expression), ZoneInfo(self.timezone)
        match expression:
            case Rate():
                return _rate_runs(expression.interval, self.start or self.anchor + expression.interval, zone, after)
            case Once():
                at, moved = resolved(expression.moment, zone)
                return iter((_run(at, zone, moved=moved),) if at > after else ())
            case Cron():
                return _cron_runs(expression, zone, after)


def checked_timing(timing: Timing, now: datetime) -> Timing:
    """The timing in its normal form, when it fires at least once after `now` and not too often."""
    checked_zone(timing.timezone)
    timing = replace(timing, expression=normal(timing.expression))
    expression = parsed(timing.expression)
    if timing.start is not None and timing.end is not None and timing.end <= timing.start:
        raise InvalidExpression("the end comes before the start; give an end that is later, or none")
    check_interval(expression, now.date())
    if timing.next_run(now) is None:
        raise NeverFires(_why_never(timing, now))
    return timing


def resolved(local: datetime, zone: ZoneInfo) -> tuple[datetime, bool]:
    """The moment of a local time, and whether it was moved to the end of a leap because it does not exist.

    A local time that comes twice means the first.
    """
    first, second = (local.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    if first.astimezone(zone).replace(tzinfo=None) == local:
        return first, False
    # Before a leap the clock is behind: `second` lies before the leap, `first` after it.
    before, after = second, first
    offset = after.astimezone(zone).utcoffset()
    while after - before > _SECOND:
        middle = before + (after - before) // _SECOND // 2 * _SECOND
        if middle.astimezone(zone).utcoffset() == offset:
            after = middle
        else:
            before = middle
    return after, True


def _run(at: datetime, zone: ZoneInfo, *, moved: bool = False) -> Run:
    return Run(at=at, local=at.astimezone(zone), moved=moved)


def _rate_runs(interval: timedelta, first: datetime, zone: ZoneInfo, after: datetime) -> Iterator[Run]:
    at = first if first > after else first + ((after - first) // interval + 1) * interval
    while True:
        yield _run(at, zone)
        at += interval


def _cron_runs(cron: Cron, zone: ZoneInfo, after: datetime) -> Iterator[Run]:
    times = cron.times
    for day in cron.days_from(after.astimezone(zone).date()):
        for one in times:
            at, moved = resolved(datetime.combine(day, one), zone)
            if at > after:
                yield _run(at, zone, moved=moved)
                after = at


def _why_never(timing: Timing, now: datetime) -> str:
    expression = parsed(timing.expression)
    if isinstance(expression, Once):
        return f"{timing.expression} in {timing.timezone} is in the past; give a time to come"
    if timing.end is not None and (timing.end <= now or isinstance(expression, Rate)):
        return "the end comes before the first run; give a later end, or none"
    if isinstance(expression, Cron) and expression.years[-1] < now.year:
        return f"the year {expression.years[-1]} is over; give a year to come, or *"
    return f"{timing.expression} names days that never come, such as February 30th; give days that its months have"
