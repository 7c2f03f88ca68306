"""Create, change and remove schedules. The store is the truth; the clockwork follows it, now or by the sweeper."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from scheduler.domain.errors import InvalidExpression
from scheduler.domain.schedule import Schedule
from scheduler.domain.timing import Run, Timing, checked_timing
from scheduler.domain.wording import words
from scheduler.domain.work import checked_scope
from scheduler.usecases.ports import Clockwork, Schedules, Serves
from shared.kernel.clock import Clock
from shared.kernel.errors import Unavailable


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmSchedule:
    """Bring the clockwork to what the store says of a schedule."""

    schedules: Schedules
    clockwork: Clockwork
    clock: Clock

    async def __call__(self, schedule: Schedule) -> None:
        """Let the clockwork fire the schedule as it is now; one that has no more runs is not in it."""
        now = self.clock()
        if schedule.timing.next_run(now) is None:
            await self.clockwork.stop(schedule.schedule_id)
        else:
            await self.clockwork.put(schedule, now)
        await self.schedules.armed(schedule)

    async def disarm(self, schedule_id: str) -> None:
        """Take a withdrawn schedule out of the clockwork, and forget it."""
        await self.clockwork.stop(schedule_id)
        await self.schedules.forget(schedule_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateSchedule:
    """Start work by itself from now on: at a rate, by the calendar, or once."""

    schedules: Schedules
    arm: ArmSchedule
    serves: Serves
    clock: Clock

    async def __call__(self, schedule: Schedule) -> Schedule:
        """Keep the schedule and let it fire; one that never fires, or too often, is refused."""
        self.serves(schedule.kind)
        checked_scope(schedule.kind, schedule.scope)
        schedule = replace(schedule, timing=checked_timing(schedule.timing, self.clock()))
        await self.schedules.add(schedule)
        try:
            await self.arm(schedule)
        except InvalidExpression:
            await self.schedules.withdraw(schedule.organisation_id, schedule.schedule_id)
            await self.schedules.forget(schedule.schedule_id)
            raise
        except Unavailable:
            # It is kept as not armed, and the sweeper arms it within minutes.
            return schedule
        return schedule


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeSchedule:
    """Change a schedule: its name, its time, what it covers, or whether it is paused."""

    schedules: Schedules
    arm: ArmSchedule
    clock: Clock

    async def __call__(
        self, organisation_id: str, schedule_id: str, change: Callable[[Schedule], Schedule]
    ) -> Schedule:
        """Keep the changed schedule and let it fire so; `ScheduleChanged` when somebody else was faster."""
        before = await self.schedules.get(organisation_id, schedule_id)
        changed = change(before)
        if changed == before:
            return before
        now = self.clock()
        checked_scope(changed.kind, changed.scope)
        if changed.timing != before.timing:
            timing = changed.timing
            anew = timing.expression != before.timing.expression
            changed = replace(changed, timing=checked_timing(replace(timing, anchor=now) if anew else timing, now))
        # What came due before the change, or while it was paused, is not made up by the new rules.
        changed = replace(changed, revision=before.revision + 1, checked_until=now)
        await self.schedules.change(changed)
        try:
            await self.arm(changed)
        except InvalidExpression:
            await self.schedules.change(replace(before, revision=changed.revision + 1))
            raise
        except Unavailable:
            return changed
        return changed


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveSchedule:
    """Let a schedule fire no more, and forget it."""

    schedules: Schedules
    arm: ArmSchedule

    async def __call__(self, organisation_id: str, schedule_id: str) -> None:
        """Remove the schedule; `ScheduleNotFound` when there is none."""
        await self.schedules.withdraw(organisation_id, schedule_id)
        try:
            await self.arm.disarm(schedule_id)
        except Unavailable:
            # It is withdrawn: what fires still, starts nothing, and the sweeper takes it out.
            return


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveOwner:
    """Remove the schedules of a person who is no longer a user."""

    schedules: Schedules

    async def __call__(self, organisation_id: str, user_id: str) -> None:
        """Withdraw them: from now on they start nothing, and the sweeper takes them out of the clockwork."""
        await self.schedules.withdraw_all_of(organisation_id, user_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewTiming:
    """Say what an expression means, and keep nothing."""

    clock: Clock

    def __call__(self, timing: Timing) -> tuple[str, tuple[Run, ...]]:
        """The expression in words, and the next five runs."""
        checked = checked_timing(timing, self.clock())
        return words(checked.expression, checked.timezone), checked.next_runs(self.clock())
