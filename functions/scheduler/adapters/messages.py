"""Messages to the scheduler, as its own values."""

from datetime import UTC, datetime

from scheduler.domain.job import Job, Part, State, deadline_of
from scheduler.domain.work import Kind
from shared.contracts.jobs import JobEnded, JobOpened, JobPlanned, JobProgressed
from shared.contracts.scheduler import JobDue

type News = JobPlanned | JobProgressed | JobEnded


def moment_of(message: JobDue, sent_at: datetime) -> datetime:
    """The moment that the clockwork meant. Where it does not tell (the local emulator), the minute of sending."""
    try:
        told = None if message.scheduled_for is None else datetime.fromisoformat(message.scheduled_for)
    except ValueError:
        told = None
    return sent_at.replace(second=0, microsecond=0) if told is None else told.astimezone(UTC)


def opened_job(message: JobOpened) -> Job:
    """The job that was born in another house."""
    kind = Kind(message.kind)
    return Job(
        job_id=message.job_id,
        organisation_id=message.organisation_id,
        kind=kind,
        title=message.title,
        subject=message.subject,
        requested_by=message.requested_by,
        requested_at=message.occurred_at,
        deadline_at=deadline_of(kind, message.occurred_at),
    )


def part_of(message: News, at: datetime) -> Part:
    """The piece of news in a message."""
    items: int | None = None
    done = failed = cost = 0
    ending: State | None = None
    detail = ""
    match message:
        case JobPlanned():
            items = message.items
        case JobProgressed():
            done, failed, cost = message.done, message.failed, message.cost_microusd
        case JobEnded():
            ending, detail = State(message.outcome.upper()), message.detail
    return Part(
        event_id=message.id,
        organisation_id=message.organisation_id,
        job_id=message.job_id,
        at=at,
        items=items,
        done=done,
        failed=failed,
        cost_microusd=cost,
        ending=ending,
        detail=detail,
    )
