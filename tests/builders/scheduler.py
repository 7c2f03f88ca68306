"""The scheduler's values, valid by default; a test changes the one thing it is about."""

from datetime import UTC, datetime, timedelta
from typing import Any

from scheduler.domain.job import Job, Part, State
from scheduler.domain.schedule import Schedule
from scheduler.domain.timing import Timing
from scheduler.domain.work import Kind

MONDAY = datetime(2026, 11, 23, 6, tzinfo=UTC)


def a_job(**changes: Any) -> Job:
    """A scan of the whole market that waits to start."""
    fields: dict[str, Any] = {
        "job_id": "job",
        "organisation_id": "org",
        "kind": Kind.SCAN,
        "title": "Scan now",
        "state": State.QUEUED,
        "requested_by": "usr",
        "requested_at": MONDAY,
        "deadline_at": MONDAY + timedelta(hours=6),
    }
    return Job(**(fields | changes))


def a_part(event_id: str = "e1", **changes: Any) -> Part:
    """News of the job, of the moment after its start."""
    fields: dict[str, Any] = {
        "event_id": event_id,
        "organisation_id": "org",
        "job_id": "job",
        "at": MONDAY + timedelta(seconds=10),
    }
    return Part(**(fields | changes))


def a_timing(**changes: Any) -> Timing:
    """Each weekday at six in Riga."""
    fields: dict[str, Any] = {
        "expression": "cron(0 6 ? * MON-FRI *)",
        "timezone": "Europe/Riga",
        "anchor": MONDAY,
    }
    return Timing(**(fields | changes))


def a_schedule(**changes: Any) -> Schedule:
    """A scan on every weekday at six; what belongs to its timing may be given directly."""
    timing = {
        name: changes.pop(name) for name in ("expression", "timezone", "anchor", "start", "end") if name in changes
    }
    fields: dict[str, Any] = {
        "schedule_id": "sch_1",
        "organisation_id": "org",
        "name": "Each morning",
        "kind": Kind.SCAN,
        "timing": a_timing(**timing),
        "created_by": "usr",
        "created_at": MONDAY,
    }
    return Schedule(**(fields | changes))
