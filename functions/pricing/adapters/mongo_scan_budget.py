"""Budgets for looks in MongoDB, and what looks brought: a row for each message of readings, summed when asked."""

from dataclasses import asdict
from datetime import datetime, timedelta

from pymongo import ASCENDING, IndexModel
from pymongo.errors import PyMongoError

from pricing.domain.scan_budget import Budget
from pricing.domain.scan_effects import Effects
from pricing.usecases.scan_budget import KeptBudget
from shared.runtime.mongo import Document, Mongo, Session, unavailable

COLLECTION = "scan_budgets"
EFFECTS = "scan_effects"
KEPT = timedelta(days=90)
INDEXES = (IndexModel([("organisation_id", ASCENDING)], unique=True, name="by_organisation"),)
EFFECT_INDEXES = (
    IndexModel(
        [
            ("organisation_id", ASCENDING),
            ("at", ASCENDING),
            *((name, ASCENDING) for name in ("looks", "billed_ms", "changes", "useful")),
        ],
        name="sums_of_organisation",
    ),
    IndexModel([("at", ASCENDING)], expireAfterSeconds=int(KEPT.total_seconds()), name="forgotten"),
)
_SUMS = ("looks", "billed_ms", "changes", "useful")


def _budget_from(document: Document) -> KeptBudget:
    fields = {key: value for key, value in document.items() if key != "_id"}
    granted = {one["job_id"]: one["looks"] for one in fields["granted"]}
    return KeptBudget(**(fields | {"budget": Budget(**fields["budget"]), "granted": granted}))


def _grants(kept: KeptBudget) -> list[Document]:
    return [{"job_id": job_id, "looks": looks} for job_id, looks in kept.granted.items()]


async def keep_effects(
    message_id: str, organisation_id: str, effects: Effects, at: datetime, mongo: Mongo, session: Session
) -> None:
    """Keep what the looks of one message brought, in the transaction that records them."""
    row = {"_id": message_id, "organisation_id": organisation_id, "at": at} | asdict(effects)
    await mongo.collection(EFFECTS).insert_one(row, session=session)


class MongoBudgets:
    """The budget collections of the pricing database."""

    def __init__(self, mongo: Mongo) -> None:
        self._mongo = mongo

    async def find(self, organisation_id: str) -> KeptBudget | None:
        """Return the budget, if there is one."""
        try:
            document = await self._mongo.collection(COLLECTION).find_one({"organisation_id": organisation_id})
        except PyMongoError as error:
            raise unavailable("read the budget") from error
        return None if document is None else _budget_from(document)

    async def set(self, kept: KeptBudget) -> None:
        """Keep a budget in the place of the one before; what is left stays."""
        told = {"budget": asdict(kept.budget), "set_by": kept.set_by, "set_at": kept.set_at}
        first: Document = {"left": kept.left, "at": kept.at, "granted": []}
        change = {"$set": told, "$setOnInsert": first, "$inc": {"revision": 1}}
        try:
            await self._mongo.collection(COLLECTION).update_one(
                {"_id": kept.organisation_id, "organisation_id": kept.organisation_id}, change, upsert=True
            )
        except PyMongoError as error:
            raise unavailable("store the budget") from error

    async def remove(self, organisation_id: str) -> None:
        """Forget the budget; one that is not there is forgotten already."""
        try:
            await self._mongo.collection(COLLECTION).delete_one({"organisation_id": organisation_id})
        except PyMongoError as error:
            raise unavailable("remove the budget") from error

    async def spend(self, kept: KeptBudget) -> bool:
        """Keep what is left, unless somebody spent at the same moment; returns whether it was kept."""
        unspent = {"organisation_id": kept.organisation_id, "revision": kept.revision}
        spent = {"left": kept.left, "at": kept.at, "granted": _grants(kept)}
        try:
            result = await self._mongo.collection(COLLECTION).update_one(
                unspent, {"$set": spent, "$inc": {"revision": 1}}
            )
        except PyMongoError as error:
            raise unavailable("store the budget") from error
        return bool(result.matched_count)

    async def effects(self, organisation_id: str, since: datetime) -> Effects:
        """Sum up what looks brought."""
        steps: list[Document] = [
            {"$match": {"organisation_id": organisation_id, "at": {"$gte": since}}},
            {"$group": {"_id": None} | {name: {"$sum": f"${name}"} for name in _SUMS}},
        ]
        try:
            cursor = await self._mongo.collection(EFFECTS).aggregate(steps)
            sums = [one async for one in cursor]
        except PyMongoError as error:
            raise unavailable("sum up what looks brought") from error
        return Effects(**{name: int(sums[0][name]) for name in _SUMS}) if sums else Effects()
