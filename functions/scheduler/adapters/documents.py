"""Schedules and jobs as documents: the only place where field names of their collections stand."""

from dataclasses import asdict

from scheduler.domain.job import Job, State, Tally
from scheduler.domain.schedule import Missed, Overlap, Schedule
from scheduler.domain.timing import Timing
from scheduler.domain.work import Kind, Scope
from shared.runtime.mongo import Document

# What the store notes of a document for itself, and the domain does not know.
NOTES_OF_SCHEDULES = ("_id", "withdrawn", "check_at", "unarmed_since", "expires_at")
NOTES_OF_JOBS = ("_id", "sequence", "open_until", "waiting_since", "stop_pending_since", "expires_at")


def _scope(document: Document) -> Scope:
    return Scope(**(document | {"competitor_ids": tuple(document.get("competitor_ids", ()))}))


def _said(scope: Scope) -> Document:
    return {name: value for name, value in asdict(scope).items() if name in scope.given}


def schedule_document(schedule: Schedule) -> Document:
    """The document of a schedule."""
    plain = {"kind": schedule.kind.value, "overlap": schedule.overlap.value, "missed": schedule.missed.value}
    return asdict(schedule) | plain | {"scope": _said(schedule.scope)}


def schedule_of(document: Document) -> Schedule:
    """The schedule in a stored document."""
    fields = {name: value for name, value in document.items() if name not in NOTES_OF_SCHEDULES}
    fields |= {
        "kind": Kind(fields["kind"]),
        "overlap": Overlap(fields["overlap"]),
        "missed": Missed(fields["missed"]),
        "timing": Timing(**fields["timing"]),
        "scope": _scope(fields["scope"]),
    }
    return Schedule(**fields)


def tally_document(tally: Tally) -> Document:
    """The document of a tally."""
    return asdict(tally) | {"ending": None if tally.ending is None else tally.ending.value}


def tally_of(document: Document) -> Tally:
    """The tally in a stored document."""
    ending = document["ending"]
    return Tally(**(document | {"ending": None if ending is None else State(ending)}))


def job_document(job: Job) -> Document:
    """The document of a job, without its counts: those are the sum of its parts until it is completed."""
    plain = {"kind": job.kind.value, "state": job.state.value, "scope": _said(job.scope), "tally": None}
    return asdict(job) | plain


def job_of(document: Document) -> Job:
    """The job in a stored document, with the counts that were kept at its completion."""
    fields = {name: value for name, value in document.items() if name not in NOTES_OF_JOBS}
    kept = fields.pop("tally")
    fields |= {
        "kind": Kind(fields["kind"]),
        "state": State(fields["state"]),
        "scope": _scope(fields["scope"]),
        "tally": Tally() if kept is None else tally_of(kept),
    }
    return Job(**fields)
