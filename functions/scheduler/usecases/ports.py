"""What the scheduler's intents need from outside, in its own words."""

from collections.abc import Callable
from typing import Protocol

from scheduler.domain.job import Job, Schedule
from shared.kernel.paging import Page, Window


class Schedules(Protocol):
    """The schedules of every organisation."""

    async def add(self, schedule: Schedule) -> None:
        """Keep a new schedule."""

    async def get(self, organisation_id: str, schedule_id: str) -> Schedule:
        """Return one schedule; `ScheduleNotFound` when there is none."""

    async def remove(self, organisation_id: str, schedule_id: str) -> None:
        """Forget a schedule."""

    async def page(self, organisation_id: str, window: Window) -> Page[Schedule]:
        """Return some schedules, by id."""


class Clockwork(Protocol):
    """What fires schedules."""

    async def start(self, schedule: Schedule) -> None:
        """Fire the schedule from now on; starting it twice is starting it once."""

    async def stop(self, schedule_id: str) -> None:
        """Fire the schedule no more; one that does not fire is stopped already."""


class Jobs(Protocol):
    """The jobs of every organisation."""

    async def add(self, job: Job) -> bool:
        """Keep a new job; False when there is one of its id."""

    async def remove(self, job: Job) -> None:
        """Forget a job that could not be handed over."""

    async def get(self, organisation_id: str, job_id: str) -> Job:
        """Return one job; `JobNotFound` when there is none."""

    async def page(self, organisation_id: str, window: Window) -> Page[Job]:
        """Return some jobs, newest first."""

    async def change(self, organisation_id: str, job_id: str, event_id: str, change: Callable[[Job], Job]) -> None:
        """Apply the change that an event tells of, once for each event id."""


class DueWork(Protocol):
    """Jobs that are to start."""

    async def due(self, job: Job) -> None:
        """Hand a job over to be started."""


class Scans(Protocol):
    """Pricing's scans."""

    async def request(self, job: Job) -> None:
        """Ask pricing for a scan; asking twice with one job id is asking once."""
