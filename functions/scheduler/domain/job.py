"""A job: one piece of background work, with its progress; and the schedule that may have started it."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum


class State(StrEnum):
    """Where a job stands."""

    QUEUED = "QUEUED"
    RUNNING = "RUNNING"
    COMPLETED = "COMPLETED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """When work of one kind starts by itself."""

    schedule_id: str
    organisation_id: str
    name: str
    kind: str
    competitor_ids: tuple[str, ...]
    expression: str
    timezone: str
    created_by: str
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One run of background work. `total` is known once the work is planned."""

    job_id: str
    organisation_id: str
    kind: str
    competitor_ids: tuple[str, ...]
    state: State
    requested_by: str
    requested_at: datetime
    total: int | None = None
    done: int = 0
    failed: int = 0
    finished_at: datetime | None = None

    def planned(self, total: int, at: datetime) -> "Job":
        """The job once it is known how many items it has."""
        return replace(self, total=total, state=State.RUNNING).settled(at)

    def progressed(self, done: int, failed: int, at: datetime) -> "Job":
        """The job with so many more items done and failed."""
        moved = replace(self, done=self.done + done, failed=self.failed + failed, state=State.RUNNING)
        return moved.settled(at)

    def settled(self, at: datetime) -> "Job":
        """The job, completed when every item has come to an end; the plan may arrive after the last item."""
        if self.total is None or self.done + self.failed < self.total:
            return self
        return replace(self, state=State.COMPLETED, finished_at=self.finished_at or at)
