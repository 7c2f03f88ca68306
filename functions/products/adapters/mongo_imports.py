"""Import reports in MongoDB."""

from dataclasses import asdict

from pymongo.errors import PyMongoError

from products.domain.errors import ImportNotFound
from products.domain.importing import RowFault
from products.usecases.ports import ImportReport, Merged
from shared.runtime.mongo import Document, Mongo, unavailable

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

    def __init__(self, mongo: Mongo) -> None:
        self._mongo = mongo

    async def add(self, report: ImportReport) -> None:
        """Keep a report."""
        try:
            await self._mongo.collection(COLLECTION).insert_one(to_document(report))
        except PyMongoError as error:
            raise unavailable("store the import's report") from error

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
