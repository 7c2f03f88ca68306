"""Trusted looks at a market, valid by default; a test changes the one thing it is about."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from pricing.domain.market import Competitor, Offer, ProductFacts
from pricing.domain.price_seen import PriceSeen, Rivals
from pricing.domain.reading import Availability
from tests.builders.pricing import MONDAY, a_competitor, some_facts

HOUR = timedelta(hours=1)


def seen(price: str, hours: float = 0, **changes: Any) -> PriceSeen:
    """A landed price in EUR, in stock, seen so many hours before Monday."""
    at = changes.pop("at", MONDAY - hours * HOUR)
    fields: dict[str, Any] = {
        "observation_id": f"obs-{changes.get('offer_id', 'off')}-{at:%m%dT%H%M%S}",
        "offer_id": "off",
        "product_id": "prd",
        "competitor_id": "c1",
        "captured_at": at,
        "landed_price": Decimal(price),
        "currency": "EUR",
        "availability": Availability.IN_STOCK,
    }
    return PriceSeen(**(fields | changes))


def watched(created_at: datetime = MONDAY - 100 * 24 * HOUR, **changes: Any) -> Offer:
    """An offer of the shop c1, watched for long."""
    fields: dict[str, Any] = {
        "offer_id": "off",
        "organisation_id": "org",
        "product_id": "prd",
        "shop_id": "demo-eu",
        "competitor_id": "c1",
        "url": "https://c1.example/p",
        "host": "c1.example",
        "match_type": "exact",
        "created_at": created_at,
    }
    return Offer(**(fields | changes))


def rivals(facts: ProductFacts | None = None, *competitors: Competitor) -> Rivals:
    """The rivals of a product: the shop c1 unless others are named."""
    known = competitors or (a_competitor(),)
    return Rivals(facts or some_facts(), {one.competitor_id: one for one in known})
