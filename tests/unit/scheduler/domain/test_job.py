"""A job's counts, in whatever order its news arrives."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from scheduler.adapters.messages import job_of
from scheduler.domain.job import Job, State
from shared.contracts.scheduler import JobDue

NOW = datetime(2026, 11, 23, 6, tzinfo=UTC)


def a_job() -> Job:
    return Job(
        job_id="job",
        organisation_id="org",
        kind="scan",
        competitor_ids=(),
        state=State.QUEUED,
        requested_by="usr",
        requested_at=NOW,
    )


@given(parts=st.lists(st.tuples(st.integers(0, 25), st.integers(0, 5)), max_size=6), planned_at=st.integers(0, 6))
def test_a_job_is_completed_when_all_is_counted_whenever_the_plan_arrives(
    parts: list[tuple[int, int]], planned_at: int
) -> None:
    total = sum(done + failed for done, failed in parts)
    job = a_job()
    for place in range(len(parts) + 1):
        if place == min(planned_at, len(parts)):
            job = job.planned(total, NOW)
        if place < len(parts):
            job = job.progressed(*parts[place], NOW)

    assert (job.state, job.done + job.failed) == (State.COMPLETED, total)


def test_a_job_without_a_plan_goes_on() -> None:
    assert a_job().progressed(5, 0, NOW).state is State.RUNNING


def a_firing(**changes: object) -> JobDue:
    fields: dict[str, object] = {
        "id": "exec",
        "occurred_at": NOW,
        "correlation_id": "sch",
        "organisation_id": "org",
        "kind": "scan",
        "schedule_id": "sch",
        "scheduled_for": "2026-11-23T06:00:00Z",
    }
    return JobDue.model_validate(fields | changes)


def test_a_schedule_that_fires_twice_for_one_moment_makes_one_job() -> None:
    first = job_of(a_firing(), NOW)
    second = job_of(a_firing(id="another"), NOW + timedelta(seconds=40))

    assert first.job_id == second.job_id


def test_another_moment_makes_another_job() -> None:
    later = a_firing(scheduled_for="2026-11-23T07:00:00Z")

    assert job_of(a_firing(), NOW).job_id != job_of(later, NOW).job_id


def test_a_placeholder_that_was_not_filled_in_falls_back_to_the_minute_of_sending() -> None:
    unfilled = a_firing(scheduled_for="<aws.scheduler.scheduled-time>")

    assert job_of(unfilled, NOW + timedelta(seconds=40)).requested_at == NOW
