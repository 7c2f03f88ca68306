"""The scheduler's ports in memory."""

from collections.abc import Callable
from dataclasses import dataclass, field

from scheduler.domain.errors import JobNotFound, ScheduleNotFound
from scheduler.domain.job import Job, Schedule
from shared.kernel.errors import Unavailable
from shared.kernel.paging import Page, Window
from tests.fakes.lists import page_of


@dataclass
class FakeSchedules:
    """Schedules by id."""

    kept: dict[str, Schedule] = field(default_factory=dict)
    down: bool = False

    async def add(self, schedule: Schedule) -> None:
        if self.down:
            raise Unavailable("no store")
        self.kept[schedule.schedule_id] = schedule

    async def get(self, organisation_id: str, schedule_id: str) -> Schedule:
        found = self.kept.get(schedule_id)
        if found is None or found.organisation_id != organisation_id:
            raise ScheduleNotFound("none")
        return found

    async def remove(self, organisation_id: str, schedule_id: str) -> None:
        found = self.kept.get(schedule_id)
        if found is not None and found.organisation_id == organisation_id:
            del self.kept[schedule_id]

    async def page(self, organisation_id: str, window: Window) -> Page[Schedule]:
        own = [one for one in self.kept.values() if one.organisation_id == organisation_id]
        return page_of(own, lambda one: one.schedule_id, window)


@dataclass
class FakeClockwork:
    """The schedules that fire."""

    firing: dict[str, Schedule] = field(default_factory=dict)
    down: bool = False

    async def start(self, schedule: Schedule) -> None:
        if self.down:
            raise Unavailable("no clockwork")
        self.firing[schedule.schedule_id] = schedule

    async def stop(self, schedule_id: str) -> None:
        if self.down:
            raise Unavailable("no clockwork")
        self.firing.pop(schedule_id, None)


@dataclass
class FakeJobs:
    """Jobs by id, and the events that were counted."""

    kept: dict[str, Job] = field(default_factory=dict)
    counted: set[str] = field(default_factory=set)

    async def add(self, job: Job) -> bool:
        new = job.job_id not in self.kept
        self.kept.setdefault(job.job_id, job)
        return new

    async def remove(self, job: Job) -> None:
        found = self.kept.get(job.job_id)
        if found is not None and found.organisation_id == job.organisation_id:
            del self.kept[job.job_id]

    async def get(self, organisation_id: str, job_id: str) -> Job:
        found = self.kept.get(job_id)
        if found is None or found.organisation_id != organisation_id:
            raise JobNotFound("none")
        return found

    async def page(self, organisation_id: str, window: Window) -> Page[Job]:
        own = [job for job in self.kept.values() if job.organisation_id == organisation_id]
        return page_of(own, lambda job: job.job_id, window, newest_first=True)

    async def change(self, organisation_id: str, job_id: str, event_id: str, change: Callable[[Job], Job]) -> None:
        if event_id in self.counted:
            return
        self.kept[job_id] = change(await self.get(organisation_id, job_id))
        self.counted.add(event_id)


@dataclass
class FakeHandover:
    """Jobs handed over: those that are due, and those whose scan was asked for."""

    given: list[Job] = field(default_factory=list)
    down: bool = False

    async def due(self, job: Job) -> None:
        await self.request(job)

    async def request(self, job: Job) -> None:
        if self.down:
            raise Unavailable("no queue")
        self.given.append(job)
