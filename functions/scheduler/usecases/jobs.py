"""Start jobs for a person, watch them, cancel them, and do the failed part again."""

from collections.abc import Callable
from dataclasses import dataclass

from scheduler.domain.errors import JobFinished, NothingToRetry
from scheduler.domain.job import Job, State, deadline_of
from scheduler.domain.work import Scope, checked_scope
from scheduler.usecases.ports import Jobs, Pause, Serves, Stopper
from shared.kernel.clock import Clock
from shared.kernel.errors import Unavailable
from shared.kernel.identifiers import NewId

LONGEST_WAIT_SECONDS = 20
BETWEEN_LOOKS_SECONDS = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestJob:
    """Start a job now, because a person asks for it."""

    jobs: Jobs
    serves: Serves

    async def __call__(self, job: Job) -> Job:
        """Keep the job as QUEUED and ask for its work, both or neither."""
        self.serves(job.kind)
        checked_scope(job.kind, job.scope)
        await self.jobs.request(job)
        return job


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchJob:
    """Look at a job, and wait a little for news of it."""

    jobs: Jobs
    pause: Pause

    async def __call__(self, organisation_id: str, job_id: str, known: Callable[[Job], bool], seconds: int) -> Job:
        """The job: at once when it is news to the caller, else as soon as it is or after so many seconds."""
        job = await self.jobs.get(organisation_id, job_id)
        for _ in range(min(seconds, LONGEST_WAIT_SECONDS)):
            if not known(job):
                break
            await self.pause(BETWEEN_LOOKS_SECONDS)
            job = await self.jobs.get(organisation_id, job_id)
        return job


@dataclass(frozen=True, slots=True, kw_only=True)
class EndJob:
    """End a job before its work is done: a person cancels it, a newer run replaces it, or its time is over."""

    jobs: Jobs
    stopper: Stopper
    clock: Clock

    async def cancel(self, organisation_id: str, job_id: str, user_id: str) -> Job:
        """Cancel the job; cancelling twice is cancelling once, and what has ended otherwise is `JobFinished`."""
        job = await self.jobs.get(organisation_id, job_id)
        if job.is_open:
            await self.end(job, State.CANCELLED, f"cancelled by {user_id}")
            job = await self.jobs.get(organisation_id, job_id)
        if job.state is not State.CANCELLED:
            raise JobFinished(f"the job is {job.state}; only one that is QUEUED or RUNNING can be cancelled")
        return job

    async def end(self, job: Job, state: State, detail: str) -> bool:
        """End the job and mark it as stopped; the sweeper marks it later when that fails now."""
        ended = await self.jobs.end(job, state, self.clock(), detail)
        if ended:
            try:
                await self.stopper.mark(job)
            except Unavailable:
                # The job keeps a note of it, and the sweeper goes by the notes.
                return True
        return ended


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryJob:
    """Do the failed items of a job again."""

    jobs: Jobs
    new_id: NewId
    clock: Clock

    async def __call__(self, organisation_id: str, job_id: str, user_id: str) -> Job:
        """The job that does the failed items again; asking twice gives the same one."""
        origin = await self.jobs.get(organisation_id, job_id)
        if origin.retried_by is not None:
            return await self.jobs.get(organisation_id, origin.retried_by)
        if not origin.can_retry:
            raise NothingToRetry(_why_not(origin))
        at = self.clock()
        again = Job(
            job_id=self.new_id("job"),
            organisation_id=organisation_id,
            kind=origin.kind,
            title=origin.title,
            scope=Scope(failed_of=origin.job_id),
            subject=origin.subject,
            requested_by=user_id,
            requested_at=at,
            deadline_at=deadline_of(origin.kind, at),
        )
        return await self.jobs.get(organisation_id, await self.jobs.retry(origin, again))


def _why_not(job: Job) -> str:
    if job.is_open:
        return f"the job is {job.state}; wait for its end, or cancel it first"
    if not job.tally.failed:
        return "no item of the job failed"
    return f"the failed items of a {job.kind} cannot be done again one by one; start it anew"
