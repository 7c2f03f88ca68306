"""How far jobs are that tell products again, in MongoDB: each batch in one transaction with what it tells."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import datetime, timedelta

from pymongo import ASCENDING, IndexModel
from pymongo.errors import DuplicateKeyError

from products.adapters.product_facts import told_again
from products.domain.product import Product
from products.usecases.retell import Retelling
from shared.contracts.envelope import Event
from shared.contracts.pricing import FactsWanted
from shared.kernel.identifiers import derived_id
from shared.runtime.job_facts import JobFacts
from shared.runtime.mongo import Document, Mongo, Session
from shared.runtime.outbox import Outbox

COLLECTION = "retellings"
RETELL = "retell"
# Longer than a queue and its dead-letter queue can hold a message back.
KEPT = timedelta(days=30)
INDEXES = (IndexModel([("began_at", ASCENDING)], expireAfterSeconds=int(KEPT.total_seconds()), name="forgotten"),)


class MongoRetellings:
    """The retellings collection of the products database."""

    def __init__(self, mongo: Mongo, outbox: Outbox) -> None:
        self._mongo = mongo
        self._outbox = outbox

    async def begin(self, retelling: Retelling, products: int) -> Retelling:
        """Keep a new job and announce how much it has to do, in one; one that is kept stays as it is."""

        async def work(session: Session) -> Retelling:
            known = await self._read(retelling, session)
            if known is not None:
                return known
            await self._mongo.collection(COLLECTION).insert_one(_key(retelling) | asdict(retelling), session=session)
            await self._outbox.add([_facts(retelling).planned(products, retelling.began_at)], session)
            return retelling

        try:
            begun = await self._mongo.transaction(work)
        except DuplicateKeyError:
            # Another worker began at the same moment; now its job is there to be read.
            begun = await self._mongo.transaction(work)
        await self._outbox.relay_quietly()
        return begun

    async def tell(self, retelling: Retelling, products: Sequence[Product], at: datetime) -> Retelling:
        """Tell the products that come next and how far that brings the job, in one; without any the job is done."""
        after = replace(retelling, finished_at=at)
        told: list[Event] = [_facts(retelling).ended("completed", at, f"{retelling.told} products told again")]
        if products:
            last = products[-1].product_id
            after = replace(retelling, after=last, told=retelling.told + len(products))
            progressed = _facts(retelling).progressed(last, at, done=len(products), failed=0)
            told = [*told_again(products, retelling.job_id, at), progressed]

        async def work(session: Session) -> Retelling | None:
            if not await self._moved(retelling, after, session):
                return await self._read(retelling, session)
            await self._outbox.add(told, session)
            return after

        kept = await self._mongo.transaction(work)
        await self._outbox.relay_quietly()
        # A job that is forgotten meanwhile is over.
        return kept or replace(retelling, finished_at=at)

    async def go_on(self, retelling: Retelling, at: datetime) -> None:
        """Ask for the rest."""
        rest = FactsWanted(
            id=derived_id("msg", "retell", retelling.organisation_id, retelling.job_id, retelling.after),
            occurred_at=at,
            correlation_id=retelling.job_id,
            organisation_id=retelling.organisation_id,
            job_id=retelling.job_id,
            shop_id=retelling.shop_id,
        )

        async def work(session: Session) -> None:
            await self._outbox.add([rest], session, to=RETELL)

        await self._mongo.transaction(work)
        await self._outbox.relay_quietly()

    async def stop(self, retelling: Retelling, at: datetime) -> None:
        """Note that nothing more is to be told; who ended the job knows."""

        async def work(session: Session) -> None:
            await self._moved(retelling, replace(retelling, finished_at=at), session)

        await self._mongo.transaction(work)

    async def refuse(self, organisation_id: str, job_id: str, detail: str, at: datetime) -> None:
        """Announce that there is nothing to tell, and why."""
        await self._outbox.tell([JobFacts(organisation_id, job_id).ended("failed", at, detail)])

    async def _moved(self, before: Retelling, after: Retelling, session: Session) -> bool:
        """Whether the job was as it is known to be, and now is as it is to be."""
        place = _key(before) | {"after": before.after, "finished_at": None}
        done = await self._mongo.collection(COLLECTION).update_one(place, {"$set": asdict(after)}, session=session)
        return done.matched_count == 1

    async def _read(self, retelling: Retelling, session: Session) -> Retelling | None:
        found = await self._mongo.collection(COLLECTION).find_one(_key(retelling), {"_id": 0}, session=session)
        return None if found is None else Retelling(**found)


def _key(retelling: Retelling) -> Document:
    job = f"{retelling.organisation_id}/{retelling.job_id}"
    return {"_id": job, "organisation_id": retelling.organisation_id}


def _facts(retelling: Retelling) -> JobFacts:
    return JobFacts(retelling.organisation_id, retelling.job_id)
