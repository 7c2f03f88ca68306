"""Write reports: a file with a line for each product, kept for ninety days and read by link."""

import csv
import io
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from pricing.domain.analysis import Answer, FileFormat
from pricing.domain.errors import UnknownReport
from pricing.domain.position import current
from pricing.domain.product_filter import Criteria
from pricing.domain.report import COLUMNS, line
from pricing.domain.saved_view import PREFIX
from pricing.domain.table_text import csv_file
from pricing.usecases.filters import Filters
from pricing.usecases.ports import Competitors, Facts, Offers, Runs
from pricing.usecases.tables import TableFiles
from shared.kernel.clock import Clock
from shared.kernel.errors import Rejected
from shared.kernel.paging import Page, Window

PRODUCTS_IN_A_PART = 500
EVERYTHING = Criteria()
KINDS = frozenset({"market"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A file of a kind, of all products or of those that a saved filter means. Its id is its job's."""

    report_id: str
    organisation_id: str
    kind: str
    filter_id: str | None
    state: str
    requested_by: str
    requested_at: datetime
    finished_at: datetime | None = None
    rows: int = 0
    detail: str = ""
    file_format: FileFormat = "csv"


def checked_kind(kind: str) -> str:
    """The kind of a report, when somebody writes it: one of ours, or a saved view by its id."""
    if kind not in KINDS and not kind.startswith(PREFIX):
        known = ", ".join(sorted(KINDS))
        raise UnknownReport(f"there is no report «{kind}»; there are: {known}, and {PREFIX}<view_id> for a saved view")
    return kind


class AnswersViews(Protocol):
    """Answers saved views."""

    async def report(self, organisation_id: str, view_id: str) -> tuple[Answer, FileFormat]:
        """Return all lines and as what they are written; `ViewNotFound` or `FilterNotFound` when one is gone."""


class Reports(Protocol):
    """The reports of every organisation."""

    async def request(self, report: Report) -> Report:
        """Keep a person's report with the request for its file; asking twice with one id is asking once."""

    async def keep(self, report: Report) -> Report:
        """Return the report as it is kept, which may be further; a schedule's is kept now."""

    async def finish(self, report: Report) -> Report:
        """Keep a report that came to its end, and tell its job."""

    async def get(self, organisation_id: str, report_id: str) -> Report:
        """Return one report; `ReportNotFound` when there is none."""

    async def page(self, organisation_id: str, window: Window) -> Page[Report]:
        """Return some reports, newest first."""


class ReportFiles(Protocol):
    """The files of reports."""

    async def write(self, organisation_id: str, report_id: str, content: bytes, file_format: FileFormat) -> None:
        """Keep a report's file; writing it twice keeps the second."""

    async def link(self, organisation_id: str, report_id: str, file_format: FileFormat) -> str:
        """Return an address that gives the file to whoever has it, for some minutes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestReport:
    """Ask for a report, of all products or of those that a saved filter means."""

    filters: Filters
    reports: Reports

    async def __call__(self, report: Report) -> Report:
        """Keep the report as PENDING with the request for its file, in one."""
        if report.filter_id is not None:
            await self.filters.get(report.organisation_id, report.filter_id)
        return await self.reports.request(report)


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteReport:
    """Write a report's file. Written twice, it is the same file under the same name."""

    facts: Facts
    filters: Filters
    answer_view: AnswersViews
    offers: Offers
    competitors: Competitors
    runs: Runs
    reports: Reports
    tables: TableFiles
    files: ReportFiles
    clock: Clock

    async def __call__(self, report: Report) -> Report:
        """Write the file and close the report; one whose filter is gone ends as FAILED and says so."""
        kept = await self.reports.keep(report)
        if kept.finished_at is not None:
            return kept
        at = self.clock()
        try:
            criteria = await self._criteria(kept)
            if kept.kind.startswith(PREFIX):
                kept, content = await self._view(kept)
            else:
                rows, text = await self._written(kept.organisation_id, criteria, at)
                kept, content = replace(kept, rows=rows), csv_file(text)
        except Rejected as error:
            return await self.reports.finish(replace(kept, state="FAILED", finished_at=at, detail=error.detail))
        await self.files.write(kept.organisation_id, kept.report_id, content, kept.file_format)
        return await self.reports.finish(replace(kept, state="FINISHED", finished_at=self.clock()))

    async def _criteria(self, report: Report) -> Criteria:
        checked_kind(report.kind)
        if report.filter_id is None:
            return EVERYTHING
        return (await self.filters.get(report.organisation_id, report.filter_id)).criteria

    async def _view(self, report: Report) -> tuple[Report, bytes]:
        """A saved view, whole; its own filter says which products are meant."""
        view_id = report.kind.removeprefix(PREFIX)
        found, file_format = await self.answer_view.report(report.organisation_id, view_id)
        told = replace(report, rows=len(found.rows), file_format=file_format)
        return told, self.tables.write(found, file_format)

    async def _written(self, organisation_id: str, criteria: Criteria, at: datetime) -> tuple[int, str]:
        file = io.StringIO()
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        rows = 0
        async for cells in self._lines(organisation_id, criteria, at):
            writer.writerow(cells)
            rows += 1
        return rows, file.getvalue()

    async def _lines(self, organisation_id: str, criteria: Criteria, at: datetime) -> AsyncIterator[tuple[str, ...]]:
        after = ""
        while products := await self.facts.some_meant(organisation_id, criteria, PRODUCTS_IN_A_PART, after):
            ids = [product.product_id for product in products]
            offers = await self.offers.of_products(organisation_id, ids)
            named = sorted({offer.competitor_id for some in offers.values() for offer in some})
            rules = await self.competitors.some(organisation_id, named)
            decisions = await self.runs.newest_decisions(organisation_id, ids)
            for product in products:
                decided = decisions.get(product.product_id)
                seen = current(offers.get(product.product_id, ()), rules, at)
                yield line(product, seen, None if decided is None else decided.decision, at)
            after = products[-1].product_id
