"""A job's states and counts, in whatever order its news arrives."""

from datetime import timedelta
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from scheduler.adapters.messages import moment_of, part_of
from scheduler.domain.job import MOVES, OPEN, State, Tally, settled
from scheduler.usecases.fire import run_id
from shared.contracts.jobs import JobEnded, JobPlanned, JobProgressed
from shared.contracts.scheduler import JobDue
from tests.builders.scheduler import MONDAY, a_job

LATER = MONDAY + timedelta(seconds=10)

states = st.sampled_from(list(State))
tallies = st.builds(
    Tally,
    total=st.none() | st.integers(0, 9),
    done=st.integers(0, 9),
    failed=st.integers(0, 9),
    first_at=st.none() | st.just(LATER),
    ending=st.none() | st.sampled_from([State.COMPLETED, State.FAILED, State.CANCELLED, State.EXPIRED]),
)


def test_the_moves_are_those_of_the_table() -> None:
    ends = {State.COMPLETED, State.FAILED, State.CANCELLED, State.EXPIRED}

    assert {
        State.QUEUED: ends | {State.RUNNING},
        State.RUNNING: ends,
        State.EXPIRED: {State.COMPLETED},
        State.COMPLETED: set(),
        State.FAILED: set(),
        State.CANCELLED: set(),
    } == MOVES


@given(state=states, tally=tallies)
def test_whatever_is_told_a_job_moves_only_where_its_state_leads(state: State, tally: Tally) -> None:
    moved = settled(state, tally)

    assert moved is state or moved in MOVES[state]
    assert settled(moved, tally) is moved
    assert moved is not State.QUEUED or state is State.QUEUED
    assert state in OPEN or moved not in OPEN


@given(parts=st.lists(st.tuples(st.integers(0, 25), st.integers(0, 5)), min_size=1, max_size=6), seed=st.randoms())
def test_a_job_is_completed_by_its_last_piece_of_news_whichever_that_is(
    parts: list[tuple[int, int]], seed: Random
) -> None:
    news: list[tuple[int | None, int, int]] = [(None, done, failed) for done, failed in parts if done + failed]
    total = sum(done + failed for done, failed in parts)
    news.append((total, 0, 0))
    seed.shuffle(news)
    state, tally, seen = State.QUEUED, Tally(), []

    for items, done, failed in news:
        tally = Tally(
            total=tally.total if items is None else items,
            done=tally.done + done,
            failed=tally.failed + failed,
            first_at=LATER,
        )
        state = settled(state, tally)
        seen.append(state)

    assert seen == [State.RUNNING] * (len(news) - 1) + [State.COMPLETED]


def test_a_job_without_a_plan_goes_on() -> None:
    assert settled(State.QUEUED, Tally(done=5, first_at=LATER)) is State.RUNNING


def test_work_without_items_ends_by_what_its_house_tells() -> None:
    for ending in (State.COMPLETED, State.FAILED, State.CANCELLED):
        assert settled(State.RUNNING, Tally(ending=ending, first_at=LATER)) is ending


def test_an_expired_job_may_still_be_completed_and_nothing_else() -> None:
    whole = Tally(total=1, done=1, first_at=LATER)

    assert settled(State.EXPIRED, whole) is State.COMPLETED
    assert settled(State.EXPIRED, Tally(ending=State.FAILED, first_at=LATER)) is State.EXPIRED
    assert settled(State.CANCELLED, whole) is State.CANCELLED


def test_rate_and_end_are_reckoned_as_of_the_last_news_so_that_they_change_with_news_only() -> None:
    tally = Tally(total=100, done=15, failed=5, first_at=MONDAY, last_at=LATER)
    job = a_job(state=State.RUNNING, tally=tally)

    assert (job.rate, job.expected_at, job.duration) == (2.0, LATER + timedelta(seconds=40), timedelta(seconds=10))


def test_a_job_without_news_has_no_rate() -> None:
    assert (a_job().rate, a_job().expected_at, a_job().duration) == (None, None, timedelta())


def a_firing(**changes: object) -> JobDue:
    fields: dict[str, object] = {
        "id": "exec",
        "occurred_at": MONDAY,
        "correlation_id": "sch_1",
        "organisation_id": "org",
        "schedule_id": "sch_1",
        "scheduled_for": "2026-11-23T06:00:00Z",
    }
    return JobDue.model_validate(fields | changes)


def test_the_same_run_has_the_same_id_and_another_has_another() -> None:
    hour = timedelta(hours=1)

    assert run_id("sch_1", MONDAY) == run_id("sch_1", MONDAY)
    assert run_id("sch_1", MONDAY) < run_id("sch_1", MONDAY + hour)
    assert run_id("sch_1", MONDAY) != run_id("sch_2", MONDAY)


def test_a_placeholder_that_was_not_filled_in_falls_back_to_the_minute_of_sending() -> None:
    sent = MONDAY + timedelta(seconds=40)

    for told in ("<aws.scheduler.scheduled-time>", None, "soon"):
        assert moment_of(a_firing(scheduled_for=told), sent) == MONDAY
    assert moment_of(a_firing(scheduled_for="2026-11-23T07:00:00+02:00"), sent) == MONDAY - timedelta(hours=1)


def test_each_message_is_a_piece_of_news() -> None:
    envelope = {"id": "e", "occurred_at": MONDAY, "correlation_id": "c", "organisation_id": "org", "job_id": "job"}

    planned = part_of(JobPlanned(**envelope, items=3), LATER)
    moved = part_of(JobProgressed(**envelope, done=2, failed=1, cost_microusd=7), LATER)
    ended = part_of(JobEnded(**envelope, outcome="failed", detail="why"), LATER)

    assert (planned.items, planned.at) == (3, LATER)
    assert (moved.done, moved.failed, moved.cost_microusd, moved.items) == (2, 1, 7, None)
    assert (ended.ending, ended.detail) == (State.FAILED, "why")
