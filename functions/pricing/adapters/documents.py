"""The stored forms of what several of pricing's collections hold."""

from dataclasses import asdict
from datetime import date

from pricing.domain.candidate import identifiers
from pricing.domain.market import Normalised, Observation, Offer, ProductFacts, Refused
from pricing.domain.reading import Availability, Vote
from pricing.domain.scan_budget import Volatility
from shared.runtime.mongo import Document

# The observations that stand in an offer.
EMBEDDED = ("latest", "previous", "last_failure", "quarantined")

# Finds the products that a page of a competitor may offer.
IDENTIFIERS = "identifiers"

# Orders a shop's products so that those of a family stand together: the family, or the product itself.
PARTITION = "partition"

# Sorts the offers whose newest price is not believed; None in all others.
QUARANTINE_KEY = "quarantine_key"


def observation_document(observation: Observation) -> Document:
    """The stored form of an observation; its id is its key."""
    fields = asdict(observation)
    made = fields["normalised"]
    if made is not None and made["rate_date"] is not None:
        # The store knows moments and no days.
        made["rate_date"] = made["rate_date"].isoformat()
    return {"_id": fields.pop("observation_id")} | fields


def observation_from(document: Document) -> Observation:
    """The observation in a stored document."""
    fields = {key: value for key, value in document.items() if key != "_id"}
    fields["availability"] = Availability(fields["availability"])
    fields["votes"] = tuple(Vote(**vote) for vote in fields.get("votes", ()))
    fields["suspicions"] = tuple(fields.get("suspicions", ()))
    fields["normalised"] = _normalised(fields.get("normalised"))
    return Observation(observation_id=document["_id"], **fields)


def sequence(observation: Observation) -> str:
    """The sorting key of the history: time, then id, so that it is unique."""
    return f"{observation.captured_at.isoformat(timespec='milliseconds')}/{observation.observation_id}"


def history_document(observation: Observation) -> Document:
    """The stored form of an observation in the history, which is sorted."""
    return observation_document(observation) | {"sequence": sequence(observation)}


def history_from(document: Document) -> Observation:
    """The observation in a document of the history."""
    return observation_from({key: value for key, value in document.items() if key != "sequence"})


def _normalised(fields: Document | None) -> Normalised | None:
    if fields is None:
        return None
    day = fields["rate_date"]
    return Normalised(**fields | {"rate_date": None if day is None else date.fromisoformat(day)})


def _embedded(document: Document | None) -> Observation | None:
    return None if document is None else observation_from(document)


def offer_document(offer: Offer) -> Document:
    """The stored form of an offer; its id is its key."""
    seen: dict[str, Observation | None] = {name: getattr(offer, name) for name in EMBEDDED}
    fields = asdict(offer) | {name: None if one is None else observation_document(one) for name, one in seen.items()}
    return {"_id": fields.pop("offer_id"), QUARANTINE_KEY: quarantine_key(offer)} | fields


def quarantine_key(offer: Offer) -> str | None:
    """The place of an offer's quarantined price in the list of all of them."""
    return None if offer.quarantined is None else sequence(offer.quarantined)


def offer_from(document: Document) -> Offer:
    """The offer in a stored document."""
    fields = {key: value for key, value in document.items() if key not in {"_id", QUARANTINE_KEY}}
    for name in EMBEDDED:
        fields[name] = _embedded(fields.get(name))
    fields["rejected"] = _refused(fields.get("rejected"))
    fields["volatility"] = Volatility(**fields.get("volatility", {}))
    return Offer(offer_id=document["_id"], **fields)


def _refused(stored: list[Document] | Document | None) -> tuple[Refused, ...]:
    if isinstance(stored, dict):
        # Once an offer remembered one refused price, as the whole look.
        return (Refused(item_price=stored["item_price"], currency=stored["currency"]),)
    return tuple(Refused(**one) for one in stored or ())


def facts_document(facts: ProductFacts) -> Document:
    """The stored form of a product; its id is its key."""
    fields = asdict(facts)
    return {
        "_id": fields.pop("product_id"),
        IDENTIFIERS: list(identifiers((facts.gtin, facts.mpn, facts.sku))),
        PARTITION: facts.partition,
    } | fields


def facts_from(document: Document) -> ProductFacts:
    """The product in a stored document."""
    fields = {key: value for key, value in document.items() if key not in {"_id", IDENTIFIERS, PARTITION}}
    for name in ("own_seller_ids", "tags"):
        fields[name] = tuple(fields.get(name, ()))
    return ProductFacts(product_id=document["_id"], **fields)
