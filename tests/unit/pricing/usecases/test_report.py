"""Reports are written once, for all products or for those that a filter means."""

import asyncio
import csv
import io
from dataclasses import dataclass, field, replace
from decimal import Decimal

import pytest

from pricing.adapters.table_files import Files
from pricing.domain.analysis import COLUMNS, Answer, Asked, FileFormat
from pricing.domain.errors import FilterNotFound, UnknownReport, ViewNotFound
from pricing.domain.price_change import State
from pricing.domain.product_filter import Criteria, SavedFilter
from pricing.usecases.close_work import CloseWork
from pricing.usecases.ports import Run
from pricing.usecases.publication_ports import Batch
from pricing.usecases.report import Report, RequestReport, WriteReport, checked_kind
from tests.builders.pricing import MONDAY, a_change, a_run, an_offer, some_facts
from tests.fakes.pricing import (
    FakeCompetitors,
    FakeFacts,
    FakeFilters,
    FakeOffers,
    FakeReportFiles,
    FakeReports,
    FakeRuns,
)
from tests.fakes.publication import FakeBatches
from tests.fakes.simulations import FakeSimulations

REPORT = Report(
    report_id="rep_1",
    organisation_id="org",
    kind="market",
    filter_id=None,
    state="PENDING",
    requested_by="usr",
    requested_at=MONDAY,
)
KVI = SavedFilter(
    filter_id="kvi",
    organisation_id="org",
    name="Known value items",
    criteria=Criteria(tags=("kvi",)),
    created_by="usr",
    created_at=MONDAY,
)


class Views:
    """A view of one line, as CSV or as a workbook; there is no other."""

    async def report(self, organisation_id: str, view_id: str) -> tuple[Answer, FileFormat]:
        formats: dict[str, FileFormat] = {"under": "csv", "under-book": "xlsx"}
        if view_id not in formats:
            raise ViewNotFound(f"no view «{view_id}»")
        return below_cost(organisation_id), formats[view_id]


def below_cost(organisation_id: str) -> Answer:
    asked = Asked(
        analysis="below-cost",
        organisation_id=organisation_id,
        shop_ids=("demo-eu",),
        first=MONDAY.date(),
        last=MONDAY.date(),
    )
    row = dict.fromkeys(COLUMNS["below-cost"]) | {"sku": "=1+2", "gap": Decimal("-1.50"), "days": 2}
    return Answer(asked=asked, rows=(row,), currency="EUR")


@dataclass
class World:
    """A house with two products, one of them a known value item, and another organisation's."""

    filters: FakeFilters = field(default_factory=FakeFilters)
    reports: FakeReports = field(default_factory=FakeReports)
    files: FakeReportFiles = field(default_factory=FakeReportFiles)

    def write(self, report: Report) -> Report:
        lamp = some_facts(product_id="p1", sku="L1", tags=("kvi",))
        tool = some_facts(product_id="p2", sku="T1")
        foreign = some_facts(product_id="p3", sku="X1", organisation_id="rival")
        offer = replace(an_offer("94.90"), product_id="p1")
        writing = WriteReport(
            facts=FakeFacts({one.product_id: one for one in (lamp, tool, foreign)}),
            filters=self.filters,
            answer_view=Views(),
            tables=Files(),
            offers=FakeOffers({offer.offer_id: offer}),
            competitors=FakeCompetitors(),
            runs=FakeRuns(),
            reports=self.reports,
            files=self.files,
            clock=lambda: MONDAY,
        )
        return asyncio.run(writing(report))

    def rows(self) -> list[dict[str, str]]:
        return list(csv.DictReader(io.StringIO(self.files.kept["org", "rep_1", "csv"].decode("utf-8-sig"))))


def test_a_report_has_a_line_for_each_product_of_its_organisation() -> None:
    world = World()

    done = world.write(REPORT)

    assert (done.state, done.rows) == ("FINISHED", 2)
    assert [row["sku"] for row in world.rows()] == ["L1", "T1"]
    assert world.rows()[0]["lowest_price"] == "94.90"


