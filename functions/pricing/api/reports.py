"""Reports, over HTTP."""

from fastapi import APIRouter, Response
from pydantic import Field

from pricing.usecases.house import Pricing
from pricing.usecases.report import Report, checked_kind
from shared.kernel.identifiers import fresh_id
from shared.runtime.answers import Body, Slug, View, answer, listing, timestamp
from shared.runtime.described_problems import described
from shared.runtime.http_api import Asking, Paging


class NewReport(Body):
    """A report to write: a line for each product, of all or of those that a saved filter means."""

    report: str = Field(default="market", max_length=40, description="Which report; there is the market report")
    filter_id: Slug | None = None


class ReportView(View):
    """A report. `url` gives the file, without signing in, for fifteen minutes; null until it is FINISHED.

    `format` is CSV, or what the view that it writes says.
    """

    report_id: str
    report: str
    filter_id: str | None
    state: str
    detail: str
    rows: int
    file_format: str = Field(alias="format")
    requested_by: str
    requested_at: str
    finished_at: str | None
    url: str | None


class ReportPage(View):
    """Some reports, newest first; read one for its link."""

    data: list[ReportView]
    next_cursor: str | None


def _shown(report: Report, url: str | None = None) -> dict[str, object]:
    return {
        "report_id": report.report_id,
        "report": report.kind,
        "filter_id": report.filter_id,
        "state": report.state,
        "detail": report.detail,
        "rows": report.rows,
        "format": report.file_format,
        "requested_by": report.requested_by,
        "requested_at": timestamp(report.requested_at),
        "finished_at": None if report.finished_at is None else timestamp(report.finished_at),
        "url": url,
    }


def report_routes(house: Pricing) -> APIRouter:
    """The routes of reports."""
    router = APIRouter(tags=["reports"])

    @router.post(
        "/reports", status_code=202, response_model=ReportView, responses=described(404), summary="Write a report"
    )
    async def add_report(asking: Asking, body: NewReport) -> Response:
        """The file is written in the background; read the report until its state is FINISHED."""
        asking.must("prices:read")
        at = house.clock()
        report = Report(
            report_id=fresh_id("rep", at),
            organisation_id=asking.organisation_id,
            kind=checked_kind(body.report),
            filter_id=body.filter_id,
            state="PENDING",
            requested_by=asking.user_id,
            requested_at=at,
        )
        asked = await house.request_report(report)
        return answer(_shown(asked), status=202, headers={"Location": f"/pricing/reports/{asked.report_id}"})

    @router.get("/reports", response_model=ReportPage, summary="List reports, newest first")
    async def list_reports(asking: Asking, paging: Paging) -> Response:
        asking.must("prices:read")
        page = await house.stores.reports.page(asking.organisation_id, paging)
        return listing([_shown(report) for report in page.items], page)

    @router.get("/reports/{report_id}", response_model=ReportView, responses=described(404), summary="Read a report")
    async def get_report(asking: Asking, report_id: str) -> Response:
        asking.must("prices:read")
        report = await house.stores.reports.get(asking.organisation_id, report_id)
        url = None
        if report.state == "FINISHED":
            url = await house.report_files.link(report.organisation_id, report.report_id, report.file_format)
        return answer(_shown(report, url))

    return router
