"""Pricing's values, valid by default; a test changes the one thing it is about."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from pricing.adapters.policy_text import policy_from, policy_hash
from pricing.domain.decision import Decision, ReasonCode
from pricing.domain.decision import Step as DecisionStep
from pricing.domain.market import Competitor, Observation, Offer, ProductFacts
from pricing.domain.policies.version import Policy
from pricing.domain.price_change import PriceChange, State
from pricing.domain.reading import Availability
from pricing.usecases.ports import Run, StoredDecision
from pricing.usecases.publication_ports import Batch

MONDAY = datetime(2026, 11, 23, 6, tzinfo=UTC)


def an_observation(price: str, **changes: Any) -> Observation:
    """A competitor's price in stock, read now, in EUR."""
    fields: dict[str, Any] = {
        "observation_id": f"obs-{price}",
        "organisation_id": "org",
        "offer_id": "off",
        "product_id": "prd",
        "competitor_id": "c1",
        "job_id": "job",
        "url": "https://c1.example/p",
        "outcome": "read",
        "captured_at": MONDAY,
        "item_price": Decimal(price),
        "currency": "EUR",
        "availability": Availability.IN_STOCK,
        "confidence": Decimal("0.9"),
    }
    return Observation(**(fields | changes))


def an_offer(price: str, *, offer_id: str = "", previous: str | None = None, **changes: Any) -> Offer:
    """A confirmed offer with this newest price."""
    name = offer_id or f"off-{price}"
    match_type = changes.pop("match_type", "exact")
    competitor_id = changes.pop("competitor_id", "c1")
    latest = an_observation(price, offer_id=name, competitor_id=competitor_id, observation_id=f"obs-{name}", **changes)
    before = None if previous is None else replace(latest, item_price=Decimal(previous), observation_id=f"old-{name}")
    return Offer(
        offer_id=name,
        organisation_id="org",
        product_id="prd",
        shop_id="demo-eu",
        competitor_id=competitor_id,
        url="https://c1.example/p",
        host="c1.example",
        match_type=match_type,
        created_at=MONDAY,
        latest=latest,
        previous=before,
    )


def some_facts(price: str | None = "99.99", **changes: Any) -> ProductFacts:
    """A product of the shop demo-eu, in EUR."""
    fields: dict[str, Any] = {
        "organisation_id": "org",
        "product_id": "prd",
        "shop_id": "demo-eu",
        "sku": "HP-100",
        "name": "Headphones",
        "currency": "EUR",
        "revision": 1,
        "active": True,
        "price": None if price is None else Decimal(price),
        "own_seller_ids": ("OWN2",),
    }
    return ProductFacts(**(fields | changes))


MATCH: dict[str, Any] = {
    "name": "Match the lowest",
    "shop": "demo-eu",
    "currency": "EUR",
    "rules": [
        {
            "name": "all",
            "follow": [{"reference": "lowest"}],
            "bounds": {"min_price": "0.01"},
            "routing": {"auto_within_percent": "10"},
        }
    ],
}


def a_policy(document: Mapping[str, Any] | None = None, **changes: Any) -> Policy:
    """Match the lowest landed price, down to a cent, with no ending; moves up to 10 % go without a person.

    `document` are parts of the document to change.
    """
    made = policy_from(MATCH | dict(document or {}))
    fields: dict[str, Any] = {
        "policy_id": "match",
        "version": 1,
        "organisation_id": "org",
        "author_id": "author",
        "created_at": MONDAY,
        "document": made,
        "document_hash": policy_hash(made),
    }
    return Policy(**(fields | changes))


def ruled(**changes: Any) -> dict[str, Any]:
    """A document's rules: the one of `a_policy`, changed."""
    return {"rules": [MATCH["rules"][0] | changes]}


def a_change(**changes: Any) -> PriceChange:
    """A proposal from 99.99 to 95.99 that a person must look at."""
    fields: dict[str, Any] = {
        "change_id": "chg",
        "organisation_id": "org",
        "shop_id": "demo-eu",
        "run_id": "run",
        "decision_id": "dec",
        "product_id": "prd",
        "sku": "HP-100",
        "currency": "EUR",
        "before": Decimal("99.99"),
        "after": Decimal("95.99"),
        "reason": "CHANGE_LIMIT",
        "route": "review",
        "state": State.PROPOSED,
        "policy_author_id": "author",
        "product_revision": 1,
        "proposed_at": MONDAY,
    }
    return PriceChange(**(fields | changes))


def a_competitor(**changes: Any) -> Competitor:
    """A shop whose pages stand on c1.example."""
    fields: dict[str, Any] = {
        "organisation_id": "org",
        "competitor_id": "c1",
        "name": "Shop C1",
        "domain": "c1.example",
        "kind": "shop",
        "created_at": MONDAY,
    }
    return Competitor(**(fields | changes))


def a_run(**changes: Any) -> Run:
    """A run that nobody has decided yet."""
    fields: dict[str, Any] = {
        "run_id": "run",
        "organisation_id": "org",
        "shop_id": "demo-eu",
        "policy_id": "match",
        "policy_version": 1,
        "state": "PENDING",
        "requested_by": "usr",
        "requested_at": MONDAY,
    }
    return Run(**(fields | changes))


def a_batch(**changes: Any) -> Batch:
    """A batch of one price that waits for its publication."""
    fields: dict[str, Any] = {
        "batch_id": "bat",
        "organisation_id": "org",
        "shop_id": "demo-eu",
        "state": "PENDING",
        "total": 1,
        "requested_by": "usr",
        "requested_at": MONDAY,
    }
    return Batch(**(fields | changes))


def a_stored_decision(product_id: str = "prd", price: str = "95.99", **changes: Any) -> StoredDecision:
    """A decision to move from 99.99 to this price."""
    decision = Decision(
        product_id=product_id,
        sku="HP-100",
        currency="EUR",
        current=Decimal("99.99"),
        target=Decimal(price),
        price=Decimal(price),
        reason=ReasonCode.MATCH_LOWEST,
        binding=None,
        goal_reached=True,
        route="review",
        change_percent=Decimal("-4.00"),
        confidence=Decimal("0.9"),
        reference_observation_id="obs",
        observation_ids=("obs",),
        product_revision=1,
        steps=(DecisionStep("target", "99.99", price),),
        rule="all",
    )
    fields: dict[str, Any] = {
        "decision_id": f"dec-{product_id}",
        "organisation_id": "org",
        "run_id": "run",
        "policy_id": "match",
        "policy_version": 1,
        "decided_at": MONDAY,
        "decision": decision,
    }
    return StoredDecision(**(fields | changes))
