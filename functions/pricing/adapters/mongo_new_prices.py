"""What changed in the market since policies decided on it, in MongoDB, and the runs that take it up."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from itertools import batched

from pymongo import ASCENDING, IndexModel, UpdateOne
from pymongo.errors import PyMongoError

from pricing.adapters.mongo_policies import COLLECTION as POLICIES
from pricing.adapters.mongo_policies import FOLLOWS
from pricing.adapters.mongo_runs import RUNS, ask_for_parts, run_opened
from pricing.domain.market import Offer
from pricing.usecases.ports import Run, ShopPart
from pricing.usecases.start_runs import Follower, Touched
from shared.kernel.errors import Conflict
from shared.kernel.identifiers import derived_id
from shared.runtime.mongo import Document, Mongo, Session, unavailable
from shared.runtime.outbox import Outbox

COLLECTION = "touched"
NOTES_AT_ONCE = 1_000
# What nobody took up by then is decided by a run of the whole shop, or by nobody. No policy waits longer than a day.
KEPT = timedelta(days=2)
INDEXES = (
    IndexModel([("organisation_id", ASCENDING), ("policy_id", ASCENDING), ("at", ASCENDING)], name="of_policy"),
    IndexModel([("at", ASCENDING)], expireAfterSeconds=int(KEPT.total_seconds()), name="forgotten"),
)
_FOLLOWING: Document = {FOLLOWS: {"$gte": 0}}


class _TakenUp(Conflict):
    """Another run took some of it up."""


async def touch(
    mongo: Mongo, offers: Iterable[Offer], partitions: Mapping[str, str], at: datetime, session: Session
) -> None:
    """Note for each policy that follows them that offers changed, in the transaction that records it.

    What is noted keeps the time of the first change. `partitions` are those of known products.
    """
    changed = sorted(
        {(one.organisation_id, one.shop_id, partitions.get(one.product_id, one.product_id)) for one in offers}
    )
    if not changed:
        return
    writes = []
    for place in sorted({one[:2] for one in changed}):
        query = _FOLLOWING | {"organisation_id": place[0], "shop_id": place[1]}
        found = mongo.collection(POLICIES).find(query, {"policy_id": 1}, session=session)
        policies = [one["policy_id"] async for one in found]
        touched = [one[2] for one in changed if one[:2] == place]
        writes += [_noted(*place, policy_id, partition, at) for policy_id in policies for partition in touched]
    if writes:
        await mongo.collection(COLLECTION).bulk_write(writes, ordered=False, session=session)


def _noted(organisation_id: str, shop_id: str, policy_id: str, partition: str, at: datetime) -> UpdateOne:
    return UpdateOne(
        {"_id": _key(organisation_id, shop_id, policy_id, partition), "organisation_id": organisation_id},
        {
            "$setOnInsert": {"shop_id": shop_id, "policy_id": policy_id, "partition": partition},
            "$min": {"at": at},
            # Always a write: so a run cannot take up a note while a change that it cannot see yet leans on it.
            "$inc": {"changes": 1},
        },
        upsert=True,
    )


def _key(organisation_id: str, shop_id: str, policy_id: str, partition: str) -> str:
    return derived_id("tch", organisation_id, shop_id, policy_id, partition)


class MongoNewPrices:
    """The touched collection of the pricing database."""

    def __init__(self, mongo: Mongo, outbox: Outbox) -> None:
        self._mongo = mongo
        self._outbox = outbox

    async def followers(self) -> Sequence[Follower]:
        """Return the policies of every organisation that run when prices change."""
        fields = ("organisation_id", "shop_id", "policy_id", "version", "author_id", FOLLOWS)
        try:
            return [
                Follower(after=timedelta(minutes=one.pop(FOLLOWS)), **one)
                async for one in self._mongo.collection(POLICIES).find(
                    _FOLLOWING, {"_id": 0} | dict.fromkeys(fields, 1)
                )
            ]
        except PyMongoError as error:
            raise unavailable("read the policies") from error

    async def touched(self, policy: Follower, limit: int) -> Sequence[Touched]:
        """Return what was touched since the policy took it up, longest ago first."""
        query = {"organisation_id": policy.organisation_id, "policy_id": policy.policy_id, "shop_id": policy.shop_id}
        try:
            found = self._mongo.collection(COLLECTION).find(query).sort("at", ASCENDING).limit(limit)
            return [Touched(one["partition"], one["at"]) async for one in found]
        except PyMongoError as error:
            raise unavailable("read what changed") from error

    async def start(self, run: Run, parts: Sequence[ShopPart], taken: Sequence[Touched]) -> bool:
        """Start the run with these parts and forget what it takes up for its policy, in one."""

        async def work(session: Session) -> None:
            for notes in _notes(run.organisation_id, run.shop_id, run.policy_id, taken):
                done = await self._mongo.collection(COLLECTION).delete_many(notes, session=session)
                if done.deleted_count < len(notes["_id"]["$in"]):
                    raise _TakenUp("another run took some of it up")
            await self._mongo.collection(RUNS).insert_one({"_id": run.run_id} | asdict(run), session=session)
            await self._outbox.add([run_opened(run)], session)
            await ask_for_parts(self._outbox, run, parts, run.requested_at, session)

        try:
            await self._mongo.transaction(work)
        except _TakenUp:
            return False
        await self._outbox.relay_quietly()
        return True

    async def remind(self, run: Run, waits: Mapping[str, datetime]) -> None:
        """Note for the policy of a run that partitions are to be decided again at a moment, or earlier."""
        writes = [_noted(run.organisation_id, run.shop_id, run.policy_id, name, at) for name, at in waits.items()]
        try:
            if writes:
                await self._mongo.collection(COLLECTION).bulk_write(writes, ordered=False)
        except PyMongoError as error:
            raise unavailable("note what waits") from error

    async def decide_again(self, organisation_id: str, shop_id: str, partitions: Collection[str], at: datetime) -> None:
        """Note for every policy that follows the prices of a shop that some partitions are to be decided again."""
        query = _FOLLOWING | {"organisation_id": organisation_id, "shop_id": shop_id}
        try:
            found = self._mongo.collection(POLICIES).find(query, {"policy_id": 1})
            policies = [one["policy_id"] async for one in found]
            names = sorted(set(partitions))
            writes = [_noted(organisation_id, shop_id, policy, name, at) for policy in policies for name in names]
            if writes:
                await self._mongo.collection(COLLECTION).bulk_write(writes, ordered=False)
        except PyMongoError as error:
            raise unavailable("note what is to be decided again") from error

    async def forget(self, policy: Follower, taken: Sequence[Touched]) -> None:
        """Forget what no run need take up, because no product is left of it."""
        try:
            for notes in _notes(policy.organisation_id, policy.shop_id, policy.policy_id, taken):
                await self._mongo.collection(COLLECTION).delete_many(notes)
        except PyMongoError as error:
            raise unavailable("forget what changed") from error


def _notes(organisation_id: str, shop_id: str, policy_id: str, taken: Sequence[Touched]) -> Iterator[Document]:
    """The notes as they were read, some at a time: one that was taken up and made anew meanwhile is none of them."""
    for some in batched(taken, NOTES_AT_ONCE, strict=False):
        keys = [_key(organisation_id, shop_id, policy_id, one.partition) for one in some]
        yield {"_id": {"$in": keys}, "organisation_id": organisation_id, "at": {"$lte": max(one.at for one in some)}}
