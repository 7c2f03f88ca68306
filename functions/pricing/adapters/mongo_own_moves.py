"""The prices that were published, in MongoDB."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import batched

from pymongo import ASCENDING, IndexModel, UpdateOne
from pymongo.errors import PyMongoError

from pricing.domain.price_change import PriceChange
from pricing.usecases.moves import OwnMove
from shared.runtime.mongo import IDS_AT_ONCE, Document, Mongo, Session, unavailable

COLLECTION = "own_moves"
KEPT = timedelta(days=120)
INDEXES = (
    IndexModel([("organisation_id", ASCENDING), ("product_id", ASCENDING), ("at", ASCENDING)], name="of_product"),
    IndexModel([("at", ASCENDING)], expireAfterSeconds=int(KEPT.total_seconds()), name="forgotten"),
)


async def note_moves(mongo: Mongo, changes: Sequence[PriceChange], at: datetime, session: Session) -> None:
    """Note that prices stand in the shop, in the transaction that says so; a change is noted once."""
    writes = [noted(change, at) for change in changes]
    if writes:
        await mongo.collection(COLLECTION).bulk_write(writes, ordered=False, session=session)


def noted(change: PriceChange, at: datetime) -> UpdateOne:
    """The writing of one published price; it is written once, whoever saw it first."""
    return UpdateOne(
        {"_id": change.change_id, "organisation_id": change.organisation_id},
        {
            "$setOnInsert": {
                "product_id": change.product_id,
                "at": at,
                "before": change.before,
                "after": change.after,
                "reason": change.reason,
            }
        },
        upsert=True,
    )


class MongoOwnMoves:
    """The own_moves collection of the pricing database."""

    def __init__(self, mongo: Mongo) -> None:
        self._mongo = mongo

    async def of_products(self, organisation_id: str, product_ids: Sequence[str], since: datetime) -> Sequence[OwnMove]:
        """Return what was published for some products since a moment, oldest first."""
        found: list[OwnMove] = []
        try:
            for some in batched(product_ids, IDS_AT_ONCE, strict=False):
                # Two stages, which a server joins: a planner that takes no two ranges of an index takes one.
                whose = {"organisation_id": organisation_id, "product_id": {"$in": some}}
                pipeline: list[Document] = [{"$match": whose}, {"$match": {"at": {"$gt": since}}}]
                found += [_move(one) async for one in await self._mongo.collection(COLLECTION).aggregate(pipeline)]
        except PyMongoError as error:
            raise unavailable("read what was published") from error
        return sorted(found, key=lambda move: move.at)


def _move(stored: Document) -> OwnMove:
    return OwnMove(stored["product_id"], stored["at"], stored["before"], stored["after"], stored["reason"])
