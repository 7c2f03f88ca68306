"""The stored forms of what several of pricing's collections hold."""

from dataclasses import asdict

from pricing.domain.market import Observation, Offer, ProductFacts
from pricing.domain.reading import Availability
from shared.runtime.mongo import Document


def observation_document(observation: Observation) -> Document:
    """The stored form of an observation; its id is its key."""
    fields = asdict(observation)
    return {"_id": fields.pop("observation_id")} | fields


def observation_from(document: Document) -> Observation:
    """The observation in a stored document."""
    fields = {key: value for key, value in document.items() if key != "_id"}
    fields["availability"] = Availability(fields["availability"])
    return Observation(observation_id=document["_id"], **fields)


def _embedded(document: Document | None) -> Observation | None:
    return None if document is None else observation_from(document)


def offer_document(offer: Offer) -> Document:
    """The stored form of an offer; its id is its key."""
    fields = asdict(offer) | {
        name: None if seen is None else observation_document(seen)
        for name, seen in (
            ("latest", offer.latest),
            ("previous", offer.previous),
            ("last_failure", offer.last_failure),
        )
    }
    return {"_id": fields.pop("offer_id")} | fields


def offer_from(document: Document) -> Offer:
    """The offer in a stored document."""
    fields = {key: value for key, value in document.items() if key != "_id"}
    for name in ("latest", "previous", "last_failure"):
        fields[name] = _embedded(fields[name])
    return Offer(offer_id=document["_id"], **fields)


def facts_document(facts: ProductFacts) -> Document:
    """The stored form of a product; its id is its key."""
    fields = asdict(facts)
    return {"_id": fields.pop("product_id")} | fields


def facts_from(document: Document) -> ProductFacts:
    """The product in a stored document."""
    fields = {key: value for key, value in document.items() if key != "_id"}
    for name in ("own_seller_ids", "tags"):
        fields[name] = tuple(fields.get(name, ()))
    return ProductFacts(product_id=document["_id"], **fields)
