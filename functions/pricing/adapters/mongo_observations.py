"""Observations in MongoDB: history, the newest of each offer, and the announcement, in one transaction."""

from collections.abc import Sequence
from datetime import datetime

from pymongo import ASCENDING, DESCENDING, IndexModel, UpdateOne
from pymongo.errors import PyMongoError

from pricing.adapters.documents import observation_document, observation_from
from pricing.adapters.mongo_market import OFFERS
from pricing.domain.errors import ObservationNotFound
from pricing.domain.market import Observation
from pricing.usecases.ports import Recorded
from shared.contracts.pricing import ScanPlanned, ScanProgressed
from shared.kernel.identifiers import derived_id
from shared.kernel.paging import Page, Window
from shared.runtime.mongo import Document, Mongo, Session, paged, unavailable
from shared.runtime.outbox import Outbox

COLLECTION = "observations"
INDEXES = (
    IndexModel(
        [("organisation_id", ASCENDING), ("product_id", ASCENDING), ("sequence", DESCENDING)], name="of_product"
    ),
    IndexModel([("organisation_id", ASCENDING), ("sequence", DESCENDING)], name="newest_first"),
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


class MongoScanLog:
    """The observations collection of the pricing database, for recording."""

    def __init__(self, mongo: Mongo, outbox: Outbox) -> None:
        self._mongo = mongo
        self._outbox = outbox

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
            await self._outbox.add([_progress(new[0], job_id, message_id, recorded, at)], session)
            return recorded

        recorded = await self._mongo.transaction(work)
        await self._outbox.relay_quietly()
        return recorded

    async def plan(self, job_id: str, organisation_id: str, pages: int, at: datetime) -> None:
        """Announce how many pages a scan has."""
        event_id = derived_id("evt", "pricing.scan-planned", job_id)
        event = ScanPlanned(
            id=event_id,
            occurred_at=at,
            correlation_id=job_id,
            organisation_id=organisation_id,
            job_id=job_id,
            pages=pages,
        )

        async def work(session: Session) -> None:
            await self._outbox.add([event], session)

        await self._mongo.transaction(work)
        await self._outbox.relay_quietly()

    async def _new(self, observations: Sequence[Observation], session: Session) -> list[Observation]:
        ids = [one.observation_id for one in observations]
        cursor = self._mongo.collection(COLLECTION).find(_of(observations, ids), {"_id": 1}, session=session)
        known = {document["_id"] async for document in cursor}
        return list({one.observation_id: one for one in observations if one.observation_id not in known}.values())

    async def _bring_up_to_date(self, new: Sequence[Observation], session: Session) -> None:
        ids = [one.offer_id for one in new]
        offers = self._mongo.collection(OFFERS)
        fields = {"latest": 1, "last_failure": 1}
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
        change["previous"] = before
    return change


def _progress(first: Observation, job_id: str, message_id: str, recorded: Recorded, at: datetime) -> ScanProgressed:
    return ScanProgressed(
        id=derived_id("evt", "pricing.scan-progressed", job_id, message_id),
        occurred_at=at,
        correlation_id=job_id,
        organisation_id=first.organisation_id,
        job_id=job_id,
        pages_read=recorded.read,
        pages_failed=recorded.failed,
    )
