"""Schedules and jobs: fake and MongoDB keep the same promises."""

import asyncio
from collections.abc import Callable

import pytest

from scheduler.adapters.mongo_jobs import MongoJobs
from scheduler.adapters.mongo_schedules import MongoSchedules
from scheduler.domain.errors import JobNotFound, ScheduleNotFound
from scheduler.domain.job import Job, State
from scheduler.usecases.ports import Jobs, Schedules
from shared.kernel.errors import Unavailable
from shared.kernel.paging import Window
from shared.runtime.mongo import Mongo
from tests.builders.scheduler import MONDAY, a_job, a_schedule
from tests.fakes.runs import Run
from tests.fakes.scheduler import FakeJobs, FakeSchedules


@pytest.fixture(params=["fake", "mongodb"])
def kept(request: pytest.FixtureRequest) -> tuple[Jobs, Schedules]:
    """The stores under test."""
    if request.param == "fake":
        return FakeJobs(), FakeSchedules()
    store: Callable[[str], Mongo] = request.getfixturevalue("store")
    mongo = store("scheduler")
    return MongoJobs(mongo, lambda: MONDAY), MongoSchedules(mongo)


@pytest.fixture
def jobs(kept: tuple[Jobs, Schedules]) -> Jobs:
    return kept[0]


@pytest.fixture
def schedules(kept: tuple[Jobs, Schedules]) -> Schedules:
    return kept[1]


def two_done(job: Job) -> Job:
    return job.progressed(2, 0, MONDAY)


def test_a_job_is_kept_once_and_stays_as_it_is(jobs: Jobs, run: Run) -> None:
    added = [run(jobs.add(a_job())), run(jobs.add(a_job(requested_by="another")))]

    assert added == [True, False]
    assert run(jobs.get("org", "job")) == a_job()


def test_no_organisation_reads_removes_or_changes_the_job_of_another(jobs: Jobs, run: Run) -> None:
    run(jobs.add(a_job()))

    run(jobs.remove(a_job(organisation_id="rival")))
    for ask in (jobs.get("rival", "job"), jobs.change("rival", "job", "e1", two_done)):
        with pytest.raises(JobNotFound):
            run(ask)

    assert run(jobs.get("org", "job")) == a_job()
    assert run(jobs.page("rival", Window())).items == ()


def test_a_job_that_is_removed_is_gone(jobs: Jobs, run: Run) -> None:
    run(jobs.add(a_job()))

    run(jobs.remove(a_job()))

    with pytest.raises(JobNotFound):
        run(jobs.get("org", "job"))


def test_jobs_are_read_newest_first_page_by_page(jobs: Jobs, run: Run) -> None:
    for name in ("job_1", "job_4", "job_2"):
        run(jobs.add(a_job(job_id=name)))
    run(jobs.add(a_job(job_id="job_3", organisation_id="rival")))

    first = run(jobs.page("org", Window(limit=2)))
    run(jobs.add(a_job(job_id="job_5")))
    second = run(jobs.page("org", Window(limit=2, after=first.next_after)))

    assert [one.job_id for one in (*first.items, *second.items)] == ["job_4", "job_2", "job_1"]


def test_an_event_counts_once(jobs: Jobs, run: Run) -> None:
    run(jobs.add(a_job()))

    for event in ("e1", "e1", "e2"):
        run(jobs.change("org", "job", event, two_done))

    assert (run(jobs.get("org", "job")).done, run(jobs.get("org", "job")).state) == (4, State.RUNNING)


def test_an_event_that_comes_twice_at_once_counts_once(jobs: Jobs, run: Run) -> None:
    run(jobs.add(a_job()))

    async def both() -> list[BaseException | None]:
        changing = (jobs.change("org", "job", "e1", two_done) for _ in range(2))
        return await asyncio.gather(*changing, return_exceptions=True)

    # The slower one may be told to come again, as a queue does.
    assert all(one is None or isinstance(one, Unavailable) for one in run(both()))
    run(jobs.change("org", "job", "e1", two_done))
    assert run(jobs.get("org", "job")).done == 2


def test_two_events_at_once_both_count(jobs: Jobs, run: Run) -> None:
    run(jobs.add(a_job()))

    async def both() -> list[BaseException | None]:
        changing = (jobs.change("org", "job", event, two_done) for event in ("e1", "e2"))
        return await asyncio.gather(*changing, return_exceptions=True)

    run(both())
    for event in ("e1", "e2"):
        run(jobs.change("org", "job", event, two_done))

    assert run(jobs.get("org", "job")).done == 4


def test_an_event_of_an_unknown_job_counts_once_the_job_is_known(jobs: Jobs, run: Run) -> None:
    with pytest.raises(JobNotFound):
        run(jobs.change("org", "job", "e1", two_done))
    run(jobs.add(a_job()))

    run(jobs.change("org", "job", "e1", two_done))

    assert run(jobs.get("org", "job")).done == 2


def test_a_schedule_is_read_listed_and_removed_by_its_organisation_only(schedules: Schedules, run: Run) -> None:
    run(schedules.add(a_schedule(competitor_ids=("c1",))))
    run(schedules.add(a_schedule(schedule_id="theirs", organisation_id="rival")))

    run(schedules.remove("rival", "sch"))

    assert run(schedules.get("org", "sch")) == a_schedule(competitor_ids=("c1",))
    assert [one.schedule_id for one in run(schedules.page("org", Window())).items] == ["sch"]
    with pytest.raises(ScheduleNotFound):
        run(schedules.get("rival", "sch"))
    run(schedules.remove("org", "sch"))
    with pytest.raises(ScheduleNotFound):
        run(schedules.get("org", "sch"))
