"""Policy runs in MongoDB: each step with its announcement in one transaction."""

from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from itertools import batched, product

from pymongo import ASCENDING, DESCENDING, IndexModel
from pymongo.errors import DuplicateKeyError, PyMongoError

from pricing.adapters.commands import DECIDE, part_requested, run_requested
from pricing.adapters.mongo_changes import COLLECTION as CHANGES
from pricing.adapters.mongo_decisions import MongoDecisions
from pricing.domain.decision import ReasonCode
from pricing.domain.errors import RunNotFound
from pricing.domain.hold import HOLD_PREFIX
from pricing.domain.price_change import PriceChange, State
from pricing.usecases.ports import Run, ShopPart, StoredDecision
from shared.contracts.jobs import JobOpened, Outcome
from shared.kernel.compute_cost import compute_microusd
from shared.kernel.paging import Page, Window
from shared.runtime.job_facts import JobFacts
from shared.runtime.mongo import Document, Mongo, Session, paged, unavailable
from shared.runtime.outbox import Outbox

RUNS = "runs"
PARTS = "run_parts"
TALLIES = "run_tallies"
# The decider's memory in terraform/functions.tf.
DECIDER_MB = 1769
RUN_INDEXES = (
    IndexModel([("organisation_id", ASCENDING), ("run_id", DESCENDING)], name="newest_first"),
    IndexModel(
        [("organisation_id", ASCENDING), ("state", ASCENDING), ("finished_at", DESCENDING)], name="newest_ended"
    ),
)
# Proposals that nobody approved: those that wait for a person, and those that only the policy let through. Asked for
# one after another: an index answers each by its state, and none answers both.
OPEN: tuple[Document, ...] = (
    {"state": State.PROPOSED.value},
    {"state": State.APPROVED.value, "decided_by": "policy", "batch_id": None},
)
OF_HOLDS = f"{HOLD_PREFIX}_"
IDS_AT_ONCE = 500
# Longer than anything may still be done twice.
PARTS_KEPT = timedelta(days=30)
PART_INDEXES = (
    IndexModel([("organisation_id", ASCENDING), ("run_id", ASCENDING)], name="of_run"),
    IndexModel([("done_at", ASCENDING)], expireAfterSeconds=int(PARTS_KEPT.total_seconds()), name="forgotten"),
)
TALLY_INDEXES = (
    IndexModel([("organisation_id", ASCENDING), ("run_id", ASCENDING)], name="of_run"),
    IndexModel([("at", ASCENDING)], expireAfterSeconds=int(PARTS_KEPT.total_seconds()), name="forgotten"),
)


def run_from(document: Document) -> Run:
    """The run in a stored document."""
    return Run(**{key: value for key, value in document.items() if key != "_id"})


def queries_of_others(run: Run) -> list[Document]:
    """The queries for what may be open in the run's shop, but for what it proposed itself: most of what is open."""
    of_shop = {"organisation_id": run.organisation_id, "shop_id": run.shop_id}
    around = ({"$lt": run.run_id}, {"$gt": run.run_id})
    return [of_shop | {"state": open_["state"], "run_id": made_by} for open_, made_by in product(OPEN, around)]


async def ask_for_parts(outbox: Outbox, run: Run, parts: Sequence[ShopPart], at: datetime, session: Session) -> None:
    """Ask for the parts of a run that begins, and announce how many products they hold."""
    await outbox.add([_facts(run).planned(sum(part.products for part in parts), at)], session)
    asked = [part_requested(run, place, part) for place, part in enumerate(parts)]
    await outbox.add(asked, session, to=DECIDE)


def run_opened(run: Run) -> JobOpened:
    """The announcement of a new run."""
    title = f"Policy «{run.policy_id}» on {run.shop_id}"
    return _facts(run).opened("policy_run", title, run.requested_by, run.requested_at, run.policy_id)


def _facts(run: Run) -> JobFacts:
    return JobFacts(run.organisation_id, run.run_id, ordered=False)


