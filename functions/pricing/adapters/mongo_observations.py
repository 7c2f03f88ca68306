"""Observations in MongoDB: history, the newest of each offer, and the announcement, in one transaction."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from pymongo import ASCENDING, DESCENDING, IndexModel
from pymongo.errors import PyMongoError

from pricing.adapters.commands import PAGES, UNREAD, lane_group, page_unread, pages_to_scan
from pricing.adapters.documents import history_document, history_from, offer_from
from pricing.adapters.mongo_market import OFFERS
from pricing.adapters.mongo_market_events import note_events
from pricing.adapters.mongo_new_prices import touch
from pricing.adapters.mongo_scan_budget import keep_effects
from pricing.adapters.offer_changes import COLLECTION, rejudge, write_offers
from pricing.domain.errors import ObservationNotFound
from pricing.domain.market import READ, Observation, Offer
from pricing.domain.recording import NOTHING_KNOWN, Known, looked, wants_second_look
from pricing.domain.scan_effects import SCANNER_MB, Effects, changed_offers, decided_anew, moved_products
from pricing.usecases.ports import PagesOfLane, Recorded
from shared.kernel.clock import Clock
from shared.kernel.compute_cost import compute_microusd
from shared.kernel.paging import Page, Window
from shared.runtime.inbox import Inbox
from shared.runtime.job_facts import JobFacts
from shared.runtime.mongo import Document, Mongo, Session, paged, unavailable
from shared.runtime.outbox import Outbox

INDEXES = (
    IndexModel(
        [("organisation_id", ASCENDING), ("product_id", ASCENDING), ("sequence", DESCENDING)], name="of_product"
    ),
    IndexModel([("organisation_id", ASCENDING), ("sequence", DESCENDING)], name="newest_first"),
    IndexModel([("organisation_id", ASCENDING), ("job_id", ASCENDING), ("outcome", ASCENDING)], name="of_job"),
)


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
        return history_from(document)

    async def page(self, organisation_id: str, window: Window, product_id: str | None) -> Page[Observation]:
        """Return some observations, newest first, of one product or of all."""
        query: Document = {"organisation_id": organisation_id}
        if product_id is not None:
            query["product_id"] = product_id
        collection = self._mongo.collection(COLLECTION)
        return await paged(collection, query, "sequence", window, history_from, newest_first=True)

    async def failed_of(self, organisation_id: str, job_id: str) -> Sequence[str]:
        """Return the ids of the offers whose look failed in a job."""
        query: Document = {"organisation_id": organisation_id, "job_id": job_id, "outcome": {"$nin": sorted(READ)}}
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

    async def record(
        self,
        job_id: str,
        message_id: str,
        observations: Sequence[Observation],
        at: datetime,
        known: Known = NOTHING_KNOWN,
        *,
        second_look: bool = False,
    ) -> Recorded:
        """Keep the new ones, bring their offers up to date, announce progress and ask for second looks, in one."""

        async def work(session: Session) -> Recorded:
            fresh = await self._new(observations, session)
            if not fresh:
                return Recorded(0, 0)
            before = await self._offers_of(fresh, session)
            new, after = await self._taken_in(fresh, before, known, session)
            await self._mongo.collection(COLLECTION).insert_many(
                [history_document(one) for one in new], session=session
            )
            read = sum(one.is_read for one in new)
            recorded = Recorded(read, len(new) - read, sum(one.quality == "suspicious" for one in new))
            billed_ms = sum(one.billed_ms for one in new)
            cost = compute_microusd(SCANNER_MB, timedelta(milliseconds=billed_ms))
            if not second_look:
                facts = JobFacts(new[0].organisation_id, job_id, ordered=False)
                told = facts.progressed(message_id, at, done=recorded.read, failed=recorded.failed, cost_microusd=cost)
                await self._outbox.add([told], session)
                unread = [one for one in new if wants_second_look(one, before.get(one.offer_id), known)]
                await self._outbox.add([page_unread(one, at) for one in unread], session, to=UNREAD)
            partitions = {name: one.partition for name, one in known.facts.items()}
            await touch(self._mongo, decided_anew(before, after), partitions, at, session)
            await note_events(self._mongo, before, after.values(), at, session)
            effects = await self._effects(0 if second_look else len(new), billed_ms, before, after, session)
            await keep_effects(f"{job_id}/{message_id}", new[0].organisation_id, effects, at, self._mongo, session)
            return recorded

        recorded = await self._mongo.transaction(work)
        await self._outbox.relay_quietly()
        return recorded

    async def plan(self, organisation_id: str, job_id: str, pages: Sequence[PagesOfLane], at: datetime) -> None:
        """Ask the scanners for pages and announce how many there are; planning one job twice is planning it once."""
        facts = JobFacts(organisation_id, job_id, ordered=False)
        total = sum(len(part.pages) for part in pages)

        async def work(session: Session) -> None:
            await self._outbox.add([facts.planned(total, at)], session)
            # One message group for each lane, so that a host is read by one scanner at a time.
            for part in pages:
                request = pages_to_scan(organisation_id, job_id, part, at)
                await self._outbox.add([request], session, to=PAGES, group=lane_group(part.lane))

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

    async def _offers_of(self, new: Sequence[Observation], session: Session) -> dict[str, Offer]:
        found = self._mongo.collection(OFFERS).find(_of(new, [one.offer_id for one in new]), session=session)
        return {document["_id"]: offer_from(document) async for document in found}

    async def _effects(
        self, looks: int, billed_ms: int, before: dict[str, Offer], after: dict[str, Offer], session: Session
    ) -> Effects:
        """What the looks brought; other offers are only read where something changed."""
        changed = changed_offers(before, after)
        useful = 0
        if changed:
            products = sorted({one.product_id for one in changed})
            query: Document = {"organisation_id": changed[0].organisation_id, "product_id": {"$in": products}}
            found = self._mongo.collection(OFFERS).find(query, session=session)
            useful = moved_products(before, changed, [offer_from(document) async for document in found])
        return Effects(looks=looks, billed_ms=billed_ms, changes=len(changed), useful=useful)

    async def _taken_in(
        self, new: Sequence[Observation], before: dict[str, Offer], known: Known, session: Session
    ) -> tuple[list[Observation], dict[str, Offer]]:
        """Bring the offers up to date; return the looks as they are to be kept, and the offers as they are now."""
        offers = dict(before)
        kept: dict[str, Observation] = {}
        for one in new:
            result = looked(offers.get(one.offer_id), one, known)
            if result.offer is not None:
                offers[one.offer_id] = result.offer
            for seen in (result.seen, result.changed):
                if seen is not None:
                    kept[seen.observation_id] = seen
        fresh = {one.observation_id for one in new}
        await rejudge([one for one in kept.values() if one.observation_id not in fresh], self._mongo, session)
        await write_offers([(before[name], offer) for name, offer in offers.items()], self._mongo, session)
        return [kept[one.observation_id] for one in new], offers


def _of(observations: Sequence[Observation], ids: Sequence[str]) -> Document:
    """What has one of the ids and belongs to the organisation of the observations."""
    organisations = sorted({one.organisation_id for one in observations})
    return {"_id": {"$in": list(ids)}, "organisation_id": {"$in": organisations}}
