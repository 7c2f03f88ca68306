"""Saved views and days made again, over HTTP."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Response
from pydantic import Field

from pricing.api.analytics import FILES, PICTURE, Mover, Slice, shown
from pricing.api.analytics_asked import Format, accepted
from pricing.api.analytics_views import ReadWith
from pricing.api.bodies import DecimalText
from pricing.domain.analysis import Analysis, Benchmark, FileFormat
from pricing.domain.errors import InvalidWindow
from pricing.domain.market_day import PriceMode
from pricing.domain.saved_view import PREFIX, SavedView
from pricing.usecases.house import Pricing
from shared.runtime.answers import Body, Slug, View, answer, listing, timestamp
from shared.runtime.described_problems import described
from shared.runtime.http_api import Asking, Paging

type Day = Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$", examples=["2026-11-16"])]


class NewView(Body):
    """A question to save: it is asked for the last `days` whole days of the shop."""

    view_id: Slug = Field(examples=["monday-index"])
    name: str = Field(min_length=1, max_length=100)
    analysis: Analysis
    shop_id: Slug | None = None
    filter_id: Slug | None = None
    days: int = Field(default=7, ge=1, le=92)
    sku: str | None = Field(default=None, min_length=1, max_length=500)
    by: list[Slice | Mover] = Field(default=[], max_length=2)
    price_mode: PriceMode = "landed"
    benchmark: Benchmark = "lowest"
    competitor_id: Slug | None = None
    tolerance: DecimalText = "1"
    smallest: DecimalText = "0"
    divergence: DecimalText = "50"
    kind: str = Field(default="map", pattern="^(map|msrp)$")
    only_violating: bool = False
    file_format: FileFormat = Field(default="csv", alias="format", description="What its reports are written as")


class SavedViewView(View):
    """A saved view. `report` is what a schedule of kind report names to have it written."""

    view_id: str
    name: str
    report: str
    analysis: str
    shop_id: str | None
    filter_id: str | None
    days: int
    sku: str | None
    by: list[str]
    price_mode: str
    benchmark: str
    competitor_id: str | None
    tolerance: str
    smallest: str
    divergence: str
    kind: str
    only_violating: bool
    file_format: str = Field(alias="format")
    created_by: str
    created_at: str


class SavedViewPage(View):
    """Some saved views."""

    data: list[SavedViewView]
    next_cursor: str | None


class ViewAnswer(ReadWith):
    """The lines of whichever question the view asks."""

    data: list[dict[str, Any]]


class NewDays(Body):
    """The days of a shop that are to be made again, both included."""

    shop_id: Slug
    first: Day = Field(alias="from")
    last: Day = Field(alias="to")


class DaysView(View):
    """A job that makes days; GET /scheduler/jobs/{job_id} knows it some moments later, and how far it is."""

    job_id: str
    shop_id: str


def _shown(saved: SavedView) -> dict[str, object]:
    return {
        "view_id": saved.view_id,
        "name": saved.name,
        "report": f"{PREFIX}{saved.view_id}",
        "analysis": saved.analysis,
        "shop_id": saved.shop_id,
        "filter_id": saved.filter_id,
        "days": saved.days,
        "sku": saved.sku,
        "by": list(saved.by),
        "price_mode": saved.mode,
        "benchmark": saved.benchmark,
        "competitor_id": saved.rival,
        "tolerance": saved.tolerance,
        "smallest": saved.smallest,
        "divergence": saved.divergence,
        "kind": saved.limit_kind,
        "only_violating": saved.only_violating,
        "format": saved.file_format,
        "created_by": saved.created_by,
        "created_at": timestamp(saved.created_at),
    }


def saved_view_routes(house: Pricing) -> APIRouter:
    """The routes of saved views."""
    router = APIRouter(tags=["analytics"], prefix="/analytics")

    @router.post(
        "/views", status_code=201, response_model=SavedViewView, responses=described(404, 409), summary="Save a view"
    )
    async def add_view(asking: Asking, body: NewView) -> Response:
        """A schedule of kind `report` with the view's `report` has it written, as on Mondays at 07:00."""
        asking.must("market:write")
        saved = await house.save_view(
            SavedView(
                view_id=body.view_id,
                organisation_id=asking.organisation_id,
                name=body.name,
                analysis=body.analysis,
                created_by=asking.user_id,
                created_at=house.clock(),
                shop_id=body.shop_id,
                filter_id=body.filter_id,
                days=body.days,
                sku=body.sku,
                by=tuple(body.by),
                mode=body.price_mode,
                benchmark=body.benchmark,
                rival=body.competitor_id,
                tolerance=Decimal(body.tolerance),
                smallest=Decimal(body.smallest),
                divergence=Decimal(body.divergence),
                limit_kind=body.kind,
                only_violating=body.only_violating,
                file_format=body.file_format,
            )
        )
        return answer(_shown(saved), status=201, headers={"Location": f"/pricing/analytics/views/{saved.view_id}"})

    @router.get("/views", response_model=SavedViewPage, summary="List your views")
    async def list_views(asking: Asking, paging: Paging) -> Response:
        asking.must("market:read")
        page = await house.stores.views.page(asking.organisation_id, paging)
        return listing([_shown(one) for one in page.items], page)

    @router.get("/views/{view_id}", response_model=SavedViewView, responses=described(404), summary="Read a view")
    async def get_view(asking: Asking, view_id: str) -> Response:
        asking.must("market:read")
        return answer(_shown(await house.stores.views.get(asking.organisation_id, view_id)))

    @router.get(
        "/views/{view_id}/answer",
        response_model=ViewAnswer,
        responses=described(404, 422) | {200: {"content": FILES | PICTURE}},
        summary="Ask what a view asks",
    )
    async def answer_view(
        asking: Asking,
        view_id: str,
        format_: Annotated[Format | None, Query(alias="format")] = None,
        accept: Annotated[str, Header(include_in_schema=False)] = "",
    ) -> Response:
        """For the last whole days of the shop, up to yesterday."""
        asking.must("market:read")
        found = await house.answer_view(asking.organisation_id, view_id)
        return shown(house, found, format_ or accepted(accept))

    @router.delete("/views/{view_id}", status_code=204, summary="Remove a view")
    async def delete_view(asking: Asking, view_id: str) -> Response:
        """What was scheduled with the view ends in a failed job that names it."""
        asking.must("market:write")
        await house.stores.views.remove(asking.organisation_id, view_id)
        return Response(status_code=204)

    @router.post("/rebuilds", status_code=202, response_model=DaysView, summary="Make days of a shop again")
    async def rebuild_days(asking: Asking, body: NewDays) -> Response:
        """From the looks themselves, at most 92 days. The facts of the catalogue stay those of each day."""
        asking.must("market:write")
        try:
            first, last = date.fromisoformat(body.first), date.fromisoformat(body.last)
        except ValueError:
            raise InvalidWindow(f"{body.first} or {body.last} is no day of the calendar") from None
        wish = await house.rebuild_days(asking.organisation_id, body.shop_id, first, last, asking.user_id)
        shown_job = {"job_id": wish.job_id, "shop_id": wish.shop_id}
        return answer(shown_job, status=202, headers={"Location": f"/scheduler/jobs/{wish.job_id}"})

    return router
