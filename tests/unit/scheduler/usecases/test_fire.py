"""Schedules that come due, through fakes."""

import asyncio
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest

from scheduler.domain.job import State
from scheduler.domain.schedule import GRACE, Overlap, Schedule
from scheduler.domain.work import WAITS_AT_MOST, Kind, Scope
from scheduler.usecases.fire import FireSchedule, run_id
from tests.builders.scheduler import a_schedule
from tests.fakes.scheduler import FakeJobs, FakeSchedules

SIX = datetime(2026, 11, 24, 4, tzinfo=UTC)
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)


@dataclass
class House:
    """The firing of schedules over fakes, at a time that the test sets."""

    now: datetime = SIX
    schedules: FakeSchedules = field(default_factory=FakeSchedules)

    def __post_init__(self) -> None:
        self.jobs = FakeJobs(schedules=self.schedules)

    def keep(self, schedule: Schedule) -> None:
        self.schedules.kept[schedule.schedule_id] = schedule

    def fire(self, moment: datetime, organisation_id: str = "org", late: timedelta = MINUTE) -> None:
        self.now = moment + late
        fire = FireSchedule(
            schedules=self.schedules, firings=self.jobs, stopper=self.jobs, clock=lambda: self.now
        )  # fmt: skip
        asyncio.run(fire(organisation_id, "sch_1", moment))

    def finish(self, moment: datetime, state: State = State.COMPLETED) -> None:
        job_id = run_id("sch_1", moment)
        self.jobs.kept[job_id] = replace(self.jobs.kept[job_id], state=state)


@pytest.fixture
def house() -> House:
    return House()


def test_a_run_starts_the_job_that_the_schedule_says_now(house: House) -> None:
    house.keep(a_schedule(kind=Kind.POLICY_RUN, scope=Scope(policy_id="p"), name="Reprice"))

    house.fire(SIX)

    (job,) = house.jobs.kept.values()
    assert (job.kind, job.scope, job.subject, job.title) == (Kind.POLICY_RUN, Scope(policy_id="p"), "p", "Reprice")
    assert (job.schedule_id, job.scheduled_for, job.requested_by) == ("sch_1", SIX, "usr")
    assert house.schedules.kept["sch_1"].last_job_id == job.job_id
    assert house.jobs.asked == [job.job_id]


def test_r4_1_a_run_that_fires_twice_starts_once(house: House) -> None:
    house.keep(a_schedule(overlap=Overlap.CANCEL_PREVIOUS))

    for _ in range(2):
        house.fire(SIX)
    house.finish(SIX)
    house.fire(SIX)

    assert house.jobs.asked == [run_id("sch_1", SIX)]
    assert house.jobs.told == []


def test_r4_2_a_run_that_comes_later_than_its_tolerance_is_skipped(house: House) -> None:
    house.keep(a_schedule(tolerance_minutes=30))

    house.fire(SIX, late=31 * MINUTE + GRACE)

    assert house.jobs.kept == {}
    assert house.schedules.kept["sch_1"].fired_for == SIX


def test_r4_8_a_paused_organisation_fires_nothing_even_by_a_late_message_and_the_others_do(house: House) -> None:
    house.keep(a_schedule(paused=True))
    house.fire(SIX)
    house.keep(a_schedule(organisation_id="rival"))

    house.fire(SIX)
    house.fire(SIX, "rival")

    assert [job.organisation_id for job in house.jobs.kept.values()] == ["rival"]


def test_a_removed_schedule_and_one_that_is_over_fire_nothing(house: House) -> None:
    house.fire(SIX)
    house.keep(a_schedule(end=SIX - DAY))
    house.fire(SIX)

    assert house.jobs.kept == {}


def test_a_run_is_skipped_while_the_one_before_is_under_way(house: House) -> None:
    house.keep(a_schedule())

    house.fire(SIX)
    house.fire(SIX + DAY)
    house.finish(SIX, State.FAILED)
    house.fire(SIX + 2 * DAY)

    assert house.jobs.asked == [run_id("sch_1", SIX), run_id("sch_1", SIX + 2 * DAY)]


def test_one_run_waits_for_the_one_before_and_no_more_than_one(house: House) -> None:
    house.keep(a_schedule(overlap=Overlap.QUEUE))

    for day in range(3):
        house.fire(SIX + day * DAY)

    first, second = sorted(house.jobs.kept.values(), key=lambda job: job.job_id)
    assert (second.waits_for, second.state, second.deadline_at) == (
        first.job_id,
        State.QUEUED,
        SIX + DAY + MINUTE + WAITS_AT_MOST,
    )
    assert house.jobs.asked == [first.job_id]


def test_a_newer_run_replaces_the_one_before(house: House) -> None:
    house.keep(a_schedule(overlap=Overlap.CANCEL_PREVIOUS))

    house.fire(SIX)
    house.fire(SIX + DAY)

    before, after = run_id("sch_1", SIX), run_id("sch_1", SIX + DAY)
    assert (house.jobs.kept[before].state, house.jobs.kept[before].detail) == (State.CANCELLED, f"replaced by {after}")
    assert (house.jobs.asked, house.jobs.marked) == ([before, after], [before])


def test_a_replaced_run_that_cannot_be_marked_now_is_left_to_the_sweeper(house: House) -> None:
    house.keep(a_schedule(overlap=Overlap.CANCEL_PREVIOUS))
    house.jobs.no_marks = True

    house.fire(SIX)
    house.fire(SIX + DAY)

    assert list(house.jobs.pending) == [run_id("sch_1", SIX)]


def test_the_schedule_of_another_organisation_does_not_fire(house: House) -> None:
    house.keep(a_schedule())

    house.fire(SIX, "rival")

    assert house.jobs.kept == {}
