"""Jobs and their news: fake and MongoDB keep the same promises."""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import datetime, timedelta
from typing import Any

import pytest

from scheduler.adapters.mongo_jobs import MongoJobs
from scheduler.adapters.mongo_swept_jobs import MarkedStops, MongoSweptJobs
from scheduler.domain.errors import JobNotFound
from scheduler.domain.job import RETENTION, Job, State, Tally
from scheduler.domain.work import Kind, Scope
from scheduler.usecases.follow import FollowJob
from scheduler.usecases.jobs import EndJob
from scheduler.usecases.ports import Wanted
from shared.kernel.errors import Unavailable
from shared.kernel.paging import Window
from shared.runtime.mongo import Mongo
from shared.runtime.outbox import Outbox
from shared.runtime.queues import Queue
from shared.runtime.stops import Stops
from tests.builders.scheduler import MONDAY, a_job, a_part
from tests.fakes.cloud import FakeCloud
from tests.fakes.runs import Run
from tests.fakes.scheduler import FakeJobs

LATER = MONDAY + timedelta(days=1)
ALL = Wanted()


class Kept(MongoJobs):
    """The store with everything that a test asks of jobs."""

    def __init__(self, mongo: Mongo) -> None:
        outbox = Outbox(mongo, "scheduler", bus="bus", queues={"pricing-scan-requests": Queue("scans")})
        super().__init__(mongo, outbox)
        swept = MongoSweptJobs(mongo, outbox, lambda: LATER)
        self.overdue, self.unmarked, self.waiting, self.begin = (
            swept.overdue,
            swept.unmarked,
            swept.waiting,
            swept.begin,
        )
        self.mark = MarkedStops(mongo, Stops("work")).mark


@pytest.fixture(params=["fake", "mongodb"])
def jobs(request: pytest.FixtureRequest) -> Any:
    """The jobs under test."""
    if request.param == "fake":
        return FakeJobs()
    request.getfixturevalue("cloud")
    store: Callable[[str], Mongo] = request.getfixturevalue("store")
    return Kept(store("scheduler"))


def asked(jobs: Any, cloud: FakeCloud) -> list[str]:
    """The jobs whose work was asked for."""
    return jobs.asked if isinstance(jobs, FakeJobs) else [one["job_id"] for one in cloud.messages("scans")]


def told(jobs: Any, cloud: FakeCloud) -> list[tuple[str, str]]:
    """The jobs whose end was told."""
    if isinstance(jobs, FakeJobs):
        return [(job_id, state.value.lower()) for job_id, state in jobs.told]
    return [(one["job_id"], one["outcome"]) for one in cloud.facts("jobs.job-ended")]


async def at_once(*works: Coroutine[Any, Any, Any]) -> list[Any]:
    return await asyncio.gather(*works, return_exceptions=True)


def test_a_job_and_its_command_are_kept_once_and_stay_as_they_are(jobs: Any, cloud: FakeCloud, run: Run) -> None:
    job = a_job(scope=Scope(competitor_ids=("c1",)), kind=Kind.REMATCH, scheduled_for=MONDAY, subject="c1")

    run(jobs.request(job))
    run(jobs.request(a_job(requested_by="another")))

    assert run(jobs.get("org", "job")) == job
    assert asked(jobs, cloud) == ["job"]


def test_no_organisation_reads_moves_or_ends_the_job_of_another(jobs: Any, cloud: FakeCloud, run: Run) -> None:
    run(jobs.request(a_job()))
    theirs = a_job(organisation_id="rival")

    run(jobs.note(a_part(organisation_id="rival", items=0)))
    run(jobs.move(theirs, State.COMPLETED, Tally(), LATER))
    ended = run(jobs.end(theirs, State.CANCELLED, LATER, ""))

    assert (ended, told(jobs, cloud)) == (False, [])
    with pytest.raises(JobNotFound):
        run(jobs.get("rival", "job"))
    assert run(jobs.get("org", "job")) == a_job()
    assert run(jobs.page("rival", ALL, Window())).items == ()
    assert run(jobs.states("rival", ["job"])) == {}


def test_jobs_are_read_newest_first_page_by_page(jobs: Any, run: Run) -> None:
    for name in ("job_1", "job_4", "job_2"):
        run(jobs.open(a_job(job_id=name)))
    run(jobs.open(a_job(job_id="job_3", organisation_id="rival")))

    first = run(jobs.page("org", ALL, Window(limit=2)))
    run(jobs.open(a_job(job_id="job_5")))
    second = run(jobs.page("org", ALL, Window(limit=2, after=first.next_after)))

    assert [one.job_id for one in (*first.items, *second.items)] == ["job_4", "job_2", "job_1"]