class MongoRuns:
    """The runs collection of the pricing database, with the decisions of each run."""

    def __init__(self, mongo: Mongo, outbox: Outbox) -> None:
        self._mongo = mongo
        self._outbox = outbox
        self._decisions = MongoDecisions(mongo)

    async def add(self, run: Run) -> Run:
        """Keep a new run, ask for its decisions and announce it, in one; a run of this id stays as it is."""

        async def work(session: Session) -> None:
            await self._mongo.collection(RUNS).insert_one({"_id": run.run_id} | asdict(run), session=session)
            await self._outbox.add([run_opened(run)], session)
            await self._outbox.add([run_requested(run)], session, to=DECIDE)

        try:
            await self._mongo.transaction(work)
        except DuplicateKeyError:
            return await self.get(run.organisation_id, run.run_id)
        await self._outbox.relay_quietly()
        return run

    async def refuse(self, organisation_id: str, run_id: str, detail: str, at: datetime) -> None:
        """Announce that a run cannot be started, and why."""
        await self._outbox.tell([JobFacts(organisation_id, run_id).ended("failed", at, detail)])

    async def get(self, organisation_id: str, run_id: str) -> Run:
        """Return one run; `RunNotFound` when there is none."""
        try:
            return await self._read(organisation_id, run_id, None)
        except PyMongoError as error:
            raise unavailable("read the run") from error

    async def page(self, organisation_id: str, window: Window) -> Page[Run]:
        """Return some runs, newest first."""
        query: Document = {"organisation_id": organisation_id}
        return await paged(self._mongo.collection(RUNS), query, "run_id", window, run_from, newest_first=True)

    async def begin(self, run: Run, parts: Sequence[ShopPart], at: datetime) -> Run:
        """Take the run up, ask for its parts and announce how many products it has, in one."""

        async def work(session: Session) -> Run:
            known = await self._read(run.organisation_id, run.run_id, session)
            if known.started_at is not None:
                return known
            begun = replace(known, state="RUNNING", started_at=at, parts=len(parts))
            await self._replace(begun, session)
            await ask_for_parts(self._outbox, begun, parts, at, session)
            return begun

        begun = await self._mongo.transaction(work)
        await self._outbox.relay_quietly()
        return begun

    async def part_done(self, run: Run, place: int, since: datetime, at: datetime) -> bool:
        """Note that a part was decided and announce what its time cost, in one; returns whether that was the last."""
        key = {"_id": f"{run.run_id}/{place}", "organisation_id": run.organisation_id}
        of_run = {"organisation_id": run.organisation_id, "run_id": run.run_id}
        done = self._mongo.collection(PARTS)

        async def work(session: Session) -> None:
            noted = await done.update_one(key, {"$setOnInsert": of_run | {"done_at": at}}, upsert=True, session=session)
            if noted.upserted_id is not None:
                cost = compute_microusd(DECIDER_MB, at - since)
                told = _facts(run).progressed(f"part/{place}", at, done=0, failed=0, cost_microusd=cost)
                await self._outbox.add([told], session)

        await self._mongo.transaction(work)
        await self._outbox.relay_quietly()
        try:
            return await done.count_documents(of_run) >= (run.parts or 0)
        except PyMongoError as error:
            raise unavailable("count the parts of the run") from error

    async def decided(self, decisions: Sequence[StoredDecision], changes: Sequence[PriceChange], at: datetime) -> None:
        """Keep decisions with their proposals and announce them; what is kept already keeps its proposal, or none."""

        async def work(session: Session) -> None:
            if await self._closed(decisions, session) is not None:
                return
            new, proposed = await self._decisions.keep(decisions, changes, session)
            if new:
                await self._tally(new, proposed, at, session)
                # A decision is new once, so the first of them names this part and no other.
                first = new[0]
                facts = JobFacts(first.organisation_id, first.run_id, ordered=False)
                await self._outbox.add([facts.progressed(first.decision_id, at, done=len(new), failed=0)], session)

        await self._mongo.transaction(work)
        await self._outbox.relay_quietly()
        closed = await self._closed(decisions, None) if changes else None
        if closed is not None and closed.state == "CANCELLED":
            # Whoever cancelled the run meanwhile did not see these proposals.
            await self._withdraw_own(closed, at)

    async def _closed(self, decisions: Sequence[StoredDecision], session: Session | None) -> Run | None:
        """The run that decisions, which come together, are of, if it is closed."""
        if not decisions:
            return None
        key: Document = {"_id": decisions[0].run_id, "organisation_id": decisions[0].organisation_id}
        closed = key | {"finished_at": {"$ne": None}}
        try:
            document = await self._mongo.collection(RUNS).find_one(closed, session=session)
        except PyMongoError as error:
            if session is not None:
                raise
            raise unavailable("read the run") from error
        return None if document is None else run_from(document)

    async def finish(self, run: Run, at: datetime) -> Run:
        """Count the run's decisions, withdraw what they supersede, close it and announce that."""
        known = await self.get(run.organisation_id, run.run_id)
        if known.finished_at is not None:
            return known
        older = await self._open_of_others(run)
        if older:
            # A run that finds nothing open need not read what it decided.
            ruled = await self._decisions.ruled(run.organisation_id, run.run_id)
            superseded = [key for key, of, made_at in older if of in ruled and made_at < ruled[of]]
            for some in batched(superseded, IDS_AT_ONCE, strict=False):
                which = {"_id": {"$in": list(some)}, "organisation_id": run.organisation_id}
                await self._withdraw(which, f"superseded by {run.run_id}", at)
        return await self._close(run, "FINISHED", "completed", at)

    async def cancel(self, run: Run, at: datetime) -> Run:
        """Count the run's decisions, close it, announce that and withdraw its own proposals that nobody approved."""
        closed = await self._close(run, "CANCELLED", "cancelled", at)
        if closed.state == "CANCELLED":
            # In this order: a worker that has not seen the run closed withdraws its proposals itself (`decided`).
            await self._withdraw_own(run, at)
        return closed

    async def decision(self, organisation_id: str, decision_id: str) -> StoredDecision:
        """Return one decision; `DecisionNotFound` when there is none."""
        return await self._decisions.get(organisation_id, decision_id)

    def walk(self, organisation_id: str, run_id: str, size: int) -> AsyncIterator[Sequence[StoredDecision]]:
        """Walk through a run's decisions with their inputs, by product, `size` at a time."""
        return self._decisions.walk(organisation_id, run_id, size)

    async def decisions(
        self, organisation_id: str, run_id: str, window: Window, reason: ReasonCode | None = None
    ) -> Page[StoredDecision]:
        """Return some decisions of a run, by product: all, or those for one reason."""
        return await self._decisions.of_run(organisation_id, run_id, window, reason)

    async def newest_decisions(self, organisation_id: str, product_ids: Sequence[str]) -> dict[str, StoredDecision]:
        """Return the newest decision of each product, by product id."""
        return await self._decisions.newest(organisation_id, product_ids)

    async def _withdraw_own(self, run: Run, at: datetime) -> None:
        own: Document = {"organisation_id": run.organisation_id, "run_id": run.run_id}
        await self._withdraw(own, f"{run.run_id} was cancelled", at)

    async def _open_of_others(self, run: Run) -> list[tuple[str, str, datetime]]:
        """The open proposals in the run's shop that neither it nor a hold made: id, product and when it was made."""
        found: list[tuple[str, str, datetime]] = []
        wanted = {"product_id": 1, "run_id": 1, "proposed_at": 1}
        for query in queries_of_others(run):
            try:
                found += [
                    (one["_id"], one["product_id"], one["proposed_at"])
                    async for one in self._mongo.collection(CHANGES).find(query, wanted)
                    if not one["run_id"].startswith(OF_HOLDS)
                ]
            except PyMongoError as error:
                raise unavailable("read what waits in the shop") from error
        return found

    async def _withdraw(self, which: Document, why: str, at: datetime) -> None:
        """Deny those of some price changes that are open."""
        withdrawn = {"state": State.DENIED.value, "decided_at": at, "deny_reason": why}
        try:
            for open_ in OPEN:
                await self._mongo.collection(CHANGES).update_many(which | open_, {"$set": withdrawn})
        except PyMongoError as error:
            raise unavailable("withdraw proposals") from error

    async def _close(self, run: Run, state: str, outcome: Outcome, at: datetime) -> Run:
        of_run = {"organisation_id": run.organisation_id, "run_id": run.run_id}
        reasons, proposed = Counter[str](), 0
        try:
            async for tally in self._mongo.collection(TALLIES).find(of_run):
                reasons.update(tally["reasons"])
                proposed += tally["proposed"]
        except PyMongoError as error:
            raise unavailable("count the run's decisions") from error
        counted = replace(
            run,
            state=state,
            finished_at=at,
            decisions=reasons.total(),
            proposed=proposed,
            reasons=dict(sorted(reasons.items())),
        )

        async def work(session: Session) -> Run:
            known = await self._read(run.organisation_id, run.run_id, session)
            if known.finished_at is not None:
                return known
            await self._replace(counted, session)
            await self._outbox.add([_facts(run).ended(outcome, at, f"{proposed} prices proposed")], session)
            return counted

        closed = await self._mongo.transaction(work)
        await self._outbox.relay_quietly()
        return closed

    async def _tally(self, new: Sequence[StoredDecision], proposed: int, at: datetime, session: Session) -> None:
        """Note what is kept in this step, for the end of the run: it need not count its decisions one by one."""
        first = new[0]
        tally = {
            "_id": first.decision_id,
            "organisation_id": first.organisation_id,
            "run_id": first.run_id,
            "reasons": Counter(one.decision.reason.value for one in new),
            "proposed": proposed,
            "at": at,
        }
        await self._mongo.collection(TALLIES).insert_one(tally, session=session)

    async def _replace(self, run: Run, session: Session) -> None:
        key = {"_id": run.run_id, "organisation_id": run.organisation_id}
        await self._mongo.collection(RUNS).replace_one(key, asdict(run), session=session)

    async def _read(self, organisation_id: str, run_id: str, session: Session | None) -> Run:
        key = {"_id": run_id, "organisation_id": organisation_id}
        document = await self._mongo.collection(RUNS).find_one(key, session=session)
        if document is None:
            raise RunNotFound(f"no run «{run_id}»; POST /pricing/runs starts one")
        return run_from(document)
