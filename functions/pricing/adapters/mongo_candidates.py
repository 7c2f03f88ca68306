"""Found pages in MongoDB, and the jobs that look for them."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import datetime, timedelta

from pymongo import ASCENDING, IndexModel, ReplaceOne, ReturnDocument
from pymongo.errors import PyMongoError

from pricing.adapters.commands import PAGES, lane_group
from pricing.adapters.mongo_market import OFFERS
from pricing.domain.candidate import Candidate, Suggestion
from pricing.usecases.candidates import DiscoveryJob, Part, found_again
from pricing.usecases.discover import MOST_PROBLEMS
from shared.contracts.discovery import DiscoverPages
from shared.contracts.envelope import Event
from shared.kernel.clock import Clock
from shared.kernel.identifiers import derived_id
from shared.kernel.paging import Page, Window
from shared.runtime.inbox import LIFETIME, Inbox
from shared.runtime.job_facts import JobFacts
from shared.runtime.mongo import Document, Mongo, Session, paged, unavailable
from shared.runtime.outbox import Outbox

COLLECTION = "candidates"
JOBS = "discoveries"
KEPT = timedelta(days=90)
INDEXES = (
    IndexModel([("organisation_id", ASCENDING), ("_id", ASCENDING)], name="by_id"),
    IndexModel(
        [("organisation_id", ASCENDING), ("competitor_id", ASCENDING), ("_id", ASCENDING)], name="of_competitor"
    ),
    IndexModel(
        [("organisation_id", ASCENDING), ("_id", ASCENDING)],
        name="suggested",
        partialFilterExpression={"suggestions.0": {"$exists": True}},
    ),
    # What no job finds any more is gone from its site, or nobody looks there.
    IndexModel([("found_at", ASCENDING)], expireAfterSeconds=int(KEPT.total_seconds()), name="forgotten"),
)
JOB_INDEXES = (IndexModel([("told_at", ASCENDING)], expireAfterSeconds=int(LIFETIME.total_seconds()), name="expiry"),)


def candidate_document(candidate: Candidate) -> Document:
    """The stored form of a page; its id is its key."""
    fields = asdict(candidate)
    return {"_id": fields.pop("candidate_id")} | fields


def candidate_from(document: Document) -> Candidate:
    """The page in a stored document."""
    fields = {key: value for key, value in document.items() if key != "_id"}
    fields["suggestions"] = tuple(Suggestion(**one) for one in fields["suggestions"])
    return Candidate(candidate_id=document["_id"], **fields)


class MongoCandidates:
    """The candidates collection of the pricing database."""

    def __init__(self, mongo: Mongo, outbox: Outbox, clock: Clock) -> None:
        self._mongo = mongo
        self._outbox = outbox
        self._inbox = Inbox(mongo, "pricing-record-candidates", clock)

    async def start(self, job: DiscoveryJob) -> None:
        """Ask the scanner for a site's pages and announce the job, in one."""
        facts = JobFacts(job.organisation_id, job.job_id, ordered=False)
        title = f"Look for pages of {job.domain}"
        opened = facts.opened("discovery", title, job.requested_by, job.requested_at, job.competitor_id)

        async def work(session: Session) -> None:
            await self._outbox.add([opened], session)
            await self._outbox.add([_request(job)], session, to=PAGES, group=lane_group(job.lane))

        await self._mongo.transaction(work)
        await self._outbox.relay_quietly()

    async def keep(self, part: Part, found: Sequence[Candidate], at: datetime) -> None:
        """Keep pages and announce the progress, in one; a part that comes twice is kept once."""
        facts = JobFacts(part.organisation_id, part.job_id, ordered=False)

        async def work(session: Session) -> None:
            job = await self._tick_off(part, at, session)
            fresh = await self._replace(part, found, session)
            told: list[Event] = [facts.progressed(part.message_id, at, done=fresh, failed=len(part.problems))]
            if "before" in job and set(job["before"]) <= set(job["seen"]):
                told.append(facts.ended("completed", at, "; ".join(job["problems"])))
            await self._outbox.add(told, session)

        await self._inbox.once(part.message_id, part.organisation_id, work)
        await self._outbox.relay_quietly()

    async def page(
        self, organisation_id: str, window: Window, competitor_id: str | None, *, suggested: bool
    ) -> Page[Candidate]:
        """Return some pages that nobody watches, by id."""
        query: Document = {"organisation_id": organisation_id}
        if competitor_id is not None:
            query["competitor_id"] = competitor_id
        if suggested:
            query["suggestions.0"] = {"$exists": True}
        page = await paged(self._mongo.collection(COLLECTION), query, "_id", window, candidate_from)
        watched = await self._watched(organisation_id, [one.url for one in page.items])
        return replace(page, items=tuple(one for one in page.items if one.url not in watched))

    async def _watched(self, organisation_id: str, urls: Sequence[str]) -> set[str]:
        query = {"organisation_id": organisation_id, "url": {"$in": list(urls)}}
        try:
            cursor = self._mongo.collection(OFFERS).find(query, {"url": 1})
            return {document["url"] async for document in cursor}
        except PyMongoError as error:
            raise unavailable("read offers") from error

    async def _tick_off(self, part: Part, at: datetime, session: Session) -> Document:
        """Note that a part arrived; returns all that is known of its job's parts."""
        key = {
            "_id": derived_id("dsc", part.organisation_id, part.job_id),
            "organisation_id": part.organisation_id,
        }
        change: Document = {
            "$addToSet": {"seen": part.message_id},
            "$push": {"problems": {"$each": list(part.problems), "$slice": MOST_PROBLEMS}},
            "$set": {"told_at": at} | ({"before": list(part.before)} if part.last else {}),
        }
        found: Document | None = await self._mongo.collection(JOBS).find_one_and_update(
            key, change, upsert=True, return_document=ReturnDocument.AFTER, session=session
        )
        return found or {}

    async def _replace(self, part: Part, found: Sequence[Candidate], session: Session) -> int:
        """Keep pages; returns how many of them this job had not found yet."""
        if not found:
            return 0
        organisation_id = part.organisation_id
        collection = self._mongo.collection(COLLECTION)
        query = {"_id": {"$in": [one.candidate_id for one in found]}, "organisation_id": organisation_id}
        known = {one["_id"]: candidate_from(one) async for one in collection.find(query, session=session)}
        kept = [found_again(known[one.candidate_id], one) if one.candidate_id in known else one for one in found]
        writes = [
            ReplaceOne(
                {"_id": one.candidate_id, "organisation_id": organisation_id}, candidate_document(one), upsert=True
            )
            for one in kept
        ]
        await collection.bulk_write(writes, ordered=False, session=session)
        return sum(one.candidate_id not in known or known[one.candidate_id].job_id != part.job_id for one in found)


def _request(job: DiscoveryJob) -> DiscoverPages:
    return DiscoverPages(
        id=derived_id("msg", "discover", job.job_id),
        occurred_at=job.requested_at,
        correlation_id=job.job_id,
        organisation_id=job.organisation_id,
        job_id=job.job_id,
        competitor_id=job.competitor_id,
        domain=job.domain,
        lane=job.lane,
        todo=() if job.start_url is None else (job.start_url,),
    )
