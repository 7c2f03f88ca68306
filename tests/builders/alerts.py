"""Rules of alerts and changes in the market, valid by default; a test changes the one thing it is about."""

from decimal import Decimal
from typing import Any

from pricing.domain.alerts.market import MarketEvent, OfferState
from pricing.domain.alerts.rule import AlertRule, AlertTrigger
from tests.builders.pricing import MONDAY


def an_alert_rule(*triggers: AlertTrigger, **changes: Any) -> AlertRule:
    """A rule that tells each cut at once."""
    fields: dict[str, Any] = {
        "rule_id": "alt",
        "organisation_id": "org",
        "shop_id": "demo-eu",
        "name": "Cuts",
        "triggers": frozenset(triggers or {AlertTrigger.DROP}),
        "created_by": "user",
        "created_at": MONDAY,
    }
    return AlertRule(**(fields | changes))


def a_state(price: str | None, **changes: Any) -> OfferState:
    """An offer in stock at a landed price in EUR; None for one that nobody has read."""
    if price is None:
        return OfferState(**changes)
    fields: dict[str, Any] = {
        "landed": Decimal(price),
        "currency": "EUR",
        "compared": Decimal(price),
        "compared_currency": "EUR",
        "stock": "in",
        "observation_id": f"obs-{price}",
    }
    return OfferState(**(fields | changes))


def an_event(before: str | None, after: str | None, **changes: Any) -> MarketEvent:
    """A change of the offer off of the shop c1."""
    fields: dict[str, Any] = {
        "organisation_id": "org",
        "shop_id": "demo-eu",
        "product_id": "prd",
        "competitor_id": "c1",
        "offer_id": "off",
        "at": MONDAY,
        "before": a_state(before),
        "after": a_state(after),
    }
    return MarketEvent(**(fields | changes))
