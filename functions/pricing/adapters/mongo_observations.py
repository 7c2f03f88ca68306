"""Observations in MongoDB: history, the newest of each offer, and the announcement, in one transaction."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from pymongo import ASCENDING, DESCENDING, IndexModel, UpdateOne
from pymongo.errors import PyMongoError

from pricing.adapters.commands import PAGES, pages_to_scan
from pricing.adapters.documents import observation_document, observation_from
from pricing.adapters.mongo_market import OFFERS
from pricing.domain.errors import ObservationNotFound
from pricing.domain.market import Observation
from pricing.usecases.ports import PagesOfHost, Recorded
from shared.kernel.clock import Clock
from shared.kernel.compute_cost import compute_microusd
from shared.kernel.paging import Page, Window
from shared.runtime.inbox import Inbox
from shared.runtime.job_facts import JobFacts
from shared.runtime.mongo import Document, Mongo, Session, paged, unavailable
from shared.runtime.outbox import Outbox

COLLECTION = "observations"
NOT_FOUND = "not_found"
# The scanner's memory in terraform/functions.tf; its time is what a scan costs.
SCANNER_MB = 512
INDEXES = (
    IndexModel(
        [("organisation_id", ASCENDING), ("product_id", ASCENDING), ("sequence", DESCENDING)], name="of_product"
    ),
    IndexModel([("organisation_id", ASCENDING), ("sequence", DESCENDING)], name="newest_first"),
    IndexModel([("organisation_id", ASCENDING), ("job_id", ASCENDING), ("outcome", ASCENDING)], name="of_job"),
)


def _sequence(observation: Observation) -> str:
    """The sorting key of the history: time, then id, so that it is unique."""
    return f"{observation.captured_at.isoformat(timespec='milliseconds')}/{observation.observation_id}"


def _parsed(document: Document) -> Observation:
    return observation_from({key: value for key, value in document.items() if key != "sequence"})


class MongoObservations:
    """The observations collection of the pricing database, for reading."""

    def __init__(self, mongo: Mongo) -> None:
        self._mongo = mongo

    async def get(self, organisation_id: str, observation_id: str) -> Observation:
        """Return one observation; `ObservationNotFound` when there is none."""
        query = {"_id": observation_id, "organisation_id": organisation_id}
        try:
            document = await self._mongo.collection(COLLECTION).find_one(query)
        except PyMongoError as error:
            raise unavailable("read the observation") from error
        if document is None:
            raise ObservationNotFound(f"no observation «{observation_id}»")
        return _parsed(document)

    async def page(self, organisation_id: str, window: Window, product_id: str | None) -> Page[Observation]:
        """Return some observations, newest first, of one product or of all."""
        query: Document = {"organisation_id": organisation_id}
        if product_id is not None:
            query["product_id"] = product_id
        collection = self._mongo.collection(COLLECTION)
        return await paged(collection, query, "sequence", window, _parsed, newest_first=True)

    async def failed_of(self, organisation_id: str, job_id: str) -> Sequence[str]:
        """Return the ids of the offers whose look failed in a job."""
        query: Document = {"organisation_id": organisation_id, "job_id": job_id, "outcome": {"$ne": "read"}}
        try:
            cursor = self._mongo.collection(COLLECTION).find(query, {"offer_id": 1})
            return [document["offer_id"] async for document in cursor]
        except PyMongoError as error:
            raise unavailable("read the observations") from error


class MongoScanLog:
    """The observations collection of the pricing database, for recording."""

    def __init__(self, mongo: Mongo, outbox: Outbox, clock: Clock) -> None:
        self._mongo = mongo
        self._outbox = outbox
        self._inbox = Inbox(mongo, "pricing-plan-scan", clock)

    async def record(self, job_id: str, message_id: str, observations: Sequence[Observation], at: datetime) -> Recorded:
        """Keep the new ones, bring their offers up to date, and announce the progress of the scan, in one."""

        async def work(session: Session) -> Recorded:
            new = await self._new(observations, session)
            if not new:
                return Recorded(0, 0)
            documents = [observation_document(one) | {"sequence": _sequence(one)} for one in new]
            await self._mongo.collection(COLLECTION).insert_many(documents, session=session)
            await self._bring_up_to_date(new, session)
            read = sum(one.outcome == "read" for one in new)
            recorded = Recorded(read, len(new) - read)
            facts = JobFacts(new[0].organisation_id, job_id, ordered=False)
            cost = compute_microusd(SCANNER_MB, timedelta(milliseconds=sum(one.duration_ms for one in new)))
            told = facts.progressed(message_id, at, done=recorded.read, failed=recorded.failed, cost_microusd=cost)
            await self._outbox.add([told], session)
            return recorded

        recorded = await self._mongo.transaction(work)
        await self._outbox.relay_quietly()
        return recorded

    async def plan(self, organisation_id: str, job_id: str, pages: Sequence[PagesOfHost], at: datetime) -> None:
        """Ask the scanners for pages and announce how many there are; planning one job twice is planning it once."""
        facts = JobFacts(organisation_id, job_id, ordered=False)
        total = sum(len(part.offers) for part in pages)

        async def work(session: Session) -> None:
            await self._outbox.add([facts.planned(total, at)], session)
            # One message group for each host, so that a host is read by one scanner at a time.
            for part in pages:
                request = pages_to_scan(organisation_id, job_id, part, at)
                await self._outbox.add([request], session, to=PAGES, group=part.host)

        await self._inbox.once(f"plan/{job_id}", organisation_id, work)
        await self._outbox.relay_quietly()

    async def refuse(self, organisation_id: str, job_id: str, detail: str, at: datetime) -> None:
        """Announce that a scan cannot be planned, and why."""
        await self._outbox.tell([JobFacts(organisation_id, job_id).ended("failed", at, detail)])

    async def _new(self, observations: Sequence[Observation], session: Session) -> list[Observation]:
        ids = [one.observation_id for one in observations]
        cursor = self._mongo.collection(COLLECTION).find(_of(observations, ids), {"_id": 1}, session=session)
        known = {document["_id"] async for document in cursor}
        return list({one.observation_id: one for one in observations if one.observation_id not in known}.values())

    async def _bring_up_to_date(self, new: Sequence[Observation], session: Session) -> None:
        ids = [one.offer_id for one in new]
        offers = self._mongo.collection(OFFERS)
        fields = {"latest": 1, "last_failure": 1, "misses": 1}
        found = offers.find(_of(new, ids), fields, session=session)
        known = {document["_id"]: document async for document in found}
        writes = [
            UpdateOne({"_id": one.offer_id, "organisation_id": one.organisation_id}, {"$set": change})
            for one in new
            if one.offer_id in known and (change := _change(known[one.offer_id], one)) is not None
        ]
        if writes:
            await offers.bulk_write(writes, ordered=False, session=session)


def _of(observations: Sequence[Observation], ids: Sequence[str]) -> Document:
    """What has one of the ids and belongs to the organisation of the observations."""
    organisations = sorted({one.organisation_id for one in observations})
    return {"_id": {"$in": list(ids)}, "organisation_id": {"$in": organisations}}


def _change(offer: Document, seen: Observation) -> Document | None:
    """What a new observation changes in its offer; a late message about an older look changes nothing."""
    place = "latest" if seen.outcome == "read" else "last_failure"
    before = offer.get(place)
    if before is not None and before["captured_at"] >= seen.captured_at:
        return None
    change: Document = {place: observation_document(seen)}
    if place == "latest":
        change |= {"previous": before, "misses": 0}
    elif seen.outcome == NOT_FOUND:
        change["misses"] = int(offer.get("misses", 0)) + 1
    return change
