"""Schedules, over HTTP."""

from typing import Literal

from fastapi import APIRouter, Response
from pydantic import Field

from scheduler.domain.job import Schedule
from scheduler.usecases.house import Scheduler
from shared.kernel.identifiers import sortable_id
from shared.runtime.answers import Body, Slug, View, answer, listing, timestamp
from shared.runtime.http_api import Asking, Paging


class NewSchedule(Body):
    """When to scan, and which competitors; none named means all."""

    name: str = Field(min_length=1, max_length=100)
    kind: Literal["scan"] = "scan"
    expression: str = Field(min_length=5, max_length=256, examples=["cron(0 6 ? * MON-FRI *)"])
    timezone: str = Field(default="UTC", max_length=64, examples=["Europe/Riga"])
    competitor_ids: list[Slug] = Field(default=[], max_length=100)


class ScheduleView(View):
    """A schedule."""

    schedule_id: str
    name: str
    kind: str
    expression: str
    timezone: str
    competitor_ids: list[str]
    created_by: str
    created_at: str


class SchedulePage(View):
    """Some schedules."""

    data: list[ScheduleView]
    next_cursor: str | None


def _shown(schedule: Schedule) -> dict[str, object]:
    return {
        "schedule_id": schedule.schedule_id,
        "name": schedule.name,
        "kind": schedule.kind,
        "expression": schedule.expression,
        "timezone": schedule.timezone,
        "competitor_ids": list(schedule.competitor_ids),
        "created_by": schedule.created_by,
        "created_at": timestamp(schedule.created_at),
    }


def schedule_routes(house: Scheduler) -> APIRouter:
    """The routes of schedules."""
    router = APIRouter(tags=["schedules"])

    @router.post("/schedules", status_code=201, response_model=ScheduleView, summary="Scan by the clock")
    async def add_schedule(asking: Asking, body: NewSchedule) -> Response:
        asking.must("jobs:write")
        at = house.clock()
        schedule = Schedule(
            schedule_id=sortable_id("sch", at),
            organisation_id=asking.organisation_id,
            name=body.name,
            kind=body.kind,
            competitor_ids=tuple(body.competitor_ids),
            expression=body.expression,
            timezone=body.timezone,
            created_by=asking.user_id,
            created_at=at,
        )
        kept = await house.create_schedule(schedule)
        return answer(_shown(kept), status=201, headers={"Location": f"/scheduler/schedules/{kept.schedule_id}"})

    @router.get("/schedules", response_model=SchedulePage, summary="List your schedules")
    async def list_schedules(asking: Asking, paging: Paging) -> Response:
        asking.must("jobs:read")
        page = await house.schedules.page(asking.organisation_id, paging)
        return listing([_shown(schedule) for schedule in page.items], page)

    @router.get("/schedules/{schedule_id}", response_model=ScheduleView, summary="Read a schedule")
    async def get_schedule(asking: Asking, schedule_id: str) -> Response:
        asking.must("jobs:read")
        return answer(_shown(await house.schedules.get(asking.organisation_id, schedule_id)))

    @router.delete("/schedules/{schedule_id}", status_code=204, summary="Remove a schedule")
    async def delete_schedule(asking: Asking, schedule_id: str) -> Response:
        asking.must("jobs:write")
        await house.remove_schedule(asking.organisation_id, schedule_id)
        return Response(status_code=204)

    return router
