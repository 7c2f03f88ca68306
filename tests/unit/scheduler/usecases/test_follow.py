"""The news of jobs through fakes."""

import asyncio
from datetime import timedelta

import pytest

from scheduler.domain.job import State
from scheduler.usecases.follow import FollowJob
from tests.builders.scheduler import MONDAY, a_job, a_part
from tests.fakes.scheduler import FakeJobs

END = MONDAY + timedelta(minutes=5)


@pytest.fixture
def jobs() -> FakeJobs:
    return FakeJobs(kept={"job": a_job()})


@pytest.fixture
def follow(jobs: FakeJobs) -> FollowJob:
    return FollowJob(jobs=jobs, clock=lambda: END)


def test_a_job_is_complete_when_every_item_has_an_end_in_whatever_order(jobs: FakeJobs, follow: FollowJob) -> None:
    for part in (a_part("e1", done=2), a_part("e1", done=2), a_part("e0", items=3)):
        asyncio.run(follow.told(part))
    before = jobs.kept["job"].state
    asyncio.run(follow.told(a_part("e2", failed=1, cost_microusd=7)))

    job = jobs.kept["job"]
    assert (before, job.state, job.finished_at) == (State.RUNNING, State.COMPLETED, END)
    assert (job.tally.total, job.tally.done, job.tally.failed, job.tally.cost_microusd) == (3, 2, 1, 7)


def test_nothing_to_do_is_complete_at_once(jobs: FakeJobs, follow: FollowJob) -> None:
    asyncio.run(follow.told(a_part(items=0)))

    assert jobs.kept["job"].state is State.COMPLETED


def test_a_consumer_that_died_after_keeping_the_news_ends_the_job_the_second_time(
    jobs: FakeJobs, follow: FollowJob
) -> None:
    asyncio.run(jobs.note(a_part(items=0)))

    asyncio.run(follow.told(a_part(items=0)))

    assert jobs.kept["job"].state is State.COMPLETED


def test_news_may_come_before_the_job_it_is_of(jobs: FakeJobs, follow: FollowJob) -> None:
    jobs.kept.clear()
    asyncio.run(follow.told(a_part("e1", items=1)))
    asyncio.run(follow.told(a_part("e2", done=1)))

    asyncio.run(follow.opened(a_job()))

    assert jobs.kept["job"].state is State.COMPLETED


def test_a_job_that_is_told_to_begin_twice_stays_as_it_is(jobs: FakeJobs, follow: FollowJob) -> None:
    jobs.kept["job"] = a_job(state=State.CANCELLED)

    asyncio.run(follow.opened(a_job()))

    assert jobs.kept["job"].state is State.CANCELLED


def test_the_news_of_another_organisations_job_does_not_count(jobs: FakeJobs, follow: FollowJob) -> None:
    asyncio.run(follow.told(a_part(organisation_id="rival", items=0)))

    assert jobs.kept["job"] == a_job()


def test_what_a_house_reports_late_is_shown_and_opens_nothing_again(jobs: FakeJobs, follow: FollowJob) -> None:
    jobs.kept["job"] = a_job(state=State.CANCELLED)

    for part in (a_part("e1", items=2), a_part("e2", done=2)):
        asyncio.run(follow.told(part))

    job = asyncio.run(jobs.get("org", "job"))
    assert (job.state, job.tally.done) == (State.CANCELLED, 2)


def test_a_redriven_message_completes_a_job_that_was_given_up(jobs: FakeJobs, follow: FollowJob) -> None:
    jobs.kept["job"] = a_job(state=State.EXPIRED, detail="the job did not end by its deadline")

    asyncio.run(follow.told(a_part(items=0)))

    assert (jobs.kept["job"].state, jobs.kept["job"].detail) == (State.COMPLETED, "")


@pytest.mark.parametrize("ending", [State.COMPLETED, State.FAILED])
def test_work_without_items_ends_by_what_its_house_tells(ending: State, jobs: FakeJobs, follow: FollowJob) -> None:
    asyncio.run(follow.told(a_part(ending=ending, detail="so it was")))

    assert (jobs.kept["job"].state, jobs.kept["job"].detail) == (ending, "so it was")
