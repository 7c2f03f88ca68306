"""Prices that nobody believes yet, in MongoDB: listed from their offers, settled in one with them."""

from collections.abc import Callable

from pymongo.errors import PyMongoError

from pricing.adapters.documents import PARTITION, QUARANTINE_KEY, history_from, observation_from, offer_from
from pricing.adapters.mongo_facts import COLLECTION as FACTS
from pricing.adapters.mongo_market import OFFERS
from pricing.adapters.mongo_market_events import note_events
from pricing.adapters.mongo_new_prices import touch
from pricing.adapters.offer_changes import COLLECTION, rejudge, write_offers
from pricing.domain.errors import ObservationNotFound
from pricing.domain.market import Observation, Offer
from pricing.domain.recording import Looked
from pricing.domain.scan_effects import decided_anew
from shared.kernel.clock import Clock
from shared.kernel.paging import Page, Window
from shared.runtime.mongo import Document, Mongo, Session, paged, unavailable


class MongoQuarantine:
    """The offers whose newest price is not believed."""

    def __init__(self, mongo: Mongo, clock: Clock) -> None:
        self._mongo = mongo
        self._clock = clock

    async def page(self, organisation_id: str, window: Window) -> Page[Observation]:
        """Return some that stand beside their offers, newest first."""
        before = {} if window.after is None else {"$lt": window.after}
        query: Document = {"organisation_id": organisation_id, QUARANTINE_KEY: {"$gt": ""} | before}
        page = Window(limit=window.limit)
        return await paged(self._mongo.collection(OFFERS), query, QUARANTINE_KEY, page, _waiting, newest_first=True)

    async def settle(
        self, organisation_id: str, observation_id: str, judge: Callable[[Offer | None, Observation], Looked]
    ) -> Observation:
        """Change an observation and its offer as `judge` says, in one; `ObservationNotFound` when there is none."""
        history, offers = self._mongo.collection(COLLECTION), self._mongo.collection(OFFERS)
        mine: Document = {"organisation_id": organisation_id}

        async def work(session: Session) -> Observation:
            document = await history.find_one({"_id": observation_id} | mine, session=session)
            if document is None:
                raise ObservationNotFound(f"no observation «{observation_id}»")
            seen = history_from(document)
            found = await offers.find_one({"_id": seen.offer_id} | mine, session=session)
            offer = None if found is None else offer_from(found)
            result = judge(offer, seen)
            changed = [one for one in (result.seen, result.changed) if one is not None]
            await rejudge(changed, self._mongo, session)
            if offer is not None and result.offer is not None:
                await write_offers([(offer, result.offer)], self._mongo, session)
                await self._touch(offer, result.offer, session)
                await note_events(self._mongo, {offer.offer_id: offer}, [result.offer], self._clock(), session)
            return result.seen

        try:
            return await self._mongo.transaction(work)
        except PyMongoError as error:
            raise unavailable("settle the observation") from error

    async def _touch(self, before: Offer, after: Offer, session: Session) -> None:
        changed = decided_anew({before.offer_id: before}, {after.offer_id: after})
        if changed:
            whose: Document = {"_id": after.product_id, "organisation_id": after.organisation_id}
            facts = await self._mongo.collection(FACTS).find_one(whose, {PARTITION: 1}, session=session)
            partitions = {} if facts is None else {after.product_id: facts.get(PARTITION, after.product_id)}
            await touch(self._mongo, changed, partitions, self._clock(), session)


def _waiting(document: Document) -> Observation:
    return observation_from(document["quarantined"])
