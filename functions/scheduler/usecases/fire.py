"""Start the job of a schedule that has come due. A run is known by its schedule and its moment, and starts once."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from scheduler.domain.errors import ScheduleNotFound
from scheduler.domain.job import Job, deadline_of
from scheduler.domain.schedule import Firing, Schedule, firing_of
from scheduler.domain.work import PREFIXES, WAITS_AT_MOST
from scheduler.usecases.ports import Firings, Schedules, Stopper
from shared.kernel.clock import Clock
from shared.kernel.errors import Unavailable
from shared.kernel.identifiers import derived_id, sortable_id


@dataclass(frozen=True, slots=True, kw_only=True)
class FireSchedule:
    """Do what a schedule is for."""

    schedules: Schedules
    firings: Firings
    stopper: Stopper
    clock: Clock

    async def __call__(self, organisation_id: str, schedule_id: str, moment: datetime) -> None:
        """Start the job of the run; nothing for a schedule that is removed, paused or over, and for a late message."""
        try:
            schedule = await self.schedules.get(organisation_id, schedule_id)
        except ScheduleNotFound:
            return
        await self.run(schedule, moment)

    async def run(self, schedule: Schedule, moment: datetime) -> None:
        """Start the job of the run as far as the schedule's rules let it."""
        now = self.clock()
        if not schedule.is_due(moment, now):
            await self.firings.skip(schedule, moment)
            return
        job = _job_of(schedule, moment, now)
        under_way = await self.firings.under_way(schedule)
        if any(one.job_id == job.job_id for one in under_way):
            return
        waiting = any(one.waits_for is not None for one in under_way)
        match firing_of(schedule.overlap, under_way=bool(under_way), waiting=waiting):
            case Firing.SKIP:
                await self.firings.skip(schedule, moment)
            case Firing.WAIT:
                await self.firings.start(schedule, _waiting(job, under_way[-1], now), (), now)
            case Firing.START:
                await self.firings.start(schedule, job, (), now)
            case Firing.REPLACE:
                await self._replace(schedule, job, under_way, now)

    async def _replace(self, schedule: Schedule, job: Job, replaced: Sequence[Job], now: datetime) -> None:
        if not await self.firings.start(schedule, job, replaced, now):
            return
        for one in replaced:
            try:
                await self.stopper.mark(one)
            except Unavailable:
                # The sweeper marks it.
                return


def _waiting(job: Job, previous: Job, now: datetime) -> Job:
    return replace(job, waits_for=previous.job_id, deadline_at=now + WAITS_AT_MOST)


def _job_of(schedule: Schedule, moment: datetime, now: datetime) -> Job:
    return Job(
        job_id=run_id(schedule.schedule_id, moment, PREFIXES.get(schedule.kind, "job")),
        organisation_id=schedule.organisation_id,
        kind=schedule.kind,
        title=schedule.name,
        scope=schedule.scope,
        subject=schedule.scope.subject,
        requested_by=schedule.created_by,
        requested_at=now,
        deadline_at=deadline_of(schedule.kind, now),
        schedule_id=schedule.schedule_id,
        scheduled_for=moment,
    )


def run_id(schedule_id: str, moment: datetime, prefix: str = "job") -> str:
    """The id of the run's job: it sorts by time like every job's, and the same run has the same id."""
    noise = int(derived_id("job", schedule_id, moment.isoformat()).rsplit("_", maxsplit=1)[-1][:20], 16)
    return sortable_id(prefix, moment, random_bits=noise)
