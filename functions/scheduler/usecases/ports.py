"""What the scheduler's intents need from outside, in its own words."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from scheduler.domain.job import Job, Part, State, Tally
from scheduler.domain.schedule import Schedule
from scheduler.domain.work import Kind
from shared.kernel.paging import Page, Window

type Pause = Callable[[float], Awaitable[None]]
type Serves = Callable[[Kind], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which jobs of an organisation are asked for."""

    kind: Kind | None = None
    state: State | None = None
    schedule_id: str | None = None


class Schedules(Protocol):
    """The schedules of every organisation. A change leaves the schedule unarmed until the clockwork has it."""

    async def add(self, schedule: Schedule) -> None:
        """Keep a new schedule; `TooManySchedules` when the organisation has as many as it may."""

    async def get(self, organisation_id: str, schedule_id: str) -> Schedule:
        """Return one schedule; `ScheduleNotFound` when there is none."""

    async def page(self, organisation_id: str, window: Window) -> Page[Schedule]:
        """Return some schedules, by id."""

    async def change(self, schedule: Schedule) -> None:
        """Keep the next revision; `ScheduleChanged` when another was kept since this one was read."""

    async def withdraw(self, organisation_id: str, schedule_id: str) -> None:
        """Show and fire the schedule no more; `ScheduleNotFound` when there is none."""

    async def withdraw_all_of(self, organisation_id: str, user_id: str) -> None:
        """Withdraw every schedule that a person made."""

    async def forget(self, schedule_id: str) -> None:
        """Forget a withdrawn schedule that the clockwork has no more."""

    async def armed(self, schedule: Schedule) -> None:
        """Note that the clockwork has this revision."""


class SweptSchedules(Protocol):
    """The schedules of every organisation, as the sweeper goes through them."""

    async def unarmed(self, before: datetime, limit: int) -> Sequence[tuple[Schedule, bool]]:
        """Schedules whose last change the clockwork may not know, and whether they are withdrawn."""

    async def due_for_a_look(self, now: datetime, limit: int) -> Sequence[Schedule]:
        """Schedules with a run that should have fired by now."""

    async def looked_at(self, schedule: Schedule, until: datetime) -> None:
        """Note until when all runs of the schedule are judged."""

    async def kept_page(self, limit: int) -> Sequence[Schedule]:
        """The next few schedules of a walk that starts again at its end."""

    async def strangers(self, schedule_ids: Sequence[str]) -> Sequence[str]:
        """Those of the ids that no schedule has."""

    async def token(self) -> str | None:
        """Where the walk through the clockwork goes on."""

    async def go_on_at(self, token: str | None) -> None:
        """Keep where the walk through the clockwork goes on."""


class Clockwork(Protocol):
    """What fires schedules."""

    async def put(self, schedule: Schedule, now: datetime) -> None:
        """Fire the schedule in its present revision from now on; a paused one is there and does not fire."""

    async def stop(self, schedule_id: str) -> None:
        """Fire the schedule no more; one that does not fire is stopped already."""

    async def has(self, schedule: Schedule) -> bool:
        """Whether it is there in this revision."""

    async def names(self, token: str | None) -> tuple[Sequence[str], str | None]:
        """One page of the ids that fire, and where the next begins."""


class Firings(Protocol):
    """What a schedule's run changes: the schedule, its job and the work that is asked for, all or nothing."""

    async def under_way(self, schedule: Schedule) -> Sequence[Job]:
        """The schedule's jobs that have not come to an end."""

    async def skip(self, schedule: Schedule, moment: datetime) -> None:
        """Note that a run came due and starts nothing."""

    async def start(self, schedule: Schedule, job: Job, replaced: Sequence[Job], at: datetime) -> bool:
        """Keep the job and ask for its work unless it waits; cancel the replaced ones. False: it is known already."""


class Jobs(Protocol):
    """The jobs of every organisation."""

    async def request(self, job: Job) -> None:
        """Keep a new job and ask for its work, both or neither."""

    async def retry(self, origin: Job, again: Job) -> str:
        """Keep a retry and ask for its work, once for each origin; returns the id of the one retry."""

    async def open(self, job: Job) -> None:
        """Keep a job that was born elsewhere; one that is known stays as it is."""

    async def get(self, organisation_id: str, job_id: str) -> Job:
        """Return one job with its counts; `JobNotFound` when there is none."""

    async def find(self, organisation_id: str, job_id: str) -> Job | None:
        """One job with its counts, if there is one."""

    async def page(self, organisation_id: str, wanted: Wanted, window: Window) -> Page[Job]:
        """Return some jobs, newest first."""

    async def states(self, organisation_id: str, job_ids: Sequence[str]) -> dict[str, State]:
        """The states of some jobs, by id."""

    async def note(self, part: Part) -> None:
        """Keep a piece of news, once for its event id."""

    async def move(self, job: Job, state: State, tally: Tally, at: datetime) -> None:
        """Move the job to a state unless somebody moved it since it was read."""

    async def end(self, job: Job, state: State, at: datetime, detail: str) -> bool:
        """Cancel or expire the job, and tell it; False when somebody ended it since it was read."""


class SweptJobs(Protocol):
    """The jobs of every organisation, as the sweeper looks for them."""

    async def overdue(self, now: datetime, limit: int) -> Sequence[Job]:
        """Open jobs whose deadline is over."""

    async def unmarked(self, before: datetime, limit: int) -> Sequence[Job]:
        """Ended jobs that the working houses may not know of."""

    async def waiting(self, limit: int) -> Sequence[Job]:
        """Jobs that wait for another, oldest first."""

    async def begin(self, job: Job) -> None:
        """Ask for the work of a job that waited, unless it does not wait any more."""


class Stopper(Protocol):
    """The marks that tell working houses to drop a job."""

    async def mark(self, job: Job) -> None:
        """Mark the job as stopped, and note that it was done."""
