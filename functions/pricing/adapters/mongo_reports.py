"""Reports in MongoDB, each with the request for its file in one transaction."""

from dataclasses import asdict

from pymongo import DESCENDING, IndexModel
from pymongo.errors import DuplicateKeyError, PyMongoError

from pricing.adapters.commands import REPORTS
from pricing.adapters.mongo_failures import note_everywhere
from pricing.domain.alerts.failures import Failure
from pricing.domain.alerts.rule import AlertTrigger
from pricing.domain.errors import ReportNotFound
from pricing.usecases.report import Report
from shared.contracts.envelope import Event
from shared.contracts.pricing import ReportRequested
from shared.kernel.identifiers import derived_id
from shared.kernel.paging import Page, Window
from shared.runtime.job_facts import JobFacts
from shared.runtime.mongo import Document, Mongo, Session, paged, unavailable
from shared.runtime.outbox import Outbox

COLLECTION = "reports"
LIFETIME_SECONDS = 90 * 86_400
INDEXES = (
    IndexModel([("organisation_id", 1), ("report_id", DESCENDING)], unique=True, name="newest_first"),
    IndexModel([("requested_at", 1)], expireAfterSeconds=LIFETIME_SECONDS, name="expiry"),
)


def report_from(document: Document) -> Report:
    """The report in a stored document."""
    return Report(**{key: value for key, value in document.items() if key != "_id"})


class MongoReports:
    """The reports collection of the pricing database."""

    def __init__(self, mongo: Mongo, outbox: Outbox) -> None:
        self._mongo = mongo
        self._outbox = outbox

    async def request(self, report: Report) -> Report:
        """Keep a person's report with the request for its file; asking twice with one id is asking once."""

        async def work(session: Session) -> None:
            await self._add(report, session)
            await self._outbox.add([_opened(report)], session)
            await self._outbox.add([_request(report)], session, to=REPORTS)

        try:
            await self._mongo.transaction(work)
        except DuplicateKeyError:
            return await self.get(report.organisation_id, report.report_id)
        await self._outbox.relay_quietly()
        return report

    async def keep(self, report: Report) -> Report:
        """Return the report as it is kept, which may be further; a schedule's is kept now."""
        try:
            await self._add(report, None)
        except DuplicateKeyError:
            return await self.get(report.organisation_id, report.report_id)
        except PyMongoError as error:
            raise unavailable("store the report") from error
        return report

    async def finish(self, report: Report) -> Report:
        """Keep a report that came to its end, and tell its job."""
        key = {"_id": report.report_id, "organisation_id": report.organisation_id}

        async def work(session: Session) -> None:
            await self._mongo.collection(COLLECTION).replace_one(key, key | asdict(report), session=session)
            await self._outbox.add(_ending(report), session)
            if report.state == "FAILED":
                await note_everywhere(self._mongo, _failure(report), session)

        await self._mongo.transaction(work)
        await self._outbox.relay_quietly()
        return report

    async def get(self, organisation_id: str, report_id: str) -> Report:
        """Return one report; `ReportNotFound` when there is none."""
        query = {"_id": report_id, "organisation_id": organisation_id}
        try:
            document = await self._mongo.collection(COLLECTION).find_one(query)
        except PyMongoError as error:
            raise unavailable("read the report") from error
        if document is None:
            raise ReportNotFound(f"no report «{report_id}»; GET /pricing/reports lists yours")
        return report_from(document)

    async def page(self, organisation_id: str, window: Window) -> Page[Report]:
        """Return some reports, newest first."""
        collection = self._mongo.collection(COLLECTION)
        query: Document = {"organisation_id": organisation_id}
        return await paged(collection, query, "report_id", window, report_from, newest_first=True)

    async def _add(self, report: Report, session: Session | None) -> None:
        document = {"_id": report.report_id} | asdict(report)
        await self._mongo.collection(COLLECTION).insert_one(document, session=session)


def _opened(report: Report) -> Event:
    facts = JobFacts(report.organisation_id, report.report_id)
    title = f"Report: {report.kind}"
    return facts.opened("report", title, report.requested_by, report.requested_at, report.filter_id)


def _request(report: Report) -> ReportRequested:
    return ReportRequested(
        id=derived_id("msg", "report", report.report_id),
        occurred_at=report.requested_at,
        correlation_id=report.report_id,
        organisation_id=report.organisation_id,
        job_id=report.report_id,
        report=report.kind,
        filter_id=report.filter_id,
    )


def _ending(report: Report) -> list[Event]:
    facts, at = JobFacts(report.organisation_id, report.report_id), report.finished_at or report.requested_at
    if report.state == "FAILED":
        return [facts.ended("failed", at, report.detail)]
    if report.state == "CANCELLED":
        # The scheduler ended the job and knows.
        return []
    return [facts.planned(report.rows, at), facts.progressed("all", at, done=report.rows, failed=0)]


def _failure(report: Report) -> Failure:
    return Failure(
        failure_id=derived_id("fail", report.organisation_id, report.report_id),
        organisation_id=report.organisation_id,
        shop_id="",
        trigger=AlertTrigger.EXPORT_FAILED,
        said=f"Report {report.report_id} ({report.kind}) failed: {report.detail}",
        at=report.finished_at or report.requested_at,
    )
