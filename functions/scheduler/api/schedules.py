"""Schedules, over HTTP."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from fastapi import APIRouter, Response

from scheduler.api.schemas import NewSchedule, PreviewView, ScheduleChange, SchedulePage, ScheduleView, TimingBody
from scheduler.api.shown import Shown, shown_runs, shown_schedule
from scheduler.domain.schedule import Missed, Overlap, Schedule
from scheduler.domain.timing import Timing
from scheduler.domain.work import Kind, Scope
from scheduler.usecases.house import Scheduler
from shared.kernel.identifiers import fresh_id
from shared.kernel.identity import Caller
from shared.runtime.answers import answer, listing
from shared.runtime.http_api import Asking, Paging

# Who schedules such work must be allowed to start it by hand.
ALSO_NEEDED = {Kind.POLICY_RUN: "policies:write", Kind.IMPORT_PULL: "catalogue:write"}
OF_TIMING = frozenset({"expression", "timezone", "start", "end"})
OF_SCOPE = frozenset(
    {"competitor_ids", "category", "filter_id", "policy_id", "report", "shop_id", "source_url", "by_budget"}
)


def _scope_of(fields: Mapping[str, Any]) -> dict[str, Any]:
    found = {name: value for name, value in fields.items() if name in OF_SCOPE}
    return found | ({"competitor_ids": tuple(found["competitor_ids"])} if "competitor_ids" in found else {})


def _timing_of(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if name in OF_TIMING}


def _schedule_of(body: NewSchedule, asking: Caller, house: Scheduler) -> Schedule:
    at, fields = house.clock(), body.model_dump()
    return Schedule(
        schedule_id=fresh_id("sch", at),
        organisation_id=asking.organisation_id,
        name=body.name,
        kind=Kind(body.kind),
        scope=Scope(**_scope_of(fields)),
        timing=Timing(anchor=at.replace(second=0, microsecond=0), **_timing_of(fields)),
        flexible_minutes=body.flexible_minutes,
        paused=body.paused,
        overlap=Overlap(body.overlap),
        missed=Missed(body.missed),
        tolerance_minutes=body.tolerance_minutes,
        created_by=asking.user_id,
        created_at=at,
    )


def _changed(schedule: Schedule, body: ScheduleChange) -> Schedule:
    fields = {name: getattr(body, name) for name in body.model_fields_set}
    own: dict[str, Any] = {name: value for name, value in fields.items() if name not in OF_TIMING | OF_SCOPE}
    own |= {"overlap": Overlap(fields["overlap"])} if "overlap" in fields else {}
    own |= {"missed": Missed(fields["missed"])} if "missed" in fields else {}
    timing = replace(schedule.timing, **_timing_of(fields))
    return replace(schedule, scope=replace(schedule.scope, **_scope_of(fields)), timing=timing, **own)


async def _shown(house: Scheduler, organisation_id: str, schedules: Sequence[Schedule]) -> list[Shown]:
    jobs = [one.last_job_id for one in schedules if one.last_job_id is not None]
    states = await house.jobs.states(organisation_id, jobs) if jobs else {}
    return [shown_schedule(one, house.clock(), states.get(one.last_job_id or "")) for one in schedules]


def _must(asking: Caller, kind: Kind) -> None:
    asking.must("jobs:write")
    if kind in ALSO_NEEDED:
        asking.must(ALSO_NEEDED[kind])


def schedule_routes(house: Scheduler) -> APIRouter:
    """The routes of schedules."""
    router = APIRouter(tags=["schedules"])

    @router.post("/schedules", status_code=201, response_model=ScheduleView, summary="Start work by the clock")
    async def add_schedule(asking: Asking, body: NewSchedule) -> Response:
        _must(asking, Kind(body.kind))
        kept = await house.create_schedule(_schedule_of(body, asking, house))
        (shown,) = await _shown(house, asking.organisation_id, [kept])
        return answer(shown, status=201, headers={"Location": f"/scheduler/schedules/{kept.schedule_id}"})

    @router.post("/schedules/preview", response_model=PreviewView, summary="Explain an expression, and keep nothing")
    async def preview_schedule(asking: Asking, body: TimingBody) -> Response:
        asking.must("jobs:read")
        said, runs = house.preview_timing(Timing(anchor=house.clock(), **body.model_dump()))
        return answer({"words": said, "next_runs": shown_runs(runs)})

    @router.get("/schedules", response_model=SchedulePage, summary="List your schedules")
    async def list_schedules(asking: Asking, paging: Paging) -> Response:
        asking.must("jobs:read")
        page = await house.schedules.page(asking.organisation_id, paging)
        return listing(await _shown(house, asking.organisation_id, page.items), page)

    @router.get("/schedules/{schedule_id}", response_model=ScheduleView, summary="Read a schedule")
    async def get_schedule(asking: Asking, schedule_id: str) -> Response:
        asking.must("jobs:read")
        found = await house.schedules.get(asking.organisation_id, schedule_id)
        return answer((await _shown(house, asking.organisation_id, [found]))[0])

    @router.patch("/schedules/{schedule_id}", response_model=ScheduleView, summary="Change, pause or resume a schedule")
    async def change_schedule(asking: Asking, schedule_id: str, body: ScheduleChange) -> Response:
        """Send only what is to change. A schedule that somebody else changes at the same moment is a conflict."""
        asking.must("jobs:write")

        def change(schedule: Schedule) -> Schedule:
            _must(asking, schedule.kind)
            return _changed(schedule, body)

        changed = await house.change_schedule(asking.organisation_id, schedule_id, change)
        return answer((await _shown(house, asking.organisation_id, [changed]))[0])

    @router.delete("/schedules/{schedule_id}", status_code=204, summary="Remove a schedule")
    async def delete_schedule(asking: Asking, schedule_id: str) -> Response:
        asking.must("jobs:write")
        await house.remove_schedule(asking.organisation_id, schedule_id)
        return Response(status_code=204)

    return router
