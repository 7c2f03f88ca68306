"""What was observed of some products, from the history in MongoDB."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from pymongo import ASCENDING
from pymongo.errors import PyMongoError

from pricing.adapters.documents import history_from
from pricing.adapters.offer_changes import COLLECTION
from pricing.domain.market import READ, Observation
from shared.runtime.mongo import Mongo, unavailable


class MongoLooks:
    """Looks at products in the history."""

    def __init__(self, mongo: Mongo) -> None:
        self._mongo = mongo

    async def since(
        self, organisation_id: str, product_ids: Sequence[str], since: datetime
    ) -> Mapping[str, Sequence[Observation]]:
        """Return the trusted looks that knew a price since a moment, by product, oldest first."""
        query = {
            "organisation_id": organisation_id,
            "product_id": {"$in": list(product_ids)},
            "sequence": {"$gt": since.isoformat(timespec="milliseconds")},
            "outcome": {"$in": sorted(READ)},
            "quality": {"$in": ["ok", "released"]},
        }
        found: dict[str, list[Observation]] = {}
        try:
            async for one in self._mongo.collection(COLLECTION).find(query).sort("sequence", ASCENDING):
                look = history_from(one)
                found.setdefault(look.product_id, []).append(look)
        except PyMongoError as error:
            raise unavailable("read observations") from error
        return found
