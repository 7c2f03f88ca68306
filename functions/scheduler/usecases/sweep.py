"""What the sweeper does each minute: send what waits, start what was missed, give up what is over, repair what differs.

Each part is a use case of its own and goes a limited way; the next minute goes on.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from scheduler.domain.job import OPEN, Job, State
from scheduler.domain.schedule import Schedule
from scheduler.usecases.fire import FireSchedule
from scheduler.usecases.jobs import EndJob
from scheduler.usecases.ports import Clockwork, Jobs, Stopper, SweptJobs, SweptSchedules
from scheduler.usecases.schedules import ArmSchedule
from shared.kernel.clock import Clock
from shared.kernel.errors import PlatformError

LIMIT = 500
PAGE = 50
# As many as the client has connections.
LANES = 4
# What an API call has just kept, it arms and marks itself.
PATIENCE = timedelta(seconds=30)

type Part = Callable[[], Awaitable[int]]


async def each[T](items: Sequence[T], act: Callable[[T], Awaitable[bool]]) -> int:
    """Act on every item, a few at a time, also behind one that fails; returns on how many it did something."""
    lanes = asyncio.Semaphore(LANES)
    failed: list[PlatformError] = []

    async def acted(item: T) -> bool:
        async with lanes:
            try:
                return await act(item)
            except PlatformError as error:
                failed.append(error)
                return False

    done = sum(await asyncio.gather(*(acted(item) for item in items)))
    if failed:
        raise ExceptionGroup(f"{len(failed)} of {len(items)} failed", failed)
    return done


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweep:
    """Every part of a tick. One that fails stops no other, and is named."""

    parts: Mapping[str, Part]

    async def __call__(self) -> int:
        """Do all parts; an `ExceptionGroup` names those that failed."""
        done = await asyncio.gather(*(part() for part in self.parts.values()), return_exceptions=True)
        failed = {name: one for name, one in zip(self.parts, done, strict=True) if isinstance(one, Exception)}
        if failed:
            raise ExceptionGroup(f"the sweep did not finish: {', '.join(failed)}", list(failed.values()))
        return sum(one for one in done if isinstance(one, int))


@dataclass(frozen=True, slots=True, kw_only=True)
class FireMissed:
    """Start runs that the clockwork leapt over, and make up for missed ones where the schedule wants it."""

    swept: SweptSchedules
    fire: FireSchedule
    clock: Clock

    async def __call__(self) -> int:
        """Start what should have started; returns how many runs that were."""
        return await each(await self.swept.due_for_a_look(self.clock(), LIMIT), self._look)

    async def _look(self, schedule: Schedule) -> bool:
        run, judged = schedule.to_make_up(schedule.checked_until or schedule.created_at, self.clock())
        if run is not None:
            await self.fire.run(schedule, run.at)
        await self.swept.looked_at(schedule, judged)
        return run is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class EndOverdue:
    """Give up jobs whose deadline is over, and mark what could not be marked when it ended."""

    swept: SweptJobs
    end: EndJob
    stopper: Stopper
    clock: Clock

    async def expire(self) -> int:
        """Expire overdue jobs; returns how many."""
        return await each(await self.swept.overdue(self.clock(), LIMIT), self._expire)

    async def _expire(self, job: Job) -> bool:
        return await self.end.end(job, State.EXPIRED, "the job did not end by its deadline")

    async def mark(self) -> int:
        """Mark ended jobs as stopped; returns how many."""
        return await each(await self.swept.unmarked(self.clock() - PATIENCE, LIMIT), self._mark)

    async def _mark(self, job: Job) -> bool:
        await self.stopper.mark(job)
        return True


@dataclass(frozen=True, slots=True, kw_only=True)
class BeginWaiting:
    """Begin jobs that waited for another of their schedule."""

    swept: SweptJobs
    jobs: Jobs

    async def __call__(self) -> int:
        """Begin those whose predecessor has ended; returns how many."""
        return await each(await self.swept.waiting(LIMIT), self._begin)

    async def _begin(self, job: Job) -> bool:
        states = await self.jobs.states(job.organisation_id, [job.waits_for or ""])
        ended = OPEN.isdisjoint(states.values())
        if ended:
            await self.swept.begin(job)
        return ended


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconcile:
    """Compare store and clockwork page by page, and bring the clockwork to what the store says."""

    swept: SweptSchedules
    clockwork: Clockwork
    arm: ArmSchedule
    clock: Clock

    async def arm_unarmed(self) -> int:
        """Arm what was changed and not armed, and take out what was withdrawn; returns how many."""
        return await each(await self.swept.unarmed(self.clock() - PATIENCE, LIMIT), self._arm)

    async def _arm(self, found: tuple[Schedule, bool]) -> bool:
        schedule, withdrawn = found
        await (self.arm.disarm(schedule.schedule_id) if withdrawn else self.arm(schedule))
        return True

    async def kept(self) -> int:
        """Put a page of the store's schedules into the clockwork where they lack or differ; returns how many."""
        return await each(await self.swept.kept_page(PAGE), self._mend)

    async def _mend(self, schedule: Schedule) -> bool:
        now = self.clock()
        if schedule.timing.next_run(now) is None or await self.clockwork.has(schedule):
            return False
        await self.clockwork.put(schedule, now)
        return True

    async def strangers(self) -> int:
        """Take a page of the clockwork's schedules out that the store does not have; returns how many."""
        names, following = await self.clockwork.names(await self.swept.token())
        removed = await each(await self.swept.strangers(names), self._remove)
        await self.swept.go_on_at(following)
        return removed

    async def _remove(self, schedule_id: str) -> bool:
        await self.clockwork.stop(schedule_id)
        return True
