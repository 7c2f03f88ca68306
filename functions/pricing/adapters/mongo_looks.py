"""What was observed of some products, from the history in MongoDB."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from pymongo.errors import PyMongoError

from pricing.adapters.documents import history_from
from pricing.adapters.offer_changes import COLLECTION
from pricing.domain.market import READ, Observation
from shared.runtime.mongo import Document, Mongo, found_among, unavailable

# What readers said of a page moves no price, and is most of what is kept of a look.
WITHOUT_VOTES = {"votes": 0}


async def read_looks(
    mongo: Mongo, organisation_id: str, product_ids: Sequence[str], sequence: Document, **others: Document
) -> list[Observation]:
    """The looks at some products that know a price, of a stretch of the history, oldest first."""
    query: Document = {
        "organisation_id": organisation_id,
        "sequence": sequence,
        "outcome": {"$in": sorted(READ)},
    }
    found = found_among(mongo.collection(COLLECTION), query | others, "product_id", product_ids, WITHOUT_VOTES)
    try:
        looks = [history_from(one) async for one in found]
    except PyMongoError as error:
        raise unavailable("read the observations") from error
    return sorted(looks, key=lambda one: (one.captured_at, one.observation_id))


def moment_text(at: datetime) -> str:
    """A moment as the history is sorted by."""
    return at.isoformat(timespec="milliseconds")


class MongoLooks:
    """Looks at products in the history."""

    def __init__(self, mongo: Mongo) -> None:
        self._mongo = mongo

    async def since(
        self, organisation_id: str, product_ids: Sequence[str], since: datetime
    ) -> Mapping[str, Sequence[Observation]]:
        """Return the trusted looks that knew a price since a moment, by product, oldest first."""
        trusted = {"$in": ["ok", "released"]}
        later = {"$gt": moment_text(since)}
        found: dict[str, list[Observation]] = {}
        for look in await read_looks(self._mongo, organisation_id, product_ids, later, quality=trusted):
            found.setdefault(look.product_id, []).append(look)
        return found
