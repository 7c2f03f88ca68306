"""A job: one piece of background work of any house, how far it is, and how it ended.

| from      | to                                                        |
|-----------|-----------------------------------------------------------|
| QUEUED    | RUNNING · COMPLETED · FAILED · CANCELLED · EXPIRED         |
| RUNNING   | COMPLETED · FAILED · CANCELLED · EXPIRED                   |
| EXPIRED   | COMPLETED, when a message that was stuck is redriven       |
| COMPLETED, FAILED, CANCELLED | nothing                                |

A cancelled job has ended at once: houses that still work for it find its mark and drop the rest. What they report
late is kept and shown, and opens nothing again.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from scheduler.domain.work import DEADLINES, RETRYABLE, Kind, Scope

RETENTION = timedelta(days=90)
"""So long a job and its parts are kept."""


class State(StrEnum):
    """Where a job stands."""

    QUEUED = "QUEUED"
    RUNNING = "RUNNING"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"
    EXPIRED = "EXPIRED"


OPEN = frozenset({State.QUEUED, State.RUNNING})
_ENDS = frozenset({State.COMPLETED, State.FAILED, State.CANCELLED, State.EXPIRED})
MOVES: dict[State, frozenset[State]] = {
    State.QUEUED: _ENDS | {State.RUNNING},
    State.RUNNING: _ENDS,
    State.EXPIRED: frozenset({State.COMPLETED}),
    State.COMPLETED: frozenset(),
    State.FAILED: frozenset(),
    State.CANCELLED: frozenset(),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One piece of news of a job. Each is kept once by its event id, in whatever order they come."""

    event_id: str
    organisation_id: str
    job_id: str
    at: datetime
    items: int | None = None
    done: int = 0
    failed: int = 0
    cost_microusd: int = 0
    ending: State | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """The sum of a job's parts."""

    total: int | None = None
    done: int = 0
    failed: int = 0
    cost_microusd: int = 0
    first_at: datetime | None = None
    last_at: datetime | None = None
    ending: State | None = None
    detail: str = ""

    @property
    def is_whole(self) -> bool:
        """Whether every planned item came to an end; the plan may be the last to arrive."""
        return self.total is not None and self.done + self.failed >= self.total


def settled(state: State, tally: Tally) -> State:
    """The state that a job moves to by what is known of it; the same when there is no such move."""
    begun = State.RUNNING if tally.first_at is not None else state
    wanted = tally.ending or (State.COMPLETED if tally.is_whole else begun)
    return wanted if wanted in MOVES[state] else state


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One run of background work."""

    job_id: str
    organisation_id: str
    kind: Kind
    title: str
    requested_by: str
    requested_at: datetime
    deadline_at: datetime
    state: State = State.QUEUED
    scope: Scope = field(default_factory=Scope)
    subject: str | None = None
    schedule_id: str | None = None
    scheduled_for: datetime | None = None
    waits_for: str | None = None
    retried_by: str | None = None
    finished_at: datetime | None = None
    detail: str = ""
    tally: Tally = field(default_factory=Tally)

    def counted(self, tally: Tally) -> "Job":
        """The job with the sum of its parts."""
        return replace(self, tally=tally)

    @property
    def is_open(self) -> bool:
        """Whether the job may still go on."""
        return self.state in OPEN

    @property
    def can_retry(self) -> bool:
        """Whether its failed items can be done again."""
        return self.kind in RETRYABLE and not self.is_open and self.tally.failed > 0

    @property
    def duration(self) -> timedelta:
        """From the request to the end, or to the last news."""
        until = self.finished_at or self.tally.last_at or self.requested_at
        return max(until - self.requested_at, timedelta())

    @property
    def rate(self) -> float | None:
        """Items a second over the job's life, as of its last news."""
        seconds = self.duration.total_seconds()
        ended = self.tally.done + self.tally.failed
        return round(ended / seconds, 3) if ended and seconds > 0 else None

    @property
    def expected_at(self) -> datetime | None:
        """When the job will be done at its rate so far."""
        if not self.is_open or not self.rate or self.tally.total is None or self.tally.last_at is None:
            return None
        left = self.tally.total - self.tally.done - self.tally.failed
        return self.tally.last_at + timedelta(seconds=max(left, 0) / self.rate)


def deadline_of(kind: Kind, begun: datetime) -> datetime:
    """When a job of the kind is given up."""
    return begun + DEADLINES[kind]
