"""Jobs and schedules through fakes."""

import asyncio
from dataclasses import replace

import pytest

from scheduler.bootstrap import wire
from scheduler.domain.errors import InvalidExpression, JobNotFound, ScheduleNotFound
from scheduler.domain.job import State
from scheduler.usecases.house import Scheduler
from scheduler.usecases.jobs import FollowJob, StartJob
from shared.kernel.errors import Unavailable
from tests.builders.scheduler import MONDAY, a_job, a_schedule
from tests.fakes.scheduler import FakeClockwork, FakeHandover, FakeJobs, FakeSchedules


@pytest.fixture
def jobs() -> FakeJobs:
    return FakeJobs()


@pytest.fixture
def handover() -> FakeHandover:
    return FakeHandover()


@pytest.fixture
def schedules() -> FakeSchedules:
    return FakeSchedules()


@pytest.fixture
def clockwork() -> FakeClockwork:
    return FakeClockwork()


@pytest.fixture
def house(schedules: FakeSchedules, jobs: FakeJobs, clockwork: FakeClockwork, handover: FakeHandover) -> Scheduler:
    return wire(schedules=schedules, jobs=jobs, clockwork=clockwork, due=handover, clock=lambda: MONDAY)


def test_a_requested_job_is_kept_and_handed_over(house: Scheduler, jobs: FakeJobs, handover: FakeHandover) -> None:
    asyncio.run(house.request_job(a_job()))

    assert (jobs.kept, handover.given) == ({"job": a_job()}, [a_job()])


def test_a_request_that_cannot_be_handed_over_is_not_kept(
    house: Scheduler, jobs: FakeJobs, handover: FakeHandover
) -> None:
    handover.down = True

    with pytest.raises(Unavailable):
        asyncio.run(house.request_job(a_job()))

    assert jobs.kept == {}


def test_a_due_job_starts_once_and_asks_for_the_same_scan_again(jobs: FakeJobs, handover: FakeHandover) -> None:
    start = StartJob(jobs=jobs, scans=handover)

    for _ in range(2):
        asyncio.run(start(a_job()))

    assert (jobs.kept, handover.given) == ({"job": a_job()}, [a_job(), a_job()])


def test_a_job_that_is_under_way_is_not_begun_anew(jobs: FakeJobs, handover: FakeHandover) -> None:
    under_way = a_job(state=State.RUNNING, total=5, done=2)
    jobs.kept["job"] = under_way

    asyncio.run(StartJob(jobs=jobs, scans=handover)(a_job()))

    assert jobs.kept["job"] == under_way


def test_a_job_is_complete_when_every_item_has_an_end_in_whatever_order(jobs: FakeJobs) -> None:
    jobs.kept["job"] = a_job()
    follow = FollowJob(jobs=jobs, clock=lambda: MONDAY)

    asyncio.run(follow.progressed("org", "job", "e1", (2, 0)))
    asyncio.run(follow.progressed("org", "job", "e1", (2, 0)))
    asyncio.run(follow.planned("org", "job", "e0", 3))
    before = jobs.kept["job"].state
    asyncio.run(follow.progressed("org", "job", "e2", (0, 1)))

    job = jobs.kept["job"]
    assert (before, job.state, job.finished_at) == (State.RUNNING, State.COMPLETED, MONDAY)
    assert (job.total, job.done, job.failed) == (3, 2, 1)


def test_nothing_to_scan_is_complete_at_once(jobs: FakeJobs) -> None:
    jobs.kept["job"] = a_job()

    asyncio.run(FollowJob(jobs=jobs, clock=lambda: MONDAY).planned("org", "job", "e0", 0))

    assert jobs.kept["job"].state is State.COMPLETED


def test_the_progress_of_another_organisations_job_does_not_count(jobs: FakeJobs) -> None:
    jobs.kept["job"] = a_job()

    with pytest.raises(JobNotFound):
        asyncio.run(FollowJob(jobs=jobs, clock=lambda: MONDAY).planned("rival", "job", "e0", 3))

    assert jobs.kept["job"].total is None


def test_a_schedule_fires_and_is_listed(house: Scheduler, schedules: FakeSchedules, clockwork: FakeClockwork) -> None:
    schedule = asyncio.run(house.create_schedule(replace(a_schedule(), expression="cron(0  6 ? * MON-FRI *)")))

    assert schedule == a_schedule()
    assert schedules.kept == clockwork.firing == {"sch": schedule}


@pytest.mark.parametrize("change", [{"expression": "cron(0 6 * * * *)"}, {"timezone": "Mars/Olympus"}])
def test_a_schedule_that_never_fires_is_refused(
    change: dict[str, str], house: Scheduler, clockwork: FakeClockwork
) -> None:
    with pytest.raises(InvalidExpression):
        asyncio.run(house.create_schedule(a_schedule(**change)))

    assert clockwork.firing == {}


def test_a_schedule_that_does_not_fire_is_not_listed(
    house: Scheduler, schedules: FakeSchedules, clockwork: FakeClockwork
) -> None:
    clockwork.down = True

    with pytest.raises(Unavailable):
        asyncio.run(house.create_schedule(a_schedule()))

    assert schedules.kept == {}


def test_a_schedule_is_removed_by_its_organisation_only(
    house: Scheduler, schedules: FakeSchedules, clockwork: FakeClockwork
) -> None:
    asyncio.run(house.create_schedule(a_schedule()))

    with pytest.raises(ScheduleNotFound):
        asyncio.run(house.remove_schedule("rival", "sch"))
    left = dict(clockwork.firing)
    asyncio.run(house.remove_schedule("org", "sch"))

    assert left == {"sch": a_schedule()}
    assert (schedules.kept, clockwork.firing) == ({}, {})


def test_a_schedule_that_cannot_be_stopped_stays_listed(
    house: Scheduler, schedules: FakeSchedules, clockwork: FakeClockwork
) -> None:
    asyncio.run(house.create_schedule(a_schedule()))
    clockwork.down = True

    with pytest.raises(Unavailable):
        asyncio.run(house.remove_schedule("org", "sch"))

    assert "sch" in schedules.kept
