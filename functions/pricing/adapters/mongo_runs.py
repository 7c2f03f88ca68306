"""Policy runs and their decisions in MongoDB."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import datetime

from pymongo import ASCENDING, DESCENDING, IndexModel
from pymongo.errors import PyMongoError

from pricing.adapters.mongo_changes import COLLECTION as CHANGES
from pricing.adapters.mongo_changes import change_document
from pricing.domain.decision import Decision, ReasonCode, Step
from pricing.domain.errors import DecisionNotFound, RunNotFound
from pricing.domain.price_change import PriceChange, State
from pricing.usecases.ports import Run, StoredDecision
from shared.kernel.paging import Page, Window
from shared.runtime.mongo import Document, Mongo, Session, paged, unavailable

RUNS = "runs"
RUN_INDEXES = (IndexModel([("organisation_id", ASCENDING), ("run_id", DESCENDING)], name="newest_first"),)
DECISIONS = "decisions"
DECISION_INDEXES = (
    IndexModel([("organisation_id", ASCENDING), ("run_id", ASCENDING), ("product_id", ASCENDING)], name="of_run"),
    IndexModel(
        [("organisation_id", ASCENDING), ("product_id", ASCENDING), ("decided_at", DESCENDING)], name="newest_first"
    ),
)


def run_from(document: Document) -> Run:
    """The run in a stored document."""
    return Run(**{key: value for key, value in document.items() if key != "_id"})


def decision_document(stored: StoredDecision) -> Document:
    """The stored form of a decision; its id is its key."""
    fields = asdict(stored)
    return {"_id": fields.pop("decision_id"), "product_id": stored.decision.product_id} | fields


def decision_from(document: Document) -> StoredDecision:
    """The decision in a stored document."""
    inner = dict(document["decision"])
    inner["reason"] = ReasonCode(inner["reason"])
    inner["observation_ids"] = tuple(inner["observation_ids"])
    inner["steps"] = tuple(Step(**step) for step in inner["steps"])
    return StoredDecision(
        decision_id=document["_id"],
        organisation_id=document["organisation_id"],
        run_id=document["run_id"],
        policy_id=document["policy_id"],
        policy_version=document["policy_version"],
        decided_at=document["decided_at"],
        decision=Decision(**inner),
    )


class MongoRuns:
    """The runs and decisions collections of the pricing database."""

    def __init__(self, mongo: Mongo) -> None:
        self._mongo = mongo

    async def add(self, run: Run) -> None:
        """Keep a new run."""
        try:
            await self._mongo.collection(RUNS).insert_one({"_id": run.run_id} | asdict(run))
        except PyMongoError as error:
            raise unavailable("store the run") from error

    async def remove(self, run: Run) -> None:
        """Forget a run that could not be handed over."""
        key = {"_id": run.run_id, "organisation_id": run.organisation_id}
        try:
            await self._mongo.collection(RUNS).delete_one(key)
        except PyMongoError as error:
            raise unavailable("remove the run") from error

    async def get(self, organisation_id: str, run_id: str) -> Run:
        """Return one run; `RunNotFound` when there is none."""
        document = await self._one(RUNS, organisation_id, run_id)
        if document is None:
            raise RunNotFound(f"no run «{run_id}»; POST /pricing/runs starts one")
        return run_from(document)

    async def page(self, organisation_id: str, window: Window) -> Page[Run]:
        """Return some runs, newest first."""
        query: Document = {"organisation_id": organisation_id}
        return await paged(self._mongo.collection(RUNS), query, "run_id", window, run_from, newest_first=True)

    async def decided(self, decisions: Sequence[StoredDecision], changes: Sequence[PriceChange]) -> None:
        """Keep decisions with their proposals, in one; a decision that is kept already keeps its proposal, or none."""

        async def work(session: Session) -> None:
            known = await self._known(DECISIONS, decisions, [one.decision_id for one in decisions], session)
            there = await self._known(CHANGES, changes, [one.change_id for one in changes], session)
            new = [decision_document(one) for one in decisions if one.decision_id not in known]
            proposals = [
                change_document(one) for one in changes if one.decision_id not in known and one.change_id not in there
            ]
            for collection, documents in ((DECISIONS, new), (CHANGES, proposals)):
                if documents:
                    await self._mongo.collection(collection).insert_many(documents, session=session)

        await self._mongo.transaction(work)

    async def finish(self, run: Run, at: datetime) -> Run:
        """Count the run's decisions, withdraw older proposals for the same shop, and close it."""
        of_run = {"organisation_id": run.organisation_id, "run_id": run.run_id}
        older = {
            "organisation_id": run.organisation_id,
            "shop_id": run.shop_id,
            "state": State.PROPOSED.value,
            "proposed_at": {"$lt": run.requested_at},
        }
        withdrawn = {"state": State.DENIED.value, "decided_at": at, "deny_reason": f"superseded by {run.run_id}"}
        try:
            counted = await self._mongo.collection(DECISIONS).aggregate(
                [{"$match": of_run}, {"$group": {"_id": "$decision.reason", "count": {"$sum": 1}}}],
            )
            reasons = {one["_id"]: int(one["count"]) async for one in counted}
            proposed = await self._mongo.collection(CHANGES).count_documents(of_run)
            await self._mongo.collection(CHANGES).update_many(older, {"$set": withdrawn})
            done = replace(
                run,
                state="FINISHED",
                finished_at=at,
                decisions=sum(reasons.values()),
                proposed=proposed,
                reasons=dict(sorted(reasons.items())),
            )
            await self._mongo.collection(RUNS).replace_one(
                {"_id": run.run_id, "organisation_id": run.organisation_id}, asdict(done)
            )
        except PyMongoError as error:
            raise unavailable("close the run") from error
        return done

    async def decision(self, organisation_id: str, decision_id: str) -> StoredDecision:
        """Return one decision; `DecisionNotFound` when there is none."""
        document = await self._one(DECISIONS, organisation_id, decision_id)
        if document is None:
            raise DecisionNotFound(f"no decision «{decision_id}»; GET /pricing/decisions?run_id=… lists a run's")
        return decision_from(document)

    async def decisions(self, organisation_id: str, run_id: str, window: Window) -> Page[StoredDecision]:
        """Return some decisions of a run, by product."""
        query: Document = {"organisation_id": organisation_id, "run_id": run_id}
        return await paged(self._mongo.collection(DECISIONS), query, "product_id", window, decision_from)

    async def newest_decisions(self, organisation_id: str, product_ids: Sequence[str]) -> dict[str, StoredDecision]:
        """Return the newest decision of each product, by product id."""
        newest: dict[str, StoredDecision] = {}
        latest_first = [("decided_at", DESCENDING)]
        try:
            # One look each: a product has a decision of every run that there ever was.
            for product_id in product_ids:
                query = {"organisation_id": organisation_id, "product_id": product_id}
                document = await self._mongo.collection(DECISIONS).find_one(query, sort=latest_first)
                if document is not None:
                    newest[product_id] = decision_from(document)
        except PyMongoError as error:
            raise unavailable("read decisions") from error
        return newest

    async def _one(self, collection: str, organisation_id: str, key: str) -> Document | None:
        query = {"_id": key, "organisation_id": organisation_id}
        try:
            return await self._mongo.collection(collection).find_one(query)
        except PyMongoError as error:
            raise unavailable("read it") from error

    async def _known(
        self, collection: str, things: Sequence[StoredDecision | PriceChange], ids: list[str], session: Session
    ) -> set[str]:
        if not ids:
            return set()
        query = {"_id": {"$in": ids}, "organisation_id": {"$in": sorted({one.organisation_id for one in things})}}
        cursor = self._mongo.collection(collection).find(query, {"_id": 1}, session=session)
        return {document["_id"] async for document in cursor}
