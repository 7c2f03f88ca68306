"""What the clockwork sends when a schedule is due."""

from typing import Literal

from shared.contracts.envelope import Event


class JobDue(Event):
    """A schedule fired. `scheduled_for` is the moment that it meant; what is to be done stands in the schedule."""

    type: Literal["scheduler.job-due"] = "scheduler.job-due"
    schedule_id: str
    scheduled_for: str | None = None
