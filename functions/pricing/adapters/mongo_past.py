"""The recorded past in MongoDB, as simulations ask for it."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import batched

from pymongo import ASCENDING
from pymongo.errors import PyMongoError

from pricing.adapters.documents import history_from
from pricing.adapters.mongo_decisions import COLLECTION as DECISIONS
from pricing.adapters.mongo_decisions import INPUTS
from pricing.adapters.mongo_runs import RUNS, run_from
from pricing.adapters.offer_changes import COLLECTION as OBSERVATIONS
from pricing.domain.decisions.stored import inputs_from
from pricing.domain.market import READ, Observation
from pricing.usecases.ports import Run
from shared.runtime.mongo import Document, Mongo, unavailable

IDS_AT_ONCE = 100
# What readers said of a page moves no price, and is most of what is kept of a look.
_WITHOUT_VOTES = {"votes": 0}
_SLACK = timedelta(milliseconds=1)


class MongoPast:
    """What the collections of the pricing database tell of the past."""

    def __init__(self, mongo: Mongo) -> None:
        self._mongo = mongo

    async def runs_of(self, organisation_id: str, policy_id: str, since: datetime, until: datetime) -> Sequence[Run]:
        """Return the finished runs of a policy that decided at a moment after `since` and up to `until`, oldest first.

        A moment is when a run was taken up, at least as late as it was asked for.
        """
        query: Document = {
            "organisation_id": organisation_id,
            "policy_id": policy_id,
            "state": "FINISHED",
            "finished_at": {"$gt": since},
        }
        try:
            found = [run_from(one) async for one in self._mongo.collection(RUNS).find(query)]
        except PyMongoError as error:
            raise unavailable("read the runs") from error
        moments = [((one.started_at or one.requested_at), one) for one in found]
        return [one for at, one in sorted(moments, key=lambda pair: pair[0]) if since < at <= until]

    async def seen(
        self, organisation_id: str, product_ids: Sequence[str], since: datetime, until: datetime
    ) -> Sequence[Observation]:
        """Return the looks at some products that know a price, after `since` and up to `until`, oldest first."""
        # The index knows times as text; a millisecond more loses no look, and the moment itself decides.
        between = {"$gt": _text(since - _SLACK), "$lt": _text(until + _SLACK)}
        query: Document = {
            "organisation_id": organisation_id,
            "sequence": between,
            "outcome": {"$in": sorted(READ)},
        }
        looks: list[Observation] = []
        try:
            for some in batched(product_ids, IDS_AT_ONCE, strict=False):
                meant = query | {"product_id": {"$in": some}}
                found = self._mongo.collection(OBSERVATIONS).find(meant, _WITHOUT_VOTES).sort("sequence", ASCENDING)
                looks += [history_from(one) async for one in found]
        except PyMongoError as error:
            raise unavailable("read the observations") from error
        inside = [one for one in looks if since < one.captured_at <= until]
        return sorted(inside, key=lambda one: (one.captured_at, one.observation_id))

    async def observations(self, organisation_id: str, observation_ids: Sequence[str]) -> Mapping[str, Observation]:
        """Return those of the observations that exist, by id."""
        found: dict[str, Observation] = {}
        try:
            for some in batched(observation_ids, IDS_AT_ONCE, strict=False):
                query = {"_id": {"$in": list(some)}, "organisation_id": organisation_id}
                cursor = self._mongo.collection(OBSERVATIONS).find(query, _WITHOUT_VOTES)
                found |= {document["_id"]: history_from(document) async for document in cursor}
        except PyMongoError as error:
            raise unavailable("read the observations") from error
        return found

    async def costs(self, organisation_id: str, product_id: str, since: datetime) -> Sequence[tuple[datetime, Decimal]]:
        """Return what a product cost at each of its decisions since then, oldest first; none where it was not known."""
        query: Document = {
            "organisation_id": organisation_id,
            "product_id": product_id,
            "decided_at": {"$gt": since},
        }
        try:
            cursor = self._mongo.collection(DECISIONS).find(query, {"_id": 1})
            ids = [document["_id"] async for document in cursor]
            inputs: list[Document] = []
            for some in batched(ids, IDS_AT_ONCE, strict=False):
                named = {"_id": {"$in": some}, "organisation_id": organisation_id}
                inputs += [one["inputs"] async for one in self._mongo.collection(INPUTS).find(named, {"inputs": 1})]
        except PyMongoError as error:
            raise unavailable("read what the product cost") from error
        known = [inputs_from(one) for one in inputs]
        costs = [(one.at, one.facts.cost) for one in known if one.facts.cost is not None and one.facts.cost > 0]
        return sorted(costs)


def _text(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds")
