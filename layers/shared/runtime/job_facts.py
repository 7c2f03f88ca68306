"""The facts that a house tells of one job, made so that telling one twice is telling it once."""

from datetime import datetime

from shared.contracts.jobs import JobEnded, JobKind, JobOpened, JobPlanned, JobProgressed, Outcome
from shared.kernel.compute_cost import compute_microusd
from shared.kernel.identifiers import derived_id

LONGEST_TITLE = 200
LONGEST_DETAIL = 500


class JobFacts:
    """One job's facts: one opening, one plan and one end; one progress for each part that has a name of its own.

    They leave in order where one worker does the job (`ordered`). The parts of a scan are recorded by many workers at
    once, and each part counts for itself: an order would make them wait for each other.
    """

    def __init__(self, organisation_id: str, job_id: str, *, ordered: bool = True) -> None:
        self._organisation_id = organisation_id
        self._job_id = job_id
        self._aggregate = f"job/{job_id}" if ordered else None

    def opened(
        self, kind: JobKind, title: str, requested_by: str, at: datetime, subject: str | None = None
    ) -> JobOpened:
        """A person started it."""
        return JobOpened(
            **self._envelope("opened", at),
            kind=kind,
            title=title[:LONGEST_TITLE],
            requested_by=requested_by,
            subject=subject,
        )

    def planned(self, items: int, at: datetime) -> JobPlanned:
        """It has so many items."""
        return JobPlanned(**self._envelope("planned", at), items=items)

    def progressed(self, part: str, at: datetime, *, done: int, failed: int, cost_microusd: int = 0) -> JobProgressed:
        """A part of it came to its end, and what its computing cost."""
        envelope = self._envelope("progressed", at, part)
        return JobProgressed(**envelope, done=done, failed=failed, cost_microusd=cost_microusd)

    def computed(self, memory_mb: int, since: datetime | None, at: datetime) -> JobProgressed:
        """What the time of its one worker cost, from when it was taken up."""
        cost = compute_microusd(memory_mb, at - (since or at))
        return self.progressed("computing", at, done=0, failed=0, cost_microusd=cost)

    def ended(self, outcome: Outcome, at: datetime, detail: str = "") -> JobEnded:
        """It is over."""
        return JobEnded(**self._envelope("ended", at), outcome=outcome, detail=detail[:LONGEST_DETAIL])

    def _envelope(self, what: str, at: datetime, *parts: str) -> dict[str, object]:
        return {
            "id": derived_id("evt", f"jobs.job-{what}", self._job_id, *parts),
            "occurred_at": at,
            "correlation_id": self._job_id,
            "organisation_id": self._organisation_id,
            "job_id": self._job_id,
            "aggregate": self._aggregate,
        }
