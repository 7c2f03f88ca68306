"""Prices that were written and not read back, and what became of them, in MongoDB."""

from collections.abc import Sequence
from datetime import datetime

from pymongo.errors import PyMongoError

from pricing.adapters import mongo_changes
from pricing.adapters.mongo_own_moves import COLLECTION, MongoOwnMoves, noted
from pricing.domain.price_change import PriceChange, State
from pricing.usecases.moves import LateMove
from shared.runtime.mongo import Document, Mongo, Session, unavailable

OF_PRODUCT = "of_product"
"""The index to read by: two of them fit, and the other one holds whatever was never read back."""


class MongoLateMoves(MongoOwnMoves):
    """The own_moves collection, and the changes that it lacks because nobody read their prices back."""

    def __init__(self, mongo: Mongo) -> None:
        super().__init__(mongo)
        self._mongo = mongo

    async def unread(self, organisation_id: str, product_ids: Sequence[str]) -> Sequence[PriceChange]:
        """Return the changes of some products that are UNKNOWN, oldest first."""
        try:
            changes = self._mongo.collection(mongo_changes.COLLECTION).find(unread_of(organisation_id, product_ids))
            found = [mongo_changes.change_from(one) async for one in changes.hint(OF_PRODUCT)]
        except PyMongoError as error:
            raise unavailable("read what was not read back") from error
        return sorted(found, key=lambda one: (one.proposed_at, one.change_id))

    async def note(self, moves: Sequence[LateMove], at: datetime) -> None:
        """Note that those prices stood in the shop from a moment on, and that their changes are applied; each once."""
        writes = [noted(move.change, move.at) for move in moves]

        async def work(session: Session) -> None:
            await self._mongo.collection(COLLECTION).bulk_write(writes, ordered=False, session=session)
            applied = [mongo_changes.applied_late(move.change, at) for move in moves]
            await self._mongo.collection(mongo_changes.COLLECTION).bulk_write(applied, ordered=False, session=session)

        if writes:
            await self._mongo.transaction(work)


def unread_of(organisation_id: str, product_ids: Sequence[str]) -> Document:
    """The changes of some products whose prices were written and not read back."""
    return {
        "organisation_id": organisation_id,
        "product_id": {"$in": list(product_ids)},
        "state": State.UNKNOWN.value,
    }
