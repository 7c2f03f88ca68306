"""Price changes in MongoDB."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import datetime, timedelta

from pymongo import ASCENDING, DESCENDING, IndexModel, UpdateOne
from pymongo.errors import PyMongoError

from pricing.adapters.mongo_facts import COLLECTION as FACTS
from pricing.adapters.mongo_own_moves import note_moves
from pricing.adapters.mongo_receivers import tell_receivers
from pricing.domain.decision import Route
from pricing.domain.price_change import UNDO_ENDED, PriceChange, State
from pricing.usecases.publication_ports import ChangesWanted, Tally
from shared.kernel.identifiers import NewId, derived_id
from shared.kernel.paging import Page, Window
from shared.runtime.job_facts import JobFacts
from shared.runtime.mongo import Document, Mongo, Session, paged, unavailable
from shared.runtime.outbox import Outbox

COLLECTION = "price_changes"
INDEXES = (
    IndexModel([("organisation_id", ASCENDING), ("sequence", DESCENDING)], name="newest_first"),
    IndexModel([("organisation_id", ASCENDING), ("state", ASCENDING), ("sequence", DESCENDING)], name="of_state"),
    IndexModel([("organisation_id", ASCENDING), ("decided_at", DESCENDING)], name="newest_decided"),
    IndexModel([("organisation_id", ASCENDING), ("run_id", ASCENDING), ("sequence", DESCENDING)], name="newest_of_run"),
    IndexModel(
        [("organisation_id", ASCENDING), ("batch_id", ASCENDING), ("state", ASCENDING), ("sequence", DESCENDING)],
        name="newest_of_batch",
    ),
    IndexModel([("organisation_id", ASCENDING), ("product_id", ASCENDING), ("state", ASCENDING)], name="of_product"),
    # What is open in a shop beside a run's own proposals.
    IndexModel(
        [("organisation_id", ASCENDING), ("shop_id", ASCENDING), ("state", ASCENDING), ("run_id", ASCENDING)],
        name="of_shop",
    ),
    IndexModel([("organisation_id", ASCENDING), ("state", ASCENDING), ("queue", DESCENDING)], name="of_state_by_risk"),
    IndexModel([("state", ASCENDING), ("expires_at", ASCENDING)], name="expiring"),
    IndexModel([("organisation_id", ASCENDING), ("shop_id", ASCENDING), ("feed", ASCENDING)], name="feed_of_shop"),
)
RISKS: dict[Route, int] = {"auto": 0, "review": 1, "manager": 2}
# More than any stake has, so that texts of this length sort as their numbers do.
STAKE_DIGITS = 24
KEY = {"_id", "organisation_id"}
STORED_ONLY = {"_id", "sequence", "queue", "share", "feed", "moved_by"}


def change_document(change: PriceChange) -> Document:
    """The stored form of a price change; its id is its key."""
    fields = asdict(change)
    sequence = f"{_moment(change.proposed_at)}/{change.change_id}"
    stake = int(change.stake * 1000)
    queue = f"{RISKS.get(change.route, 0)}/{stake:0{STAKE_DIGITS}}/{change.change_id}"
    places = {"sequence": sequence, "queue": queue, "share": change.share, "feed": _feed(change)}
    return {"_id": fields.pop("change_id")} | places | fields


def _feed(change: PriceChange) -> str | None:
    return None if change.applied_at is None else f"{_moment(change.applied_at)}/{change.change_id}"


def _moment(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds")


def _key_before(at: datetime) -> str:
    """What every key of this moment, or a later one, comes after, and every earlier key before.

    It is no beginning of a key: SecantusDB loses the keys that begin with a bound of a descending index.
    """
    return f"{_moment(at - timedelta(milliseconds=1))}/~"


def change_from(document: Document) -> PriceChange:
    """The price change in a stored document."""
    fields = {key: value for key, value in document.items() if key not in STORED_ONLY}
    fields["state"] = State(fields["state"])
    return PriceChange(change_id=document["_id"], **fields)


class MongoPriceChanges:
    """The price_changes collection of the pricing database."""

    def __init__(self, mongo: Mongo, outbox: Outbox, new_id: NewId) -> None:
        self._mongo = mongo
        self._outbox = outbox
        self._new_id = new_id

    async def some(self, organisation_id: str, change_ids: Sequence[str]) -> Sequence[PriceChange]:
        """Return those of the changes that exist."""
        return await self._found({"_id": {"$in": list(change_ids)}, "organisation_id": organisation_id})

    async def page(self, organisation_id: str, window: Window, wanted: ChangesWanted) -> Page[PriceChange]:
        """Return some of the changes that are meant: newest first, or those of most risk and money first."""
        query: Document = {"organisation_id": organisation_id}
        for name in ("shop_id", "run_id", "batch_id", "product_id", "brand", "reason", "route"):
            value = getattr(wanted, name)
            if value is not None:
                query[name] = value
        if wanted.state is not None:
            query["state"] = wanted.state.value
        sizes = {"$gte": wanted.size_from, "$lte": wanted.size_to}
        if sized := {name: bound for name, bound in sizes.items() if bound is not None}:
            query["size_percent"] = sized
        moments = {"$gt": wanted.since, "$lt": wanted.until}
        if proposed := {name: _key_before(at) for name, at in moments.items() if at is not None}:
            query["sequence"] = proposed
        key = "queue" if wanted.order == "risk" else "sequence"
        return await paged(self._mongo.collection(COLLECTION), query, key, window, change_from, newest_first=True)

    async def propose(self, changes: Sequence[PriceChange]) -> None:
        """Keep price changes that no run made; one of the same id stays as it is."""
        documents = [change_document(change) for change in changes]
        writes = [
            UpdateOne(
                {"_id": one["_id"], "organisation_id": one["organisation_id"]},
                {"$setOnInsert": {name: value for name, value in one.items() if name not in KEY}},
                upsert=True,
            )
            for one in documents
        ]
        try:
            await self._mongo.collection(COLLECTION).bulk_write(writes, ordered=False)
        except PyMongoError as error:
            raise unavailable("store the proposals") from error

    async def withdraw(self, organisation_id: str, product_id: str, why: str, at: datetime) -> None:
        """Deny what waits for a product: its proposals, and its approved prices that no batch took up."""
        states = [State.PROPOSED.value, State.APPROVED.value]
        query: Document = {"organisation_id": organisation_id, "product_id": product_id, "state": {"$in": states}}
        denied = {"state": State.DENIED.value, "decided_at": at, "deny_reason": why}
        try:
            await self._mongo.collection(COLLECTION).update_many(query | {"batch_id": None}, {"$set": denied})
        except PyMongoError as error:
            raise unavailable("withdraw proposals") from error

    async def expire(self, at: datetime, limit: int) -> int:
        """Deny proposals of every organisation that have expired; return how many there were."""
        proposed: Document = {"state": State.PROPOSED.value, "expires_at": {"$lte": at}}
        denied = {"state": State.DENIED.value, "decided_at": at, "deny_reason": "expired: nobody approved it in time"}
        collection = self._mongo.collection(COLLECTION)
        try:
            found = [one["_id"] async for one in collection.find(proposed, {"_id": 1}).limit(limit)]
            if not found:
                return 0
            return (await collection.update_many(proposed | {"_id": {"$in": found}}, {"$set": denied})).modified_count
        except PyMongoError as error:
            raise unavailable("deny expired proposals") from error

    async def move(self, before: State, changes: Sequence[PriceChange]) -> Sequence[str]:
        """Store changes that are still in the state `before`; return the ids of those that were."""
        if not changes:
            return []
        mark = self._new_id("mov")
        writes = []
        for change in changes:
            document = change_document(change) | {"moved_by": mark}
            key = {
                "_id": document.pop("_id"),
                "organisation_id": change.organisation_id,
                "state": before.value,
            }
            writes.append(UpdateOne(key, {"$set": document}))
        moved = {
            "_id": {"$in": [change.change_id for change in changes]},
            "organisation_id": {"$in": sorted({change.organisation_id for change in changes})},
            "moved_by": mark,
        }
        try:
            await self._mongo.collection(COLLECTION).bulk_write(writes, ordered=False)
            return [one["_id"] async for one in self._mongo.collection(COLLECTION).find(moved, {"_id": 1})]
        except PyMongoError as error:
            raise unavailable("store price changes") from error

    async def waiting(self, organisation_id: str, shop_id: str, run_id: str | None) -> int:
        """Count the approved changes of a shop without a batch, of one run or of all."""
        query = waiting_changes(organisation_id, shop_id, run_id)
        try:
            return await self._mongo.collection(COLLECTION).count_documents(query)
        except PyMongoError as error:
            raise unavailable("count approved prices") from error

    async def settle(self, organisation_id: str, batch_id: str, changes: Sequence[PriceChange], at: datetime) -> None:
        """Store how changes that are still SENT ended and announce it, in one. What they undo is REVERTED then."""
        of_batch: Document = {"organisation_id": organisation_id, "batch_id": batch_id, "state": State.SENT.value}

        async def work(session: Session) -> None:
            sent = of_batch | {"_id": {"$in": [change.change_id for change in changes]}}
            cursor = self._mongo.collection(COLLECTION).find(sent, {"_id": 1}, session=session)
            waiting = {one["_id"] async for one in cursor}
            ended = [change for change in changes if change.change_id in waiting]
            if not ended:
                return
            documents = [change_document(change) for change in ended]
            writes = [UpdateOne(of_batch | {"_id": one.pop("_id")}, {"$set": one}) for one in documents]
            await self._mongo.collection(COLLECTION).bulk_write(writes, ordered=False, session=session)
            applied = [change for change in ended if change.state is State.APPLIED]
            await note_moves(self._mongo, applied, at, session)
            await self._reverted([change.undoes for change in applied if change.undoes], organisation_id, session)
            failed = sum(change.state in {State.FAILED, State.UNKNOWN} for change in ended)
            # A change ends once, so the first of them names this part and no other.
            part = ended[0].change_id
            told = JobFacts(organisation_id, batch_id).progressed(part, at, done=len(applied), failed=failed)
            await self._outbox.add([told], session)
            await self._tell_applied(applied, at, session)

        await self._mongo.transaction(work)
        await self._outbox.relay_quietly()

    async def _tell_applied(self, applied: Sequence[PriceChange], at: datetime, session: Session) -> None:
        if not applied:
            return
        first = min(applied, key=lambda change: change.change_id)
        whose = {"_id": {"$in": [one.product_id for one in applied]}, "organisation_id": first.organisation_id}
        named = self._mongo.collection(FACTS).find(whose, {"name": 1}, session=session)
        names = {one["_id"]: one["name"] async for one in named}
        data = {
            "shop_id": first.shop_id,
            "batch_id": first.batch_id,
            "prices": [_told_price(one, names.get(one.product_id)) for one in applied],
        }
        event_id = derived_id("evt", first.organisation_id, first.change_id)
        await tell_receivers(self._mongo, first.organisation_id, "price.applied", event_id, data, at, session)

    async def release(self, organisation_id: str, batch_id: str) -> None:
        """Take the changes of a batch that were not sent out of it; they stay approved. Those of an undo are denied."""
        await release_unsent(self._mongo, organisation_id, batch_id)

    async def unpublished(
        self, organisation_id: str, batch_id: str, limit: int, below: int | None = None
    ) -> Sequence[PriceChange]:
        """Return changes of a batch that have not reached an end, newest first; only those of a share below one."""
        waiting = {"$in": [State.APPROVED.value, State.SENT.value]}
        query: Document = {"organisation_id": organisation_id, "batch_id": batch_id, "state": waiting}
        if below is not None:
            query["share"] = {"$lt": below}
        return await self._found(query, limit)

    async def undoable(self, organisation_id: str, batch_id: str, after: str, limit: int) -> Sequence[PriceChange]:
        """Return changes of a batch that were, or may have been, written over another price, by id, after one."""
        query: Document = {
            "organisation_id": organisation_id,
            "batch_id": batch_id,
            "state": {"$in": [State.APPLIED.value, State.UNKNOWN.value]},
            "before": {"$ne": None},
            "_id": {"$gt": after},
        }
        return await self._found(query, limit, by="_id")

    async def standing(self, organisation_id: str, batch_id: str, after: str, limit: int) -> Sequence[PriceChange]:
        """Return changes of a batch that are APPLIED, by id, after one."""
        query: Document = {
            "organisation_id": organisation_id,
            "batch_id": batch_id,
            "state": State.APPLIED.value,
            "_id": {"$gt": after},
        }
        return await self._found(query, limit, by="_id")

    async def applied(self, organisation_id: str, shop_id: str, window: Window, until: datetime) -> Page[PriceChange]:
        """Return some changes of a shop that were applied up to a moment, in the order in which they were."""
        after = window.after or ""
        query = {
            "organisation_id": organisation_id,
            "shop_id": shop_id,
            "feed": {"$gt": after, "$lt": f"{_moment(until)}/"},
        }
        found = await self._found(query, window.limit, by="feed")
        return Page(items=tuple(found), next_after=(_feed(found[-1]) if found else None) or after)

    async def tally(self, organisation_id: str, batch_id: str) -> Tally:
        """Count what became of a batch's prices so far."""
        ended = {"$in": [State.APPLIED.value, State.FAILED.value, State.UNKNOWN.value, State.REVERTED.value]}
        query = {"organisation_id": organisation_id, "batch_id": batch_id, "state": ended}
        refused = {"$or": [{"$eq": ["$state", State.UNKNOWN.value]}, {"$eq": ["$failure", "refused"]}]}
        count = {"_id": None, "written": {"$sum": 1}, "failed": {"$sum": {"$cond": [refused, 1, 0]}}}
        try:
            counted = await self._mongo.collection(COLLECTION).aggregate([{"$match": query}, {"$group": count}])
            async for one in counted:
                return Tally(int(one["written"]), int(one["failed"]))
        except PyMongoError as error:
            raise unavailable("count price changes") from error
        return Tally()

    async def _reverted(self, change_ids: Sequence[str], organisation_id: str, session: Session) -> None:
        if change_ids:
            which = {"_id": {"$in": list(change_ids)}, "organisation_id": organisation_id}
            reverted = {"$set": {"state": State.REVERTED.value}}
            await self._mongo.collection(COLLECTION).update_many(which, reverted, session=session)

    async def _found(self, query: Document, limit: int = 0, by: str = "sequence") -> list[PriceChange]:
        order = DESCENDING if by == "sequence" else ASCENDING
        try:
            cursor = self._mongo.collection(COLLECTION).find(query).sort(by, order).limit(limit)
            return [change_from(one) async for one in cursor]
        except PyMongoError as error:
            raise unavailable("read price changes") from error


