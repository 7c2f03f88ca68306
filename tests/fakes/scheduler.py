"""The scheduler's ports in memory."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from scheduler.domain.errors import JobNotFound, ScheduleChanged, ScheduleNotFound, TooManySchedules
from scheduler.domain.job import MOVES, OPEN, Job, Part, State, Tally, deadline_of
from scheduler.domain.schedule import SCHEDULES_OF_AN_ORGANISATION, Schedule
from scheduler.usecases.ports import Wanted
from shared.kernel.errors import Unavailable
from shared.kernel.paging import Page, Window
from tests.builders.scheduler import MONDAY
from tests.fakes.lists import page_of


@dataclass
class FakeSchedules:
    """Schedules by id, with what the store notes of each."""

    clock: Callable[[], datetime] = lambda: MONDAY
    kept: dict[str, Schedule] = field(default_factory=dict)
    withdrawn: dict[str, Schedule] = field(default_factory=dict)
    unarmed_since: dict[str, datetime] = field(default_factory=dict)
    walked_to: str = ""
    place: str | None = None

    async def add(self, schedule: Schedule) -> None:
        own = [one for one in self.kept.values() if one.organisation_id == schedule.organisation_id]
        if len(own) >= SCHEDULES_OF_AN_ORGANISATION:
            raise TooManySchedules("too many")
        self.kept.setdefault(schedule.schedule_id, schedule)
        self.unarmed_since[schedule.schedule_id] = self.clock()

    async def get(self, organisation_id: str, schedule_id: str) -> Schedule:
        found = self.kept.get(schedule_id)
        if found is None or found.organisation_id != organisation_id:
            raise ScheduleNotFound("none")
        return found

    async def page(self, organisation_id: str, window: Window) -> Page[Schedule]:
        own = [one for one in self.kept.values() if one.organisation_id == organisation_id]
        return page_of(own, lambda one: one.schedule_id, window)

    async def change(self, schedule: Schedule) -> None:
        found = self.kept.get(schedule.schedule_id)
        if found is None or (found.organisation_id, found.revision) != (
            schedule.organisation_id,
            schedule.revision - 1,
        ):
            raise ScheduleChanged("changed")
        self.kept[schedule.schedule_id] = replace(
            schedule, firings=found.firings, fired_for=found.fired_for, last_job_id=found.last_job_id
        )
        self.unarmed_since[schedule.schedule_id] = self.clock()

    async def withdraw(self, organisation_id: str, schedule_id: str) -> None:
        await self.get(organisation_id, schedule_id)
        self.withdrawn[schedule_id] = self.kept.pop(schedule_id)
        self.unarmed_since[schedule_id] = self.clock()

    async def withdraw_all_of(self, organisation_id: str, user_id: str) -> None:
        for one in list(self.kept.values()):
            if (one.organisation_id, one.created_by) == (organisation_id, user_id):
                await self.withdraw(organisation_id, one.schedule_id)

    async def forget(self, schedule_id: str) -> None:
        if self.withdrawn.pop(schedule_id, None) is not None:
            del self.unarmed_since[schedule_id]

    async def armed(self, schedule: Schedule) -> None:
        found = self.kept.get(schedule.schedule_id)
        if found is not None and found.revision == schedule.revision:
            self.unarmed_since.pop(schedule.schedule_id, None)

    async def unarmed(self, before: datetime, limit: int) -> Sequence[tuple[Schedule, bool]]:
        late = [name for name, since in sorted(self.unarmed_since.items()) if since <= before][:limit]
        return [(self.withdrawn.get(name) or self.kept[name], name in self.withdrawn) for name in late]

    async def due_for_a_look(self, now: datetime, limit: int) -> Sequence[Schedule]:
        looks = [(one.check_at(one.checked_until or one.created_at), one) for one in self.kept.values()]
        return [one for at, one in looks if at is not None and at <= now][:limit]

    async def looked_at(self, schedule: Schedule, until: datetime) -> None:
        found = self.kept.get(schedule.schedule_id)
        if found is not None and found.revision == schedule.revision:
            self.kept[schedule.schedule_id] = replace(found, checked_until=until)

    async def kept_page(self, limit: int) -> Sequence[Schedule]:
        names = [name for name in sorted(self.kept) if name > self.walked_to][:limit]
        self.walked_to = names[-1] if len(names) == limit else ""
        return [self.kept[name] for name in names]

    async def strangers(self, schedule_ids: Sequence[str]) -> Sequence[str]:
        return sorted(set(schedule_ids) - set(self.kept) - set(self.withdrawn))

    async def token(self) -> str | None:
        return self.place

    async def go_on_at(self, token: str | None) -> None:
        self.place = token


@dataclass
class FakeClockwork:
    """The schedules that fire, in pages of two."""

    firing: dict[str, Schedule] = field(default_factory=dict)
    down: bool = False

    async def put(self, schedule: Schedule, _: datetime) -> None:
        self._answer()
        self.firing[schedule.schedule_id] = schedule

    async def stop(self, schedule_id: str) -> None:
        self._answer()
        self.firing.pop(schedule_id, None)

    async def has(self, schedule: Schedule) -> bool:
        self._answer()
        found = self.firing.get(schedule.schedule_id)
        return found is not None and found.revision == schedule.revision

    async def names(self, token: str | None) -> tuple[Sequence[str], str | None]:
        self._answer()
        following = [name for name in sorted(self.firing) if name > (token or "")]
        return following[:2], following[1] if len(following) > 2 else None

    def _answer(self) -> None:
        if self.down:
            raise Unavailable("no clockwork")


def _sum(parts: Sequence[Part]) -> Tally:
    endings = [part for part in parts if part.ending is not None]
    return Tally(
        total=max((part.items for part in parts if part.items is not None), default=None),
        done=sum(part.done for part in parts),
        failed=sum(part.failed for part in parts),
        cost_microusd=sum(part.cost_microusd for part in parts),
        first_at=min((part.at for part in parts), default=None),
        last_at=max((part.at for part in parts), default=None),
        ending=endings[0].ending if endings else None,
        detail=endings[0].detail if endings else "",
    )


@dataclass
class FakeJobs:
    """Jobs by id, their news, the work that was asked for, and what was told of their end."""

    schedules: FakeSchedules = field(default_factory=FakeSchedules)
    kept: dict[str, Job] = field(default_factory=dict)
    parts: dict[tuple[str, str], Part] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    told: list[tuple[str, State]] = field(default_factory=list)
    pending: dict[str, datetime] = field(default_factory=dict)
    marked: list[str] = field(default_factory=list)
    no_marks: bool = False
    down: bool = False

    async def request(self, job: Job) -> None:
        if self.down:
            raise Unavailable("no store")
        if job.job_id not in self.kept:
            self.kept[job.job_id] = job
            self.asked.append(job.job_id)

    async def retry(self, origin: Job, again: Job) -> str:
        found = self.kept[origin.job_id].retried_by
        if found is None:
            self.kept[origin.job_id] = replace(self.kept[origin.job_id], retried_by=again.job_id)
            await self.request(again)
        return found or again.job_id

    async def open(self, job: Job) -> None:
        self.kept.setdefault(job.job_id, job)

    async def get(self, organisation_id: str, job_id: str) -> Job:
        found = await self.find(organisation_id, job_id)
        if found is None:
            raise JobNotFound("none")
        return found

    async def find(self, organisation_id: str, job_id: str) -> Job | None:
        found = self.kept.get(job_id)
        return None if found is None or found.organisation_id != organisation_id else self._counted(found)

    def _counted(self, job: Job) -> Job:
        mine = [
            part
            for part in self.parts.values()
            if (part.organisation_id, part.job_id) == (job.organisation_id, job.job_id)
        ]
        return job if (job.state is State.COMPLETED and job.tally.is_whole) or not mine else job.counted(_sum(mine))

    async def page(self, organisation_id: str, wanted: Wanted, window: Window) -> Page[Job]:
        own = [
            self._counted(job)
            for job in self.kept.values()
            if job.organisation_id == organisation_id
            and wanted.kind in {None, job.kind}
            and wanted.state in {None, job.state}
            and wanted.schedule_id in {None, job.schedule_id}
        ]
        return page_of(own, lambda job: job.job_id, window, newest_first=True)

    async def states(self, organisation_id: str, job_ids: Sequence[str]) -> dict[str, State]:
        own = [self.kept[name] for name in job_ids if name in self.kept]
        return {job.job_id: job.state for job in own if job.organisation_id == organisation_id}

    async def note(self, part: Part) -> None:
        self.parts.setdefault((part.organisation_id, part.event_id), part)

    async def move(self, job: Job, state: State, tally: Tally, at: datetime) -> None:
        found = self.kept[job.job_id]
        if found.organisation_id != job.organisation_id or state not in MOVES[found.state]:
            return
        moved = replace(found, state=state)
        self.kept[job.job_id] = (
            moved if state in OPEN else replace(moved, finished_at=at, detail=tally.detail, tally=tally)
        )

    async def end(self, job: Job, state: State, at: datetime, detail: str) -> bool:
        found = self.kept.get(job.job_id)
        if found is None or found.organisation_id != job.organisation_id or not found.is_open:
            return False
        self.kept[job.job_id] = replace(found, state=state, finished_at=at, detail=detail)
        self.told.append((job.job_id, state))
        self.pending[job.job_id] = at
        return True

    async def mark(self, job: Job) -> None:
        if self.no_marks:
            raise Unavailable("no bucket")
        self.marked.append(job.job_id)
        self.pending.pop(job.job_id, None)

    async def overdue(self, now: datetime, limit: int) -> Sequence[Job]:
        return [job for job in self.kept.values() if job.is_open and job.deadline_at <= now][:limit]

    async def unmarked(self, before: datetime, limit: int) -> Sequence[Job]:
        return [self.kept[name] for name, since in self.pending.items() if since <= before][:limit]

    async def waiting(self, limit: int) -> Sequence[Job]:
        return [job for job in self.kept.values() if job.is_open and job.waits_for is not None][:limit]

    async def begin(self, job: Job) -> None:
        found = self.kept[job.job_id]
        if found.is_open and found.waits_for == job.waits_for:
            deadline = deadline_of(job.kind, self.schedules.clock())
            self.kept[job.job_id] = replace(found, waits_for=None, deadline_at=deadline)
            self.asked.append(job.job_id)

    async def under_way(self, schedule: Schedule) -> Sequence[Job]:
        own = [job for job in self.kept.values() if job.schedule_id == schedule.schedule_id and job.is_open]
        return sorted(own, key=lambda job: job.job_id)

    async def skip(self, schedule: Schedule, moment: datetime) -> None:
        found = self.schedules.kept.get(schedule.schedule_id)
        if found is not None:
            latest = moment if found.fired_for is None else max(found.fired_for, moment)
            self.schedules.kept[schedule.schedule_id] = replace(found, fired_for=latest)

    async def start(self, schedule: Schedule, job: Job, replaced: Sequence[Job], at: datetime) -> bool:
        if job.job_id in self.kept:
            return False
        await self.skip(schedule, job.scheduled_for or at)
        found = self.schedules.kept[schedule.schedule_id]
        self.schedules.kept[schedule.schedule_id] = replace(
            found, firings=schedule.firings + 1, last_job_id=job.job_id
        )  # fmt: skip
        for one in replaced:
            await self.end(one, State.CANCELLED, at, f"replaced by {job.job_id}")
        self.kept[job.job_id] = job
        if job.waits_for is None:
            self.asked.append(job.job_id)
        return True
