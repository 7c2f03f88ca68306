"""Due jobs and scans, on their queues."""

from scheduler.domain.job import Job
from shared.contracts.pricing import ScanRequested
from shared.contracts.scheduler import JobDue, JobScope
from shared.kernel.identifiers import derived_id
from shared.runtime.queues import Queue


class SqsDueWork:
    """Hands jobs over to be started."""

    def __init__(self, due: Queue) -> None:
        self._due = due

    async def due(self, job: Job) -> None:
        """Hand a job over to be started."""
        message = JobDue(
            id=derived_id("msg", "due", job.job_id),
            occurred_at=job.requested_at,
            correlation_id=job.job_id,
            organisation_id=job.organisation_id,
            kind="scan",
            scope=JobScope(competitor_ids=job.competitor_ids),
            job_id=job.job_id,
        )
        await self._due.send([message])


class SqsScans:
    """Asks pricing for scans."""

    def __init__(self, requests: Queue) -> None:
        self._requests = requests

    async def request(self, job: Job) -> None:
        """Ask pricing for a scan; asking twice with one job id is asking once."""
        message = ScanRequested(
            id=derived_id("msg", "scan-requested", job.job_id),
            occurred_at=job.requested_at,
            correlation_id=job.job_id,
            organisation_id=job.organisation_id,
            job_id=job.job_id,
            competitor_ids=job.competitor_ids,
        )
        await self._requests.send([message])
