"""Create and remove schedules."""

from dataclasses import dataclass, replace

from scheduler.domain.expression import checked_expression, checked_zone
from scheduler.domain.job import Schedule
from scheduler.usecases.ports import Clockwork, Schedules
from shared.kernel.clock import Clock
from shared.kernel.errors import Unavailable


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateSchedule:
    """Start work by itself from now on: at a rate, by the calendar, or once."""

    schedules: Schedules
    clockwork: Clockwork
    clock: Clock

    async def __call__(self, schedule: Schedule) -> Schedule:
        """Keep the schedule and let it fire; one whose expression never fires is refused."""
        checked_zone(schedule.timezone)
        expression = checked_expression(schedule.expression, schedule.timezone, self.clock())
        schedule = replace(schedule, expression=expression)
        # Fires first, is listed second: a schedule that is listed but does not fire would be believed.
        await self.clockwork.start(schedule)
        try:
            await self.schedules.add(schedule)
        except Unavailable:
            await self.clockwork.stop(schedule.schedule_id)
            raise
        return schedule


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveSchedule:
    """Let a schedule fire no more, and forget it."""

    schedules: Schedules
    clockwork: Clockwork

    async def __call__(self, organisation_id: str, schedule_id: str) -> None:
        """Remove the schedule; `ScheduleNotFound` when there is none."""
        schedule = await self.schedules.get(organisation_id, schedule_id)
        await self.clockwork.stop(schedule.schedule_id)
        await self.schedules.remove(organisation_id, schedule_id)
