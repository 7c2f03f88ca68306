"""The decisions of policy runs in MongoDB."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import asdict, replace
from datetime import datetime

from pymongo import ASCENDING, DESCENDING, IndexModel
from pymongo.errors import PyMongoError

from pricing.adapters.mongo_changes import COLLECTION as CHANGES
from pricing.adapters.mongo_changes import change_document
from pricing.domain.decision import Decision, ReasonCode, Step
from pricing.domain.errors import DecisionNotFound
from pricing.domain.price_change import PriceChange
from pricing.usecases.ports import StoredDecision
from shared.kernel.paging import Page, Window
from shared.runtime.mongo import Document, Mongo, Session, paged, unavailable

COLLECTION = "decisions"
# What decisions were made from stands apart: it is read by the ids of its decisions, never in a list.
INPUTS = "decision_inputs"
INDEXES = (
    IndexModel([("organisation_id", ASCENDING), ("run_id", ASCENDING), ("product_id", ASCENDING)], name="of_run"),
    IndexModel(
        [
            ("organisation_id", ASCENDING),
            ("run_id", ASCENDING),
            ("decision.reason", ASCENDING),
            ("product_id", ASCENDING),
        ],
        name="of_run_by_reason",
    ),
    IndexModel(
        [("organisation_id", ASCENDING), ("product_id", ASCENDING), ("decided_at", DESCENDING)], name="newest_first"
    ),
)


def decision_document(stored: StoredDecision) -> Document:
    """The stored form of a decision; its id is its key."""
    fields = asdict(replace(stored, inputs=None))
    del fields["inputs"]
    return {"_id": fields.pop("decision_id"), "product_id": stored.decision.product_id} | fields


def decision_from(document: Document, inputs: Document | None = None) -> StoredDecision:
    """The decision in a stored document."""
    inner = dict(document["decision"])
    inner["reason"] = ReasonCode(inner["reason"])
    inner["observation_ids"] = tuple(inner["observation_ids"])
    inner["flags"] = tuple(inner.get("flags", ()))
    inner["steps"] = tuple(Step(**step) for step in inner["steps"])
    return StoredDecision(
        decision_id=document["_id"],
        organisation_id=document["organisation_id"],
        run_id=document["run_id"],
        policy_id=document["policy_id"],
        policy_version=document["policy_version"],
        decided_at=document["decided_at"],
        decision=Decision(**inner),
        inputs=inputs,
    )


def inputs_document(stored: StoredDecision) -> Document:
    """The stored form of what a decision was made from."""
    return {
        "_id": stored.decision_id,
        "organisation_id": stored.organisation_id,
        "run_id": stored.run_id,
        "product_id": stored.decision.product_id,
        "decided_at": stored.decided_at,
        "inputs": stored.inputs,
    }


class MongoDecisions:
    """The decisions collection of the pricing database."""

    def __init__(self, mongo: Mongo) -> None:
        self._mongo = mongo

    async def keep(
        self, decisions: Sequence[StoredDecision], changes: Sequence[PriceChange], session: Session
    ) -> tuple[list[StoredDecision], int]:
        """Keep new decisions with their proposals; one that is kept keeps its proposal, or none.

        Returns the new decisions, and how many proposals are new.
        """
        known = await self._known(COLLECTION, decisions, [one.decision_id for one in decisions], session)
        there = await self._known(CHANGES, changes, [one.change_id for one in changes], session)
        new = [one for one in decisions if one.decision_id not in known]
        proposals = [one for one in changes if one.decision_id not in known and one.change_id not in there]
        if new:
            documents = [decision_document(one) for one in new]
            await self._mongo.collection(COLLECTION).insert_many(documents, session=session)
            seen = [inputs_document(one) for one in new if one.inputs is not None]
            if seen:
                await self._mongo.collection(INPUTS).insert_many(seen, session=session)
        if proposals:
            await self._mongo.collection(CHANGES).insert_many(map(change_document, proposals), session=session)
        return new, len(proposals)

    async def ruled(self, organisation_id: str, run_id: str) -> dict[str, datetime]:
        """Return when each product that a rule of a run took was decided, by product id."""
        of_run = {"organisation_id": organisation_id, "run_id": run_id, "decision.rule": {"$ne": None}}
        wanted = {"_id": 0, "product_id": 1, "decided_at": 1}
        try:
            found = self._mongo.collection(COLLECTION).find(of_run, wanted)
            return {one["product_id"]: one["decided_at"] async for one in found}
        except PyMongoError as error:
            raise unavailable("read the run's decisions") from error

    async def get(self, organisation_id: str, decision_id: str) -> StoredDecision:
        """Return one decision with its inputs; `DecisionNotFound` when there is none."""
        query = {"_id": decision_id, "organisation_id": organisation_id}
        try:
            document = await self._mongo.collection(COLLECTION).find_one(query)
            seen = await self._mongo.collection(INPUTS).find_one(query, {"inputs": 1})
        except PyMongoError as error:
            raise unavailable("read the decision") from error
        if document is None:
            raise DecisionNotFound(f"no decision «{decision_id}»; GET /pricing/decisions?run_id=… lists a run's")
        return decision_from(document, None if seen is None else seen["inputs"])

    async def walk(self, organisation_id: str, run_id: str, size: int) -> AsyncIterator[Sequence[StoredDecision]]:
        """Walk through a run's decisions with their inputs, by product, `size` at a time."""
        after = ""
        while True:
            query: Document = {"organisation_id": organisation_id, "run_id": run_id, "product_id": {"$gt": after}}
            try:
                found = self._mongo.collection(COLLECTION).find(query).sort("product_id", ASCENDING).limit(size)
                documents = [one async for one in found]
                ids = {"_id": {"$in": [one["_id"] for one in documents]}, "organisation_id": organisation_id}
                seen = {one["_id"]: one["inputs"] async for one in self._mongo.collection(INPUTS).find(ids)}
            except PyMongoError as error:
                raise unavailable("read the run's decisions") from error
            if documents:
                yield [decision_from(one, seen.get(one["_id"])) for one in documents]
            if len(documents) < size:
                return
            after = documents[-1]["product_id"]

    async def of_run(
        self, organisation_id: str, run_id: str, window: Window, reason: ReasonCode | None
    ) -> Page[StoredDecision]:
        """Return some decisions of a run, by product: all, or those for one reason."""
        query: Document = {"organisation_id": organisation_id, "run_id": run_id}
        if reason is not None:
            query["decision.reason"] = reason.value
        return await paged(self._mongo.collection(COLLECTION), query, "product_id", window, decision_from)

    async def newest(self, organisation_id: str, product_ids: Sequence[str]) -> dict[str, StoredDecision]:
        """Return the newest decision of each product, by product id."""
        newest: dict[str, StoredDecision] = {}
        latest_first = [("decided_at", DESCENDING)]
        try:
            # One look each: a product has a decision of every run that there ever was.
            for product_id in product_ids:
                query = {"organisation_id": organisation_id, "product_id": product_id}
                document = await self._mongo.collection(COLLECTION).find_one(query, sort=latest_first)
                if document is not None:
                    newest[product_id] = decision_from(document)
        except PyMongoError as error:
            raise unavailable("read decisions") from error
        return newest

    async def _known(
        self, collection: str, things: Sequence[StoredDecision | PriceChange], ids: list[str], session: Session
    ) -> set[str]:
        if not ids:
            return set()
        query = {"_id": {"$in": ids}, "organisation_id": {"$in": sorted({one.organisation_id for one in things})}}
        cursor = self._mongo.collection(collection).find(query, {"_id": 1}, session=session)
        return {document["_id"] async for document in cursor}
