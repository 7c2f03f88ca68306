"""The market: competitors, the offers we watch, and what was observed of them."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal

from pricing.domain.reading import Availability

# Looks in a row that found no page, and how often it is looked for again.
MISSES_UNTIL_LOST = 3
REMATCHES = 3

type CompetitorKind = Literal["shop", "marketplace_seller", "comparison_site"]
type MatchType = Literal["exact", "equivalent", "substitute", "private_label"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Competitor:
    """Another seller whose offers are watched; its pages stand on `domain` or below it."""

    organisation_id: str
    competitor_id: str
    name: str
    domain: str
    kind: CompetitorKind
    created_at: datetime

    def owns(self, host: str) -> bool:
        """Whether a page on `host` is this competitor's."""
        return host == self.domain or host.endswith(f".{self.domain}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """One look at an offer: a price with its circumstances, or the named reason why there is none.

    Amounts are as captured, in the page's own currency. `captured_at` is UTC.
    """

    observation_id: str
    organisation_id: str
    offer_id: str
    product_id: str
    competitor_id: str
    job_id: str
    url: str
    outcome: str
    captured_at: datetime
    detail: str = ""
    item_price: Decimal | None = None
    list_price: Decimal | None = None
    shipping: Decimal | None = None
    currency: str | None = None
    availability: Availability = Availability.UNKNOWN
    condition: str | None = None
    seller: str | None = None
    gtin: str | None = None
    mpn: str | None = None
    sku: str | None = None
    brand: str | None = None
    title: str | None = None
    reader: str | None = None
    agreement: int = 0
    confidence: Decimal = Decimal(0)
    page_hash: str | None = None
    http_status: int | None = None
    duration_ms: int = 0
    bytes_read: int = 0

    @property
    def landed_price(self) -> Decimal | None:
        """Item and shipping together; shipping that the page does not state counts as nothing."""
        return None if self.item_price is None else self.item_price + (self.shipping or Decimal(0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A product on a competitor's page, with its newest price, the one before, and its newest failure.

    A failed look leaves `latest` as it is: the last value is kept, and its age says how much it is worth.
    """

    offer_id: str
    organisation_id: str
    product_id: str
    shop_id: str
    competitor_id: str
    url: str
    host: str
    match_type: MatchType
    created_at: datetime
    latest: Observation | None = None
    previous: Observation | None = None
    last_failure: Observation | None = None
    misses: int = 0

    @property
    def is_lost(self) -> bool:
        """Whether the page was not found so often in a row that scans leave it out and re-matches take it up."""
        return self.misses >= MISSES_UNTIL_LOST

    @property
    def is_given_up(self) -> bool:
        """Whether the re-matches did not find it either."""
        return self.misses >= MISSES_UNTIL_LOST + REMATCHES


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductFacts:
    """Pricing's copy of what the catalogue says of a product; `revision` orders the catalogue's messages."""

    organisation_id: str
    product_id: str
    shop_id: str
    sku: str
    name: str
    currency: str
    revision: int
    active: bool
    brand: str | None = None
    category: str | None = None
    tags: tuple[str, ...] = ()
    price: Decimal | None = None
    cost: Decimal | None = None
    min_price: Decimal | None = None
    max_price: Decimal | None = None
    map_price: Decimal | None = None
    msrp: Decimal | None = None
    own_seller_ids: tuple[str, ...] = ()
