"""The recorded past in MongoDB, as simulations ask for it."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from pymongo.errors import PyMongoError

from pricing.adapters.documents import history_from
from pricing.adapters.mongo_decisions import COLLECTION as DECISIONS
from pricing.adapters.mongo_decisions import INPUTS
from pricing.adapters.mongo_looks import WITHOUT_VOTES, moment_text, read_looks
from pricing.adapters.mongo_runs import RUNS, run_from
from pricing.adapters.offer_changes import COLLECTION as OBSERVATIONS
from pricing.domain.decisions.stored import inputs_from
from pricing.domain.market import Observation
from pricing.usecases.ports import Run
from shared.runtime.mongo import Document, Mongo, found_among, unavailable

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
        between = {"$gt": moment_text(since - _SLACK), "$lt": moment_text(until + _SLACK)}
        looks = await read_looks(self._mongo, organisation_id, product_ids, between)
        return [one for one in looks if since < one.captured_at <= until]

    async def observations(self, organisation_id: str, observation_ids: Sequence[str]) -> Mapping[str, Observation]:
        """Return those of the observations that exist, by id."""
        of_organisation = {"organisation_id": organisation_id}
        observations = self._mongo.collection(OBSERVATIONS)
        found = found_among(observations, of_organisation, "_id", observation_ids, WITHOUT_VOTES)
        try:
            return {document["_id"]: history_from(document) async for document in found}
        except PyMongoError as error:
            raise unavailable("read the observations") from error

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
            of_organisation, kept = {"organisation_id": organisation_id}, self._mongo.collection(INPUTS)
            found = found_among(kept, of_organisation, "_id", ids, {"inputs": 1})
            inputs = [one["inputs"] async for one in found]
        except PyMongoError as error:
            raise unavailable("read what the product cost") from error
        known = [inputs_from(one) for one in inputs]
        costs = [(one.at, one.facts.cost) for one in known if one.facts.cost is not None and one.facts.cost > 0]
        return sorted(costs)
