"""Messages to the scheduler, as its own values."""

from datetime import UTC, datetime

from scheduler.domain.job import Job, State
from shared.contracts.scheduler import JobDue
from shared.kernel.identifiers import derived_id, sortable_id


def job_of(message: JobDue, sent_at: datetime) -> Job:
    """The job that a message asks for. A schedule's job is named by schedule and moment, so firing twice makes one.

    `sent_at` stands in for the moment where the clockwork does not tell it (the local emulator does not).
    """
    moment = _moment(message.scheduled_for) or sent_at.replace(second=0, microsecond=0)
    return Job(
        job_id=message.job_id or _scheduled_id(message.schedule_id or message.id, moment),
        organisation_id=message.organisation_id,
        kind=message.kind,
        competitor_ids=message.scope.competitor_ids,
        state=State.QUEUED,
        requested_by=message.schedule_id or "a person",
        requested_at=moment,
    )


def _scheduled_id(schedule_id: str, moment: datetime) -> str:
    # Sorts by time like every job id, and its «random» part is derived, so that the same firing makes the same id.
    noise = int(derived_id("job", schedule_id, moment.isoformat()).rsplit("_", maxsplit=1)[-1][:20], 16)
    return sortable_id("job", moment, random_bits=noise)


def _moment(text: str | None) -> datetime | None:
    try:
        found = None if text is None else datetime.fromisoformat(text)
    except ValueError:
        return None
    return None if found is None else found.astimezone(UTC)