def test_jobs_are_found_by_kind_state_and_schedule(jobs: Any, run: Run) -> None:
    run(jobs.open(a_job(job_id="a", kind=Kind.IMPORT)))
    run(jobs.open(a_job(job_id="b", schedule_id="sch_1")))
    run(jobs.open(a_job(job_id="c", state=State.FAILED)))

    def found(wanted: Wanted) -> list[str]:
        return [one.job_id for one in run(jobs.page("org", wanted, Window())).items]

    assert found(Wanted(kind=Kind.IMPORT)) == ["a"]
    assert found(Wanted(schedule_id="sch_1")) == ["b"]
    assert found(Wanted(state=State.FAILED)) == ["c"]
    assert found(Wanted(state=State.FAILED, kind=Kind.IMPORT)) == []


def test_a_page_shows_each_jobs_own_counts(jobs: Any, run: Run) -> None:
    for name in ("a", "b"):
        run(jobs.open(a_job(job_id=name)))
        run(jobs.note(a_part(f"e{name}", job_id=name, done=ord(name))))

    counts = {one.job_id: one.tally.done for one in run(jobs.page("org", ALL, Window())).items}

    assert counts == {"a": 97, "b": 98}


def test_news_counts_once_and_is_summed_up(jobs: Any, run: Run) -> None:
    run(jobs.open(a_job()))
    news = [
        a_part("e1", items=9),
        a_part("e2", done=2, failed=1, cost_microusd=5, at=MONDAY + timedelta(seconds=20)),
        a_part("e2", done=2, failed=1, cost_microusd=5),
        a_part("e3", ending=State.FAILED, detail="no disk | no luck", at=MONDAY + timedelta(seconds=30)),
        a_part("e4", ending=State.COMPLETED, at=MONDAY + timedelta(seconds=40)),
    ]

    for part in news:
        run(jobs.note(part))

    assert run(jobs.get("org", "job")).tally == Tally(
        total=9,
        done=2,
        failed=1,
        cost_microusd=5,
        first_at=MONDAY + timedelta(seconds=10),
        last_at=MONDAY + timedelta(seconds=40),
        ending=State.FAILED,
        detail="no disk | no luck",
    )


def test_news_that_comes_twice_at_once_counts_once(jobs: Any, run: Run) -> None:
    run(jobs.open(a_job()))

    answers = run(at_once(*(jobs.note(a_part(done=2)) for _ in range(5))))

    assert answers == [None] * 5
    assert run(jobs.get("org", "job")).tally.done == 2


def test_of_many_last_parts_at_once_one_ends_the_job_and_all_count(jobs: Any, run: Run) -> None:
    run(jobs.request(a_job()))
    moved: list[State] = []
    move = jobs.move

    async def moving(job: Job, state: State, tally: Tally, at: datetime) -> None:
        moved.append(state)
        await move(job, state, tally, at)

    jobs.move = moving
    follow = FollowJob(jobs=jobs, clock=lambda: LATER)
    run(follow.told(a_part("plan", items=8)))

    answers = run(at_once(*(follow.told(a_part(f"e{place}", done=1)) for place in range(8))))

    job = run(jobs.get("org", "job"))
    assert answers == [None] * 8
    assert (job.state, job.tally.done, job.finished_at) == (State.COMPLETED, 8, LATER)
    assert State.COMPLETED in moved


def test_news_of_a_part_that_comes_after_the_end_is_counted(jobs: Any, run: Run) -> None:
    run(jobs.request(a_job()))
    follow = FollowJob(jobs=jobs, clock=lambda: LATER)
    parts = (a_part("e1", items=2), a_part("e3", ending=State.COMPLETED), a_part("e2", done=2))

    for part in parts:
        run(follow.told(part))

    job = run(jobs.get("org", "job"))
    assert (job.state, job.tally.done, job.tally.total) == (State.COMPLETED, 2, 2)


def test_a_completed_job_keeps_the_counts_of_its_end(jobs: Any, run: Run) -> None:
    run(jobs.request(a_job()))
    follow = FollowJob(jobs=jobs, clock=lambda: LATER)
    for part in (a_part("e1", items=2), a_part("e2", done=1, failed=1)):
        run(follow.told(part))

    run(follow.told(a_part("late", done=5)))

    job = run(jobs.get("org", "job"))
    assert (job.state, job.tally.done, job.tally.failed, job.tally.total) == (State.COMPLETED, 1, 1, 2)


def test_a_job_moves_only_where_its_state_leads(jobs: Any, run: Run) -> None:
    run(jobs.open(a_job(state=State.CANCELLED)))

    run(jobs.move(a_job(), State.COMPLETED, Tally(), LATER))

    assert run(jobs.get("org", "job")).state is State.CANCELLED


