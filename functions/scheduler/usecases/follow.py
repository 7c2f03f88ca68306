"""Follow how far jobs are. News may come twice and in any order: each piece counts once, and the last one ends the job.

A piece of news is one insert; the job itself is touched when it begins and when it ends, so that a thousand workers
never wait for one document.
"""

from dataclasses import dataclass

from scheduler.domain.job import Job, Part, settled
from scheduler.usecases.ports import Jobs
from shared.kernel.clock import Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowJob:
    """Keep the news of jobs."""

    jobs: Jobs
    clock: Clock

    async def opened(self, job: Job) -> None:
        """A job was born in another house; news of it may have come before."""
        await self.jobs.open(job)
        await self._settle(job.organisation_id, job.job_id)

    async def told(self, part: Part) -> None:
        """Keep a piece of news; of a job that is not known yet, too."""
        await self.jobs.note(part)
        # Seen before or not: whoever saw it first may have died before this.
        await self._settle(part.organisation_id, part.job_id)

    async def _settle(self, organisation_id: str, job_id: str) -> None:
        job = await self.jobs.find(organisation_id, job_id)
        if job is None:
            return
        state = settled(job.state, job.tally)
        if state is not job.state:
            await self.jobs.move(job, state, job.tally, self.clock())
