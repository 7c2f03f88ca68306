"""Write what looks changed: the offers, and the earlier looks that were judged anew."""

from collections.abc import Sequence
from dataclasses import asdict

from pymongo import UpdateOne

from pricing.adapters.documents import EMBEDDED, QUARANTINE_KEY, observation_document, quarantine_key
from pricing.adapters.mongo_market import OFFERS
from pricing.domain.market import Observation, Offer
from shared.runtime.mongo import Document, Mongo, Session

COLLECTION = "observations"
# What looks change of an offer, besides the observations that stand in it; everything else is the register's.
_PLAIN = ("misses", "failing_since")


def offer_change(before: Offer, after: Offer) -> Document:
    """The fields that differ."""
    change: Document = {name: getattr(after, name) for name in _PLAIN if getattr(before, name) != getattr(after, name)}
    for name in EMBEDDED:
        seen = getattr(after, name)
        if getattr(before, name) != seen:
            change[name] = None if seen is None else observation_document(seen)
    if before.volatility != after.volatility:
        change["volatility"] = asdict(after.volatility)
    if before.rejected != after.rejected:
        change["rejected"] = [asdict(one) for one in after.rejected]
    if "quarantined" in change:
        change[QUARANTINE_KEY] = quarantine_key(after)
    return change


async def write_offers(offers: Sequence[tuple[Offer, Offer]], mongo: Mongo, session: Session) -> None:
    """Write each offer as it is afterwards, where that is not as it was before."""
    writes = [
        UpdateOne({"_id": after.offer_id, "organisation_id": after.organisation_id}, {"$set": change})
        for before, after in offers
        if (change := offer_change(before, after))
    ]
    if writes:
        await mongo.collection(OFFERS).bulk_write(writes, ordered=False, session=session)


async def rejudge(observations: Sequence[Observation], mongo: Mongo, session: Session) -> None:
    """Keep what became of earlier looks; what they saw stays as it was captured."""
    writes = [
        UpdateOne(
            {"_id": one.observation_id, "organisation_id": one.organisation_id},
            {"$set": {"quality": one.quality, "suspicions": list(one.suspicions)}},
        )
        for one in observations
    ]
    if writes:
        await mongo.collection(COLLECTION).bulk_write(writes, ordered=False, session=session)
