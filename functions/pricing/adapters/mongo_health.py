"""Data health, counted in MongoDB from an index alone."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pymongo.errors import PyMongoError

from pricing.adapters.documents import QUARANTINE_KEY, offer_from
from pricing.adapters.mongo_market import OFFERS
from pricing.domain.health import OfferState, Tally
from pricing.domain.market import MISSES_UNTIL_LOST, Offer
from pricing.usecases.data_health import Wanted
from shared.kernel.paging import Page, Window
from shared.runtime.mongo import Document, Mongo, paged, unavailable

_FAILING = "failing_since"
_SEEN = "latest.captured_at"


def tally_pipeline(organisation_id: str, since: datetime, month: datetime) -> list[Document]:
    """Count an organisation's offers by competitor, host, state and reason. What is missing is less than any time."""
    state: Any = {"$cond": [{"$gte": [f"${_SEEN}", since]}, OfferState.FRESH, OfferState.STALE]}
    for there, value in (
        ({"$not": [{"$gt": [f"${_SEEN}", None]}]}, OfferState.NEVER_READ),
        ({"$gt": [f"${_FAILING}", None]}, OfferState.FAILING),
        ({"$gt": [f"${QUARANTINE_KEY}", None]}, OfferState.QUARANTINED),
        ({"$gte": ["$misses", MISSES_UNTIL_LOST]}, OfferState.LOST),
    ):
        state = {"$cond": [there, value, state]}
    reason = {"$cond": [{"$gt": [f"${_FAILING}", None]}, "$last_failure.outcome", None]}
    return [
        {"$match": {"organisation_id": organisation_id}},
        {
            "$project": {
                "_id": 0,
                "competitor_id": 1,
                "host": 1,
                "state": state,
                "reason": reason,
                "failing": f"${_FAILING}",
                "seen": f"${_SEEN}",
                "created_at": 1,
            }
        },
        {
            "$group": {
                "_id": {"competitor": "$competitor_id", "host": "$host", "state": "$state", "reason": "$reason"},
                "offers": {"$sum": 1},
                "delivered": {"$sum": {"$cond": [{"$gte": ["$seen", since]}, 1, 0]}},
                "read": {"$sum": {"$cond": [{"$gt": ["$seen", None]}, 1, 0]}},
                "added": {"$sum": {"$cond": [{"$gte": ["$created_at", month]}, 1, 0]}},
                "failing": {"$min": "$failing"},
                "newest": {"$max": "$seen"},
            }
        },
    ]


def wanted_query(organisation_id: str, wanted: Wanted, since: datetime) -> Document:
    """The offers of a competitor that are wanted."""
    query: Document = {"organisation_id": organisation_id, "competitor_id": wanted.competitor_id}
    if wanted.host is not None:
        query["host"] = wanted.host
    if wanted.reason is not None:
        query |= {_FAILING: {"$ne": None}, "last_failure.outcome": wanted.reason}
    # What stands at the top, not inside an $and, is what the planner of an index looks at.
    doubled: list[Document] = []
    conditions: list[tuple[OfferState, Document, Document]] = [
        (OfferState.LOST, {"misses": {"$gte": MISSES_UNTIL_LOST}}, {"misses": {"$lt": MISSES_UNTIL_LOST}}),
        (OfferState.QUARANTINED, {QUARANTINE_KEY: {"$ne": None}}, {QUARANTINE_KEY: None}),
        (OfferState.FAILING, {_FAILING: {"$ne": None}}, {_FAILING: None}),
        (OfferState.NEVER_READ, {_SEEN: None}, {_SEEN: {"$ne": None}}),
        (OfferState.STALE, {_SEEN: {"$lt": since}}, {_SEEN: {"$gte": since}}),
    ]
    for state, holds, fails in conditions if wanted.state is not None else ():
        condition = holds if state is wanted.state else fails
        if condition.keys() & query.keys():
            doubled.append(condition)
        else:
            query |= condition
        if state is wanted.state:
            break
    return query | ({"$and": doubled} if doubled else {})


class MongoHealth:
    """Counts how offers are delivered, in the pricing database."""

    def __init__(self, mongo: Mongo) -> None:
        self._mongo = mongo

    async def tallies(self, organisation_id: str, since: datetime, month: datetime) -> Sequence[Tally]:
        """Count the offers by competitor, host, state and reason."""
        pipeline = tally_pipeline(organisation_id, since, month)
        try:
            found = await (await self._mongo.collection(OFFERS).aggregate(pipeline)).to_list()
        except PyMongoError as error:
            raise unavailable("count the offers") from error
        return [_tally(one) for one in found]

    async def page(self, organisation_id: str, wanted: Wanted, since: datetime, window: Window) -> Page[Offer]:
        """Return some of the offers that are wanted, by id."""
        query = wanted_query(organisation_id, wanted, since)
        return await paged(self._mongo.collection(OFFERS), query, "_id", window, offer_from)


def _tally(row: Document) -> Tally:
    key = row["_id"]
    return Tally(
        competitor_id=key["competitor"],
        host=key["host"],
        state=OfferState(key["state"]),
        reason=key.get("reason"),
        offers=row["offers"],
        delivered=row["delivered"],
        read=row["read"],
        added=row["added"],
        failing_since=row["failing"],
        newest=row["newest"],
    )