def test_two_cancels_at_once_end_the_job_once(jobs: Any, cloud: FakeCloud, run: Run) -> None:
    run(jobs.request(a_job()))
    end = EndJob(jobs=jobs, stopper=jobs, clock=lambda: LATER)

    answers = run(at_once(*(end.cancel("org", "job", "ann") for _ in range(6))))

    done = [one for one in answers if isinstance(one, Job)]
    assert all(isinstance(one, Job | Unavailable) for one in answers)
    assert {one.state for one in done} == {State.CANCELLED}
    assert run(end.cancel("org", "job", "ann")).state is State.CANCELLED
    assert told(jobs, cloud) == [("job", "cancelled")]


def test_a_cancel_and_a_last_part_at_once_leave_one_end(jobs: Any, cloud: FakeCloud, run: Run) -> None:
    run(jobs.request(a_job()))
    end = EndJob(jobs=jobs, stopper=jobs, clock=lambda: LATER)
    follow = FollowJob(jobs=jobs, clock=lambda: LATER)

    run(at_once(end.cancel("org", "job", "ann"), follow.told(a_part(items=0))))
    run(follow.told(a_part(items=0)))

    job = run(jobs.get("org", "job"))
    assert (job.state is State.CANCELLED) == (told(jobs, cloud) == [("job", "cancelled")])
    assert job.state in {State.CANCELLED, State.COMPLETED}


def test_an_ended_job_is_to_be_marked_until_it_is(jobs: Any, cloud: FakeCloud, run: Run) -> None:
    run(jobs.request(a_job()))
    run(jobs.end(a_job(), State.EXPIRED, LATER, "late"))

    before = [one.job_id for one in run(jobs.unmarked(LATER, 9))]
    run(jobs.mark(a_job()))

    assert (before, run(jobs.unmarked(LATER, 9))) == (["job"], [])
    assert isinstance(jobs, FakeJobs) or list(cloud.objects) == ["stopped/org/job"]


def test_overdue_jobs_are_those_that_are_open_past_their_deadline(jobs: Any, run: Run) -> None:
    for name, changes in {"late": {}, "ended": {}, "not_yet": {"deadline_at": LATER + timedelta(seconds=1)}}.items():
        run(jobs.request(a_job(job_id=name, **changes)))
    run(jobs.end(a_job(job_id="ended"), State.CANCELLED, LATER, ""))

    assert [one.job_id for one in run(jobs.overdue(LATER, 9))] == ["late"]
    assert run(jobs.overdue(MONDAY, 9)) == []


def test_a_waiting_job_begins_once_and_a_cancelled_one_never(jobs: Any, cloud: FakeCloud, run: Run) -> None:
    waiting = [a_job(job_id=name, waits_for="before") for name in ("b", "c")]
    for job in waiting:
        run(jobs.open(job))
    run(jobs.end(waiting[1], State.CANCELLED, LATER, ""))

    found = [one.job_id for one in run(jobs.waiting(9))]
    for job in (*waiting, *waiting):
        run(jobs.begin(job))

    assert (found, asked(jobs, cloud), run(jobs.waiting(9))) == (["b"], ["b"], [])
    assert run(jobs.get("org", "b")).waits_for is None


def test_a_retry_is_kept_once_for_its_origin_also_by_two_at_once(jobs: Any, cloud: FakeCloud, run: Run) -> None:
    origin = a_job(state=State.COMPLETED)
    run(jobs.open(origin))

    answers = run(at_once(*(jobs.retry(origin, a_job(job_id=f"again_{n}")) for n in range(4))))
    again = run(jobs.retry(origin, a_job(job_id="again_9")))

    assert {one for one in answers if isinstance(one, str)} == {again}
    assert asked(jobs, cloud) == [again]
    assert run(jobs.get("org", "job")).retried_by == again


def test_jobs_and_news_are_kept_for_ninety_days(store: Callable[[str], Mongo], cloud: FakeCloud, run: Run) -> None:
    mongo = store("scheduler")
    jobs = Kept(mongo)

    run(jobs.request(a_job()))
    run(jobs.note(a_part()))

    async def kept_until(collection: str) -> Any:
        found = await mongo.collection(collection).find_one({})
        indexes = await mongo.collection(collection).index_information()
        assert found is not None
        assert indexes["expiry"]["expireAfterSeconds"] == 0
        return found["expires_at"]

    assert run(kept_until("jobs")) == MONDAY + RETENTION
    assert run(kept_until("job_parts")) == a_part().at + RETENTION
    assert cloud.sent
