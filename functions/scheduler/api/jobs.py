"""Jobs, over HTTP."""

from typing import Literal

from fastapi import APIRouter, Response
from pydantic import Field

from scheduler.domain.job import Job, State
from scheduler.usecases.house import Scheduler
from shared.kernel.identifiers import sortable_id
from shared.runtime.answers import Body, Slug, View, answer, listing, timestamp
from shared.runtime.http_api import Asking, Paging


class NewJob(Body):
    """Work to start now; no competitor named means all."""

    kind: Literal["scan"] = "scan"
    competitor_ids: list[Slug] = Field(default=[], max_length=100)


class JobView(View):
    """A job and how far it is. `total` is null until the work is planned."""

    job_id: str
    kind: str
    competitor_ids: list[str]
    state: str
    requested_by: str
    requested_at: str
    total: int | None
    done: int
    failed: int
    finished_at: str | None


class JobPage(View):
    """Some jobs, newest first."""

    data: list[JobView]
    next_cursor: str | None


def _shown(job: Job) -> dict[str, object]:
    return {
        "job_id": job.job_id,
        "kind": job.kind,
        "competitor_ids": list(job.competitor_ids),
        "state": job.state.value,
        "requested_by": job.requested_by,
        "requested_at": timestamp(job.requested_at),
        "total": job.total,
        "done": job.done,
        "failed": job.failed,
        "finished_at": None if job.finished_at is None else timestamp(job.finished_at),
    }


def job_routes(house: Scheduler) -> APIRouter:
    """The routes of jobs."""
    router = APIRouter(tags=["jobs"])

    @router.post("/jobs", status_code=202, response_model=JobView, summary="Scan now")
    async def add_job(asking: Asking, body: NewJob) -> Response:
        asking.must("jobs:write")
        at = house.clock()
        job = Job(
            job_id=sortable_id("job", at),
            organisation_id=asking.organisation_id,
            kind=body.kind,
            competitor_ids=tuple(body.competitor_ids),
            state=State.QUEUED,
            requested_by=asking.user_id,
            requested_at=at,
        )
        started = await house.request_job(job)
        return answer(_shown(started), status=202, headers={"Location": f"/scheduler/jobs/{started.job_id}"})

    @router.get("/jobs", response_model=JobPage, summary="List jobs, newest first")
    async def list_jobs(asking: Asking, paging: Paging) -> Response:
        asking.must("jobs:read")
        page = await house.jobs.page(asking.organisation_id, paging)
        return listing([_shown(job) for job in page.items], page)

    @router.get("/jobs/{job_id}", response_model=JobView, summary="Read a job")
    async def get_job(asking: Asking, job_id: str) -> Response:
        asking.must("jobs:read")
        return answer(_shown(await house.jobs.get(asking.organisation_id, job_id)))

    return router
