"""The sweeper through fakes: each part on its own, and none kept back by another."""

import asyncio
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest

from scheduler.domain.errors import ScheduleChanged
from scheduler.domain.job import State
from scheduler.domain.schedule import Missed, Schedule
from scheduler.usecases.fire import FireSchedule, run_id
from scheduler.usecases.jobs import EndJob
from scheduler.usecases.schedules import ArmSchedule
from scheduler.usecases.sweep import BeginWaiting, EndOverdue, FireMissed, Part, Reconcile, Sweep
from shared.kernel.errors import Unavailable
from tests.builders.scheduler import MONDAY, a_job, a_schedule
from tests.fakes.scheduler import FakeClockwork, FakeJobs, FakeSchedules

SIX = datetime(2026, 11, 24, 4, tzinfo=UTC)
LEAP = datetime(2027, 3, 28, 1, tzinfo=UTC)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


@dataclass
class House:
    """The sweeper's parts over fakes, at a time that the test sets."""

    now: datetime = MONDAY
    clockwork: FakeClockwork = field(default_factory=FakeClockwork)
    schedules: FakeSchedules = field(default_factory=FakeSchedules)

    def __post_init__(self) -> None:
        self.jobs = FakeJobs(schedules=self.schedules)
        self.schedules.clock = self.clock

    def clock(self) -> datetime:
        return self.now

    def keep(self, *schedules: Schedule) -> None:
        self.schedules.kept |= {one.schedule_id: one for one in schedules}

    @property
    def fire(self) -> FireSchedule:
        return FireSchedule(schedules=self.schedules, firings=self.jobs, stopper=self.jobs, clock=self.clock)

    def missed(self, now: datetime) -> int:
        self.now = now
        return asyncio.run(FireMissed(swept=self.schedules, fire=self.fire, clock=self.clock)())

    @property
    def ends(self) -> EndOverdue:
        end = EndJob(jobs=self.jobs, stopper=self.jobs, clock=self.clock)
        return EndOverdue(swept=self.jobs, end=end, stopper=self.jobs, clock=self.clock)

    @property
    def repairs(self) -> Reconcile:
        arm = ArmSchedule(schedules=self.schedules, clockwork=self.clockwork, clock=self.clock)
        return Reconcile(swept=self.schedules, clockwork=self.clockwork, arm=arm, clock=self.clock)


@pytest.fixture
def house() -> House:
    return House()


def test_one_part_that_fails_stops_no_other_and_is_named() -> None:
    done: list[str] = []

    def part(name: str, error: Exception | None = None) -> Part:
        async def act() -> int:
            done.append(name)
            if error is not None:
                raise error
            return 2

        return act

    sweep = Sweep(
        parts={"relay": part("relay", RuntimeError("x")), "marks": part("marks"), "a": part("a", Unavailable("y"))}
    )

    with pytest.raises(ExceptionGroup, match="did not finish: relay, a") as caught:
        asyncio.run(sweep())

    assert sorted(done) == ["a", "marks", "relay"]
    assert len(caught.value.exceptions) == 2
    assert asyncio.run(Sweep(parts={"marks": part("marks"), "b": part("b")})()) == 4


def test_r4_2_a_missed_run_is_made_up_once_where_the_schedule_wants_it(house: House) -> None:
    house.keep(a_schedule(missed=Missed.CATCH_UP), a_schedule(schedule_id="sch_2", missed=Missed.SKIP))

    made_up = [house.missed(SIX + 20 * MINUTE), house.missed(SIX + 21 * MINUTE)]

    assert made_up == [1, 0]
    assert house.jobs.asked == [run_id("sch_1", SIX)]


def test_a_run_that_fired_is_not_made_up_and_a_late_firing_finds_its_run_made_up(house: House) -> None:
    house.keep(a_schedule(missed=Missed.CATCH_UP))
    house.missed(SIX + 20 * MINUTE)

    asyncio.run(house.fire("org", "sch_1", SIX))

    assert house.jobs.asked == [run_id("sch_1", SIX)]


def test_r4_3_a_run_in_the_leap_of_the_clocks_is_started_by_the_sweeper_once(house: House) -> None:
    house.keep(a_schedule(expression="cron(30 3 * * ? *)", checked_until=LEAP - timedelta(hours=2)))

    early = house.missed(LEAP - MINUTE)
    for late in range(3):
        house.missed(LEAP + late * MINUTE)

    assert (early, house.jobs.asked) == (0, [run_id("sch_1", LEAP)])


def test_a_schedule_that_cannot_be_fired_keeps_back_no_other(house: House) -> None:
    house.keep(a_schedule(missed=Missed.CATCH_UP), a_schedule(schedule_id="sch_2", missed=Missed.CATCH_UP))
    start = house.jobs.start

    async def starting(schedule: Schedule, *rest: object) -> bool:
        if schedule.schedule_id == "sch_1":
            raise Unavailable("crossed")
        return await start(schedule, *rest)  # type: ignore[arg-type]

    house.jobs.start = starting  # type: ignore[method-assign,assignment]

    with pytest.raises(ExceptionGroup):
        house.missed(SIX + 20 * MINUTE)

    assert house.jobs.asked == [run_id("sch_2", SIX)]


