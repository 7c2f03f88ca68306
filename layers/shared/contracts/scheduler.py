"""What the scheduler sends when a job is due."""

from typing import Literal

from shared.contracts.envelope import Event, Message


class JobScope(Message):
    """Which part of the market a job covers; empty means all of it."""

    competitor_ids: tuple[str, ...] = ()


class JobDue(Event):
    """A schedule fired, or a person asked for the job now.

    `scheduled_for` is the time the schedule meant. A person's request has a job id and no schedule.
    """

    type: Literal["scheduler.job-due"] = "scheduler.job-due"
    kind: Literal["scan"]
    scope: JobScope = JobScope()
    schedule_id: str | None = None
    scheduled_for: str | None = None
    job_id: str | None = None
