"""Import reports in MongoDB, each with its announcement in one transaction."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from pymongo.errors import DuplicateKeyError, PyMongoError

from products.domain.errors import ImportNotFound
from products.usecases.ports import ImportReport, Merged
from shared.contracts.envelope import Event
from shared.contracts.products import ImportEnded
from shared.kernel.identifiers import derived_id
from shared.kernel.tables import RowFault
from shared.runtime.job_facts import LONGEST_DETAIL, JobFacts
from shared.runtime.mongo import Document, Mongo, Session, unavailable
from shared.runtime.outbox import Outbox

COLLECTION = "imports"


def to_document(report: ImportReport) -> Document:
    """The stored form of a report."""
    fields = asdict(report)
    return {"_id": fields.pop("import_id")} | fields


def from_document(document: Document) -> ImportReport:
    """The report in a stored document."""
    fields = {key: value for key, value in document.items() if key != "_id"}
    fields["merged"] = Merged(**fields["merged"])
    fields["faults"] = tuple(RowFault(**fault) for fault in fields["faults"])
    return ImportReport(import_id=document["_id"], **fields)


class MongoImports:
    """The imports collection of the products database."""

    def __init__(self, mongo: Mongo, outbox: Outbox) -> None:
        self._mongo = mongo
        self._outbox = outbox

    async def add(self, report: ImportReport, requested_by: str | None) -> ImportReport:
        """Keep a report and, in one, announce the import; one that is kept already stays as it is."""
        told = _announced(report, requested_by)

        async def work(session: Session) -> None:
            await self._mongo.collection(COLLECTION).insert_one(to_document(report), session=session)
            await self._outbox.add(told, session)

        try:
            await self._mongo.transaction(work)
        except DuplicateKeyError:
            return await self.get(report.organisation_id, report.shop_id, report.import_id)
        await self._outbox.relay_quietly()
        return report

    async def refuse(self, organisation_id: str, shop_id: str, import_id: str, detail: str, at: datetime) -> None:
        """Announce that there is nothing to import, and why."""
        ended = ImportEnded(
            **_envelope(organisation_id, import_id, at),
            shop_id=shop_id,
            rows=0,
            accepted=0,
            detail=detail[:LONGEST_DETAIL] or "there was nothing to import",
        )
        await self._outbox.tell([JobFacts(organisation_id, import_id).ended("failed", at, detail), ended])

    async def get(self, organisation_id: str, shop_id: str, import_id: str) -> ImportReport:
        """Return one report; `ImportNotFound` when there is none."""
        query = {"_id": import_id, "organisation_id": organisation_id, "shop_id": shop_id}
        try:
            document = await self._mongo.collection(COLLECTION).find_one(query)
        except PyMongoError as error:
            raise unavailable("read the import's report") from error
        if document is None:
            raise ImportNotFound(f"no import «{import_id}» in the shop «{shop_id}»")
        return from_document(document)


def _announced(report: ImportReport, requested_by: str | None) -> list[Event]:
    """The whole life of an import, which is over when it is told. Without a person the job is known already."""
    facts = JobFacts(report.organisation_id, report.import_id)
    title = f"Import of {report.rows} rows into {report.shop_id}"
    opened = [] if requested_by is None else [facts.opened("import", title, requested_by, report.at, report.shop_id)]
    return [
        *opened,
        facts.planned(report.rows, report.at),
        facts.progressed("rows", report.at, done=report.accepted, failed=report.rows - report.accepted),
        facts.ended("completed", report.at),
        ImportEnded(
            **_envelope(report.organisation_id, report.import_id, report.at),
            shop_id=report.shop_id,
            rows=report.rows,
            accepted=report.accepted,
        ),
    ]


def _envelope(organisation_id: str, import_id: str, at: datetime) -> dict[str, Any]:
    return {
        "id": derived_id("evt", "products.import-ended", organisation_id, import_id),
        "occurred_at": at,
        "correlation_id": import_id,
        "organisation_id": organisation_id,
        "import_id": import_id,
    }