def _told_price(change: PriceChange, name: str | None) -> dict[str, str | None]:
    """A written price as receivers are told of it."""
    return {
        "change_id": change.change_id,
        "product_id": change.product_id,
        "name": name,
        "sku": change.sku,
        "shop_id": change.shop_id,
        "currency": change.currency,
        "before": None if change.before is None else f"{change.before:f}",
        "after": f"{change.after:f}",
    }


def waiting_changes(organisation_id: str, shop_id: str, run_id: str | None) -> Document:
    """The approved changes of a shop without a batch, of one run or of all."""
    query: Document = {
        "organisation_id": organisation_id,
        "shop_id": shop_id,
        "state": State.APPROVED.value,
        "batch_id": None,
    }
    return query if run_id is None else query | {"run_id": run_id}


async def release_unsent(mongo: Mongo, organisation_id: str, batch_id: str) -> None:
    """Take the changes of a batch that were not sent out of it; they stay approved. Those of an undo are denied."""
    unsent: Document = {"organisation_id": organisation_id, "batch_id": batch_id, "state": State.APPROVED.value}
    denied = {"state": State.DENIED.value, "deny_reason": UNDO_ENDED}
    changes = mongo.collection(COLLECTION)
    try:
        await changes.update_many(unsent | {"undoes": {"$ne": None}}, {"$set": denied})
        await changes.update_many(unsent, {"$set": {"batch_id": None}})
    except PyMongoError as error:
        raise unavailable("free the prices of a batch") from error


def applied_late(change: PriceChange, at: datetime) -> UpdateOne:
    """The write that reconciles a change which nobody read back: the catalogue told its price since."""
    key = {"_id": change.change_id, "organisation_id": change.organisation_id, "state": State.UNKNOWN.value}
    document = change_document(replace(change, state=State.APPLIED, applied_at=at, detail="told by the catalogue"))
    return UpdateOne(key, {"$set": {name: value for name, value in document.items() if name not in KEY}})