def test_a_saved_view_is_written_with_what_its_figures_are_to_be_read_with() -> None:
    world = World()

    done = world.write(replace(REPORT, kind="view:under"))

    assert (done.state, done.rows) == ("FINISHED", 1)
    (row,) = world.rows()
    assert (row["sku"], row["gap"], row["days"]) == ("'=1+2", "-1.50", "2")
    assert (row["price_mode"], row["currency"], row["benchmark"]) == ("landed", "EUR", "lowest")
    book = world.write(replace(REPORT, report_id="rep_3", kind="view:under-book"))
    assert (book.state, book.rows, book.file_format) == ("FINISHED", 1, "xlsx")
    assert world.files.kept["org", "rep_3", "xlsx"].startswith(b"PK")
    gone = world.write(replace(REPORT, report_id="rep_2", kind="view:gone"))
    assert (gone.state, gone.detail) == ("FAILED", "no view «gone»")


def test_a_filter_chooses_the_lines() -> None:
    world = World()
    asyncio.run(world.filters.add(KVI))

    world.write(replace(REPORT, filter_id="kvi"))

    assert [row["sku"] for row in world.rows()] == ["L1"]


@pytest.mark.parametrize("wrong", [{"filter_id": "gone"}, {"kind": "weather"}])
def test_a_report_that_cannot_be_written_fails_with_the_reason(wrong: dict[str, str]) -> None:
    world = World()

    done = world.write(replace(REPORT, **wrong))  # type: ignore[arg-type]  # a test's own fields

    assert done.state == "FAILED"
    assert done.detail
    assert world.files.kept == {}


def test_a_report_is_written_once() -> None:
    world = World()
    world.write(REPORT)
    world.files.kept.clear()

    again = world.write(REPORT)

    assert again.state == "FINISHED"
    assert world.files.kept == {}


def test_a_report_of_a_filter_that_is_not_there_is_refused_at_once() -> None:
    world = World()
    asking = RequestReport(filters=world.filters, reports=world.reports)

    with pytest.raises(FilterNotFound):
        asyncio.run(asking(replace(REPORT, filter_id="gone")))
    with pytest.raises(UnknownReport):
        checked_kind("weather")
    assert world.reports.asked == []


def closing(world: World, runs: FakeRuns, batches: FakeBatches) -> CloseWork:
    return CloseWork(
        runs=runs, batches=batches, reports=world.reports, simulations=FakeSimulations(), clock=lambda: MONDAY
    )


def test_proposals_that_a_cancelled_run_left_are_withdrawn_when_its_end_is_told_again() -> None:
    world, runs = World(), FakeRuns()
    asyncio.run(runs.add(a_run(run_id="run_1", state="CANCELLED", finished_at=MONDAY)))
    runs.changes.kept["left"] = a_change(change_id="left", run_id="run_1")

    asyncio.run(closing(world, runs, FakeBatches())("org", "run_1"))

    assert runs.changes.kept["left"].state is State.DENIED


def test_what_nobody_took_up_is_closed_with_its_job() -> None:
    world, runs, batches = World(), FakeRuns(), FakeBatches()
    run = Run(
        run_id="run_1",
        organisation_id="org",
        shop_id="demo-eu",
        policy_id="p",
        policy_version=1,
        state="PENDING",
        requested_by="usr",
        requested_at=MONDAY,
    )
    batch = Batch(
        batch_id="bat_1",
        organisation_id="org",
        shop_id="demo-eu",
        state="PENDING",
        total=1,
        requested_by="usr",
        requested_at=MONDAY,
    )
    asyncio.run(runs.add(run))
    asyncio.run(batches.add(batch))
    asyncio.run(world.reports.keep(REPORT))

    for job_id in ("run_1", "bat_1", "rep_1", "run_1", "job_1", "run_gone"):
        asyncio.run(closing(world, runs, batches)("org", job_id))

    assert runs.kept["run_1"].state == "CANCELLED"
    assert batches.kept["bat_1"].state == "CANCELLED"
    assert world.reports.kept["rep_1"].state == "CANCELLED"


def test_another_organisations_work_is_not_closed() -> None:
    world = World()
    asyncio.run(world.reports.keep(REPORT))

    asyncio.run(closing(world, FakeRuns(), FakeBatches())("rival", "rep_1"))

    assert world.reports.kept["rep_1"].state == "PENDING"


def test_a_publication_that_has_begun_is_left_to_its_worker() -> None:
    world, batches = World(), FakeBatches()
    begun = Batch(
        batch_id="bat_1",
        organisation_id="org",
        shop_id="demo-eu",
        state="RUNNING",
        total=1,
        requested_by="usr",
        requested_at=MONDAY,
        started_at=MONDAY,
    )
    asyncio.run(batches.add(begun))

    asyncio.run(closing(world, FakeRuns(), batches)("org", "bat_1"))

    assert batches.kept["bat_1"].state == "RUNNING"
