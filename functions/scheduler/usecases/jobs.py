"""Start jobs, and follow how far they are. Every message may come twice: a job starts once and counts once."""

from dataclasses import dataclass

from scheduler.domain.job import Job
from scheduler.usecases.ports import DueWork, Jobs, Scans
from shared.kernel.clock import Clock
from shared.kernel.errors import Unavailable


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestJob:
    """Start a job now, because a person asks for it."""

    jobs: Jobs
    due: DueWork

    async def __call__(self, job: Job) -> Job:
        """Keep the job as QUEUED and hand it over; a job that cannot be handed over is not kept."""
        await self.jobs.add(job)
        try:
            await self.due.due(job)
        except Unavailable:
            await self.jobs.remove(job)
            raise
        return job


@dataclass(frozen=True, slots=True, kw_only=True)
class StartJob:
    """Start a job that is due."""

    jobs: Jobs
    scans: Scans

    async def __call__(self, job: Job) -> None:
        """Keep the job unless it is known, and ask for its work."""
        await self.jobs.add(job)
        await self.scans.request(job)


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowJob:
    """Keep count of a job's items."""

    jobs: Jobs
    clock: Clock

    async def planned(self, organisation_id: str, job_id: str, event_id: str, total: int) -> None:
        """The job has so many items."""
        at = self.clock()
        await self.jobs.change(organisation_id, job_id, event_id, lambda job: job.planned(total, at))

    async def progressed(self, organisation_id: str, job_id: str, event_id: str, counts: tuple[int, int]) -> None:
        """So many more items are done, and so many failed."""
        at = self.clock()
        done, failed = counts
        await self.jobs.change(organisation_id, job_id, event_id, lambda job: job.progressed(done, failed, at))
