"""A schedule: work of one kind that starts by itself; and what is to happen when it comes due."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import blake2b

from scheduler.domain.job import RETENTION
from scheduler.domain.timing import Run, Timing
from scheduler.domain.work import Kind, Scope

SCHEDULES_OF_AN_ORGANISATION = 500
"""How many schedules an organisation may have at a time; ended ones do not count."""

LONGEST_FLEXIBILITY_MINUTES = 1440
LONGEST_TOLERANCE_MINUTES = 10_080
GRACE = timedelta(minutes=10)
"""A run that has not fired so long after its window is missed: the clockwork is late by a minute at most."""


class Overlap(StrEnum):
    """What a run does while the one before it is under way."""

    SKIP = "skip"
    QUEUE = "queue"
    CANCEL_PREVIOUS = "cancel_previous"


class Missed(StrEnum):
    """What becomes of a run that was missed: nothing, or the newest one is made up."""

    SKIP = "skip"
    CATCH_UP = "catch_up"


class Firing(StrEnum):
    """What a run comes to."""

    START = "start"
    WAIT = "wait"
    REPLACE = "replace"
    SKIP = "skip"


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """When work of one kind starts by itself. Each change makes a new revision."""

    schedule_id: str
    organisation_id: str
    name: str
    kind: Kind
    timing: Timing
    created_by: str
    created_at: datetime
    scope: Scope = field(default_factory=Scope)
    flexible_minutes: int = 0
    paused: bool = False
    overlap: Overlap = Overlap.SKIP
    missed: Missed = Missed.SKIP
    tolerance_minutes: int = 60
    revision: int = 1
    firings: int = 0
    fired_for: datetime | None = None
    last_job_id: str | None = None
    checked_until: datetime | None = None

    @property
    def tolerance(self) -> timedelta:
        """How late a run may still start."""
        return timedelta(minutes=self.flexible_minutes + self.tolerance_minutes)

    @property
    def offset(self) -> timedelta:
        """This schedule's own place in its flexible window, for the runs that we fire; tenants spread by it."""
        if not self.flexible_minutes:
            return timedelta()
        noise = int.from_bytes(blake2b(self.schedule_id.encode(), digest_size=8).digest())
        return timedelta(seconds=noise % (self.flexible_minutes * 60))

    @property
    def gone_at(self) -> datetime | None:
        """When the schedule is forgotten by itself; None while it has no end."""
        last = self.timing.last_moment()
        return None if last is None else last + RETENTION

    def check_at(self, after: datetime) -> datetime | None:
        """When the sweeper looks at the first run after a moment; None when there is none or it is paused."""
        run = None if self.paused else self.timing.next_run(after)
        return None if run is None else self._settled_at(run)

    def _settled_at(self, run: Run) -> datetime:
        # The clockwork does not fire a moved run: nobody but us does.
        if run.moved:
            return run.at + self.offset
        return run.at + timedelta(minutes=self.flexible_minutes) + GRACE

    def to_make_up(self, after: datetime, now: datetime) -> tuple[Run | None, datetime]:
        """The run that did not fire and is to start now, if there is one; and until when all runs are judged."""
        found: Run | None = None
        judged = max(after, now - self.tolerance - GRACE)
        for run in self.timing.runs(judged):
            if self._settled_at(run) > now:
                break
            judged = run.at
            wanted = run.moved or self.missed is Missed.CATCH_UP
            if wanted and now - run.at <= self.tolerance:
                found = run
        if found is not None and self.fired_for is not None and self.fired_for >= self.timing.fired_since(found):
            found = None
        return found, judged

    def is_due(self, moment: datetime, now: datetime) -> bool:
        """Whether a firing for a moment counts: not while paused, after its end, before its start, or too late."""
        timing = self.timing
        if self.paused or now - moment > self.tolerance + GRACE:
            return False
        minute = timedelta(minutes=1)
        ended = timing.end is not None and moment > timing.end + minute
        begun = timing.start is None or moment >= timing.start - minute
        return begun and not ended


def firing_of(overlap: Overlap, *, under_way: bool, waiting: bool) -> Firing:
    """What a run comes to while another is under way. One run waits at most: it does the work of all behind it."""
    if not under_way:
        return Firing.START
    if overlap is Overlap.CANCEL_PREVIOUS:
        return Firing.REPLACE
    if overlap is Overlap.QUEUE and not waiting:
        return Firing.WAIT
    return Firing.SKIP
