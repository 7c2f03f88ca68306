"""The house as a whole: what doors and routes are built on."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from scheduler.usecases.jobs import EndJob, RequestJob, RetryJob, WatchJob
from scheduler.usecases.ports import Jobs, Schedules
from scheduler.usecases.schedules import ChangeSchedule, CreateSchedule, PreviewTiming, RemoveSchedule
from shared.kernel.clock import Clock
from shared.kernel.gauges import ReadGauges

type Check = Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scheduler:
    """The scheduler's API side, wired."""

    schedules: Schedules
    jobs: Jobs
    create_schedule: CreateSchedule
    change_schedule: ChangeSchedule
    remove_schedule: RemoveSchedule
    preview_timing: PreviewTiming
    request_job: RequestJob
    watch_job: WatchJob
    end_job: EndJob
    retry_job: RetryJob
    gauges: ReadGauges
    clock: Clock
    checks: dict[str, Check]
