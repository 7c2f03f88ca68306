"""The scheduler's values, valid by default; a test changes the one thing it is about."""

from datetime import UTC, datetime
from typing import Any

from scheduler.domain.job import Job, Schedule, State

MONDAY = datetime(2026, 11, 23, 6, tzinfo=UTC)


def a_job(**changes: Any) -> Job:
    """A scan of the whole market that waits to start."""
    fields: dict[str, Any] = {
        "job_id": "job",
        "organisation_id": "org",
        "kind": "scan",
        "competitor_ids": (),
        "state": State.QUEUED,
        "requested_by": "usr",
        "requested_at": MONDAY,
    }
    return Job(**(fields | changes))


def a_schedule(**changes: Any) -> Schedule:
    """A scan on every weekday at six."""
    fields: dict[str, Any] = {
        "schedule_id": "sch",
        "organisation_id": "org",
        "name": "Each morning",
        "kind": "scan",
        "competitor_ids": (),
        "expression": "cron(0 6 ? * MON-FRI *)",
        "timezone": "Europe/Riga",
        "created_by": "usr",
        "created_at": MONDAY,
    }
    return Schedule(**(fields | changes))
