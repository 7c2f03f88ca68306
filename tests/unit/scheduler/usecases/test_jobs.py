"""A person's jobs through fakes: asked for, watched, cancelled, retried."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from scheduler.domain.errors import InvalidScope, JobFinished, JobNotFound, NothingToRetry, NotServed
from scheduler.domain.job import Job, State, Tally
from scheduler.domain.work import Kind, Scope
from scheduler.usecases.jobs import EndJob, RequestJob, RetryJob, WatchJob
from tests.builders.scheduler import MONDAY, a_job, a_part
from tests.fakes.scheduler import FakeJobs


@pytest.fixture
def jobs() -> FakeJobs:
    return FakeJobs()


def ending(jobs: FakeJobs) -> EndJob:
    return EndJob(jobs=jobs, stopper=jobs, clock=lambda: MONDAY + timedelta(minutes=1))


def retrying(jobs: FakeJobs) -> RetryJob:
    return RetryJob(jobs=jobs, new_id=lambda prefix: f"{prefix}_{len(jobs.kept)}", clock=lambda: MONDAY)


def finished(**changes: object) -> Job:
    return a_job(state=State.COMPLETED, tally=Tally(total=3, done=2, failed=1), **changes)


def test_a_requested_job_is_kept_and_its_work_is_asked_for(jobs: FakeJobs) -> None:
    asyncio.run(RequestJob(jobs=jobs, serves=lambda _: None)(a_job()))

    assert (jobs.kept, jobs.asked) == ({"job": a_job()}, ["job"])


def test_a_request_that_comes_again_with_its_id_asks_once(jobs: FakeJobs) -> None:
    for _ in range(2):
        asyncio.run(RequestJob(jobs=jobs, serves=lambda _: None)(a_job()))

    assert jobs.asked == ["job"]


def test_a_request_that_does_not_fit_or_is_not_served_is_not_kept(jobs: FakeJobs) -> None:
    def serves(kind: Kind) -> None:
        if kind is not Kind.SCAN:
            raise NotServed("no")

    with pytest.raises(InvalidScope):
        asyncio.run(RequestJob(jobs=jobs, serves=serves)(a_job(scope=Scope(policy_id="p"))))
    with pytest.raises(NotServed):
        asyncio.run(RequestJob(jobs=jobs, serves=serves)(a_job(kind=Kind.REMATCH)))

    assert jobs.kept == {}


def test_a_cancelled_job_is_told_and_marked(jobs: FakeJobs) -> None:
    jobs.kept["job"] = a_job(state=State.RUNNING)

    job = asyncio.run(ending(jobs).cancel("org", "job", "ann"))

    assert (job.state, job.detail, job.finished_at) == (
        State.CANCELLED,
        "cancelled by ann",
        MONDAY + timedelta(minutes=1),
    )
    assert (jobs.told, jobs.marked, jobs.pending) == ([("job", State.CANCELLED)], ["job"], {})


def test_cancelling_twice_is_cancelling_once(jobs: FakeJobs) -> None:
    jobs.kept["job"] = a_job()

    cancelled = [asyncio.run(ending(jobs).cancel("org", "job", "ann")) for _ in range(2)]

    assert cancelled[0] == cancelled[1]
    assert len(jobs.told) == 1


@pytest.mark.parametrize("state", [State.COMPLETED, State.FAILED, State.EXPIRED])
def test_a_job_that_ended_otherwise_cannot_be_cancelled(state: State, jobs: FakeJobs) -> None:
    jobs.kept["job"] = a_job(state=state)

    with pytest.raises(JobFinished, match=state):
        asyncio.run(ending(jobs).cancel("org", "job", "ann"))

    assert jobs.told == []


def test_a_mark_that_cannot_be_made_now_is_left_to_the_sweeper(jobs: FakeJobs) -> None:
    jobs.kept["job"] = a_job()
    jobs.no_marks = True

    asyncio.run(ending(jobs).cancel("org", "job", "ann"))

    assert (list(jobs.pending), jobs.marked) == (["job"], [])


def test_nobody_cancels_or_retries_the_job_of_another_organisation(jobs: FakeJobs) -> None:
    jobs.kept["job"] = a_job()

    with pytest.raises(JobNotFound):
        asyncio.run(ending(jobs).cancel("rival", "job", "eve"))
    with pytest.raises(JobNotFound):
        asyncio.run(retrying(jobs)("rival", "job", "eve"))

    assert jobs.kept["job"] == a_job()


def test_a_retry_is_a_new_job_of_the_failed_items(jobs: FakeJobs) -> None:
    jobs.kept["job"] = finished(scope=Scope(category="Lamps"))

    again = asyncio.run(retrying(jobs)("org", "job", "ann"))

    assert (again.scope, again.kind, again.requested_by) == (Scope(failed_of="job"), Kind.SCAN, "ann")
    assert (jobs.asked, jobs.kept["job"].retried_by) == ([again.job_id], again.job_id)


def test_asking_for_a_retry_twice_gives_the_same_job(jobs: FakeJobs) -> None:
    jobs.kept["job"] = finished()

    asked = [asyncio.run(retrying(jobs)("org", "job", "ann")) for _ in range(2)]

    assert asked[0] == asked[1]
    assert len(jobs.kept) == 2


@pytest.mark.parametrize(
    ("job", "words"),
    [
        (a_job(), "wait for its end"),
        (a_job(state=State.COMPLETED, tally=Tally(total=3, done=3)), "no item"),
        (finished(kind=Kind.IMPORT), "one by one"),
    ],
)
def test_what_cannot_be_retried_says_why(job: Job, words: str, jobs: FakeJobs) -> None:
    jobs.kept["job"] = job

    with pytest.raises(NothingToRetry, match=words):
        asyncio.run(retrying(jobs)("org", "job", "ann"))


def test_a_watch_answers_when_there_is_news(jobs: FakeJobs) -> None:
    jobs.kept["job"] = a_job()
    paused: list[float] = []

    async def pause(seconds: float) -> None:
        paused.append(seconds)
        if len(paused) == 3:
            await jobs.note(a_part(done=1))

    before = jobs.kept["job"]
    job = asyncio.run(WatchJob(jobs=jobs, pause=pause)("org", "job", lambda found: found == before, 20))

    assert (job.tally.done, len(paused)) == (1, 3)


def test_a_watch_without_news_ends_with_its_time_and_one_that_knows_nothing_at_once(jobs: FakeJobs) -> None:
    jobs.kept["job"] = a_job()
    paused: list[float] = []

    async def pause(seconds: float) -> None:
        paused.append(seconds)

    watch = WatchJob(jobs=jobs, pause=pause)
    asyncio.run(watch("org", "job", lambda _: False, 20))
    none = len(paused)
    asyncio.run(watch("org", "job", lambda _: True, 99))

    assert (none, sum(paused)) == (0, 20.0)
    assert jobs.kept["job"] == replace(a_job())
