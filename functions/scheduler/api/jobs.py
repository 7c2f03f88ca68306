"""Jobs, over HTTP."""

import re
from hashlib import blake2b
from typing import Annotated

from fastapi import APIRouter, Header, Query, Response

from scheduler.api.schemas import JobKindName, JobPage, JobView, NewJob, StateName
from scheduler.api.shown import shown_job
from scheduler.domain.job import Job, State, deadline_of
from scheduler.domain.work import Kind, Scope
from scheduler.usecases.house import Scheduler
from scheduler.usecases.jobs import LONGEST_WAIT_SECONDS
from scheduler.usecases.ports import Wanted
from shared.kernel.identifiers import fresh_id
from shared.kernel.identity import Caller
from shared.runtime.answers import answer, encode, listing
from shared.runtime.http_api import Asking, Paging

TITLES = {Kind.SCAN: "Scan now", Kind.REMATCH: "Re-match now"}
TAG = re.compile(r'(?:W/)?("[^"]*")')

type Tags = Annotated[str | None, Header(alias="If-None-Match", max_length=1000, description="ETags that are known")]
type Seconds = Annotated[
    int, Query(ge=0, le=LONGEST_WAIT_SECONDS, description="How long to wait for news of a job whose ETag is known")
]  # fmt: skip


def _job_of(body: NewJob, asking: Caller, house: Scheduler) -> Job:
    at, kind = house.clock(), Kind(body.kind)
    fields = body.model_dump(exclude={"kind"})
    scope = Scope(**(fields | {"competitor_ids": tuple(body.competitor_ids)}))
    return Job(
        job_id=fresh_id("job", at),
        organisation_id=asking.organisation_id,
        kind=kind,
        title=TITLES[kind],
        scope=scope,
        subject=scope.subject,
        requested_by=asking.user_id,
        requested_at=at,
        deadline_at=deadline_of(kind, at),
    )


def _tag(job: Job) -> str:
    return f'"{blake2b(encode(shown_job(job)), digest_size=16).hexdigest()}"'


def _known(tags: str | None, job: Job) -> bool:
    return tags is not None and (tags.strip() == "*" or _tag(job) in TAG.findall(tags))


def _answered(job: Job, status: int = 200) -> Response:
    headers = {"ETag": _tag(job), "Location": f"/scheduler/jobs/{job.job_id}"}
    return answer(shown_job(job), status=status, headers=headers)


def job_routes(house: Scheduler) -> APIRouter:
    """The routes of jobs."""
    router = APIRouter(tags=["jobs"])

    @router.post("/jobs", status_code=202, response_model=JobView, summary="Scan or re-match now")
    async def add_job(asking: Asking, body: NewJob) -> Response:
        asking.must("jobs:write")
        return _answered(await house.request_job(_job_of(body, asking, house)), 202)

    @router.get("/jobs", response_model=JobPage, summary="List jobs of every kind, newest first")
    async def list_jobs(
        asking: Asking,
        paging: Paging,
        kind: Annotated[JobKindName | None, Query(description="Only of this kind")] = None,
        state: Annotated[StateName | None, Query(description="Only in this state")] = None,
        schedule_id: Annotated[str | None, Query(max_length=100, description="Only of this schedule")] = None,
    ) -> Response:
        asking.must("jobs:read")
        wanted = Wanted(
            kind=None if kind is None else Kind(kind),
            state=None if state is None else State(state),
            schedule_id=schedule_id,
        )
        page = await house.jobs.page(asking.organisation_id, wanted, paging)
        return listing([shown_job(job) for job in page.items], page)

    @router.get(
        "/jobs/{job_id}",
        response_model=JobView,
        responses={304: {"description": "There is no news of the job"}},
        summary="Read a job, or wait for news of it",
    )
    async def get_job(asking: Asking, job_id: str, tags: Tags = None, wait: Seconds = 0) -> Response:
        """Send the ETag of what you have as If-None-Match, and the answer comes when there is news of the job."""
        asking.must("jobs:read")
        job = await house.watch_job(asking.organisation_id, job_id, lambda job: _known(tags, job), wait)
        if _known(tags, job):
            return Response(status_code=304, headers={"ETag": _tag(job)})
        return _answered(job)

    @router.post("/jobs/{job_id}/cancellation", response_model=JobView, summary="Cancel a job")
    async def cancel_job(asking: Asking, job_id: str) -> Response:
        """What is under way is dropped at the next step; what was done stays and is shown."""
        asking.must("jobs:write")
        return _answered(await house.end_job.cancel(asking.organisation_id, job_id, asking.user_id))

    @router.post(
        "/jobs/{job_id}/retries", status_code=202, response_model=JobView, summary="Do a job's failed items again"
    )  # fmt: skip
    async def retry_job(asking: Asking, job_id: str) -> Response:
        """The answer is a new job with the failed items only; asking again gives the same one."""
        asking.must("jobs:write")
        return _answered(await house.retry_job(asking.organisation_id, job_id, asking.user_id), 202)

    return router
