"""The house as a whole: what doors and routes are built on."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from scheduler.usecases.jobs import RequestJob
from scheduler.usecases.ports import Jobs, Schedules
from scheduler.usecases.schedules import CreateSchedule, RemoveSchedule
from shared.kernel.clock import Clock

type Check = Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scheduler:
    """The scheduler's API side, wired."""

    schedules: Schedules
    jobs: Jobs
    create_schedule: CreateSchedule
    remove_schedule: RemoveSchedule
    request_job: RequestJob
    clock: Clock
    checks: dict[str, Check]
