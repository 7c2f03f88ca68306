"""Schedules, runs and jobs as callers see them."""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from typing import Any

from scheduler.domain.job import Job, State
from scheduler.domain.schedule import Schedule
from scheduler.domain.timing import Run
from scheduler.domain.wording import words
from scheduler.domain.work import Scope
from shared.runtime.answers import timestamp

type Shown = dict[str, Any]


def _moment(at: datetime | None) -> str | None:
    return None if at is None else timestamp(at)


def _scope(scope: Scope) -> Shown:
    shown = asdict(scope) | {"competitor_ids": list(scope.competitor_ids)}
    shown.pop("failed_of")
    return shown


def shown_runs(runs: Iterable[Run]) -> list[Shown]:
    """Runs to come."""
    return [
        {"at": timestamp(run.at), "local": run.local.isoformat(timespec="seconds"), "moved": run.moved} for run in runs
    ]


def shown_schedule(schedule: Schedule, now: datetime, last_state: State | None) -> Shown:
    """A schedule; a paused one has no runs to come."""
    timing = schedule.timing
    return {
        **_scope(schedule.scope),
        "schedule_id": schedule.schedule_id,
        "name": schedule.name,
        "kind": schedule.kind.value,
        "expression": timing.expression,
        "timezone": timing.timezone,
        "words": words(timing.expression, timing.timezone),
        "next_runs": [] if schedule.paused else shown_runs(timing.next_runs(now)),
        "flexible_minutes": schedule.flexible_minutes,
        "start": _moment(timing.start),
        "end": _moment(timing.end),
        "paused": schedule.paused,
        "overlap": schedule.overlap.value,
        "missed": schedule.missed.value,
        "tolerance_minutes": schedule.tolerance_minutes,
        "revision": schedule.revision,
        "last_job_id": schedule.last_job_id,
        "last_state": None if last_state is None else last_state.value,
        "created_by": schedule.created_by,
        "created_at": timestamp(schedule.created_at),
    }


def shown_job(job: Job) -> Shown:
    """A job: nothing in it depends on when it is asked for, so it changes when there is news and at no other time."""
    tally = job.tally
    return {
        **_scope(job.scope),
        "job_id": job.job_id,
        "kind": job.kind.value,
        "title": job.title,
        "subject": job.subject,
        "failed_of": job.scope.failed_of,
        "state": job.state.value,
        "detail": job.detail,
        "requested_by": job.requested_by,
        "requested_at": timestamp(job.requested_at),
        "schedule_id": job.schedule_id,
        "scheduled_for": _moment(job.scheduled_for),
        "waits_for": job.waits_for,
        "retried_by": job.retried_by,
        "deadline_at": timestamp(job.deadline_at),
        "finished_at": _moment(job.finished_at),
        "total": tally.total,
        "done": tally.done,
        "failed": tally.failed,
        "cost_microusd": tally.cost_microusd,
        "items_per_second": job.rate,
        "expected_at": _moment(job.expected_at),
        "duration_seconds": job.duration.total_seconds(),
    }
