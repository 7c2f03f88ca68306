"""What every house that works for a job tells of it: that it began, how much there is to do, how far it is, its end."""

from typing import Literal

from pydantic import Field

from shared.contracts.envelope import Event

type JobKind = Literal[
    "scan", "policy_run", "publication", "import", "report", "question", "discovery", "simulation", "rebuild"
]  # fmt: skip
type Outcome = Literal["completed", "failed", "cancelled", "expired"]


class JobOpened(Event):
    """Work that a person started in another house than the scheduler: a run, a batch, an import, a question."""

    type: Literal["jobs.job-opened"] = "jobs.job-opened"
    job_id: str
    kind: JobKind
    title: str = Field(max_length=200)
    requested_by: str
    subject: str | None = None


class JobPlanned(Event):
    """A job has so many items; each of them will be told as done or as failed, in any order."""

    type: Literal["jobs.job-planned"] = "jobs.job-planned"
    job_id: str
    items: int = Field(ge=0)


class JobProgressed(Event):
    """So many more items of a job came to an end, and what they cost in millionths of a US dollar."""

    type: Literal["jobs.job-progressed"] = "jobs.job-progressed"
    job_id: str
    done: int = Field(ge=0)
    failed: int = Field(ge=0)
    cost_microusd: int = Field(default=0, ge=0)


class JobEnded(Event):
    """A job is over.

    The house that works tells it of work that it ended itself; the scheduler tells it of every job that ends for
    another reason (cancelled, expired), so that the house closes what it keeps of it.
    """

    type: Literal["jobs.job-ended"] = "jobs.job-ended"
    job_id: str
    outcome: Outcome
    detail: str = Field(default="", max_length=500)