def test_an_overdue_job_expires_once_and_is_told_and_marked(house: House) -> None:
    house.jobs.kept = {"job": a_job(state=State.RUNNING), "late": a_job(job_id="late", deadline_at=MONDAY + 2 * DAY)}
    house.now = MONDAY + DAY

    expired = [asyncio.run(house.ends.expire()) for _ in range(2)]

    assert expired == [1, 0]
    assert (house.jobs.kept["job"].state, house.jobs.told) == (State.EXPIRED, [("job", State.EXPIRED)])
    assert house.jobs.marked == ["job"]
    assert house.jobs.kept["late"].is_open


def test_a_mark_that_failed_is_made_by_the_sweeper(house: House) -> None:
    house.jobs.kept = {"job": a_job()}
    house.jobs.no_marks = True
    asyncio.run(house.ends.end.cancel("org", "job", "ann"))
    with_patience = asyncio.run(house.ends.mark())
    house.now += MINUTE
    with pytest.raises(ExceptionGroup):
        asyncio.run(house.ends.mark())
    house.jobs.no_marks = False

    assert (with_patience, asyncio.run(house.ends.mark()), asyncio.run(house.ends.mark())) == (0, 1, 0)
    assert house.jobs.marked == ["job"]


@pytest.mark.parametrize("end", [State.COMPLETED, State.FAILED, State.CANCELLED, State.EXPIRED])
def test_a_job_that_waited_begins_when_the_one_before_has_ended(end: State, house: House) -> None:
    house.jobs.kept = {"a": a_job(job_id="a", state=State.RUNNING), "b": a_job(job_id="b", waits_for="a")}
    begin = BeginWaiting(swept=house.jobs, jobs=house.jobs)

    before = asyncio.run(begin())
    house.jobs.kept["a"] = a_job(job_id="a", state=end)
    after = [asyncio.run(begin()) for _ in range(2)]

    assert (before, after, house.jobs.asked) == (0, [1, 0], ["b"])


def test_a_job_whose_predecessor_is_forgotten_begins(house: House) -> None:
    house.jobs.kept = {"b": a_job(job_id="b", waits_for="a")}

    assert asyncio.run(BeginWaiting(swept=house.jobs, jobs=house.jobs)()) == 1


def test_what_died_between_store_and_clockwork_is_armed_or_taken_out(house: House) -> None:
    asyncio.run(house.schedules.add(a_schedule()))
    asyncio.run(house.schedules.add(a_schedule(schedule_id="sch_2")))
    asyncio.run(house.schedules.withdraw("org", "sch_2"))
    house.clockwork.firing = {"sch_2": a_schedule(schedule_id="sch_2")}
    house.now += MINUTE

    armed = [asyncio.run(house.repairs.arm_unarmed()) for _ in range(2)]

    assert armed == [2, 0]
    assert house.clockwork.firing == {"sch_1": a_schedule()}
    assert house.schedules.withdrawn == {}


def test_a_schedule_that_the_clockwork_lacks_or_has_in_another_revision_is_put_there_page_by_page(house: House) -> None:
    wanted = {f"sch_{n:03}": a_schedule(schedule_id=f"sch_{n:03}", revision=2) for n in range(120)}
    house.keep(*wanted.values())
    house.clockwork.firing = {name: replace(one, revision=1) for name, one in wanted.items() if name < "sch_060"}

    mended = [asyncio.run(house.repairs.kept()) for _ in range(4)]

    assert mended == [50, 50, 20, 0]
    assert house.clockwork.firing == wanted


def test_a_schedule_without_runs_to_come_is_not_put_back(house: House) -> None:
    house.keep(a_schedule(expression="at(2026-11-24T06:00:00)"))
    house.now = SIX + MINUTE

    asyncio.run(house.repairs.kept())
    asyncio.run(house.repairs.arm_unarmed())

    assert house.clockwork.firing == {}


def test_what_the_store_does_not_know_is_taken_out_of_the_clockwork_page_by_page(house: House) -> None:
    house.keep(a_schedule())
    names = ("sch_1", "sch_x", "sch_y", "sch_z")
    house.clockwork.firing = {name: a_schedule(schedule_id=name) for name in names}

    removed = [asyncio.run(house.repairs.strangers()) for _ in range(3)]

    assert removed == [1, 2, 0]
    assert list(house.clockwork.firing) == ["sch_1"]


def test_one_schedule_that_cannot_be_armed_keeps_back_no_other(house: House) -> None:
    class Choosy(FakeClockwork):
        async def put(self, schedule: Schedule, now: datetime) -> None:
            if schedule.schedule_id == "sch_1":
                raise ScheduleChanged("no")
            await super().put(schedule, now)

    house.clockwork = Choosy()
    house.keep(a_schedule(), a_schedule(schedule_id="sch_2"))

    with pytest.raises(ExceptionGroup):
        asyncio.run(house.repairs.kept())

    assert list(house.clockwork.firing) == ["sch_2"]
