"""The market: competitors, the offers we watch, and what was observed of them."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Literal

from pricing.domain.competitor_rules import Corrections, Sellers, TaxRule, Trust
from pricing.domain.reading import Availability, Vote
from pricing.domain.scan_budget import Volatility

# Looks in a row that found no page, and how often it is looked for again.
MISSES_UNTIL_LOST = 3
REMATCHES = 3
# In the days that units sold are counted over.
WEEKS = 4

UNSEEN = Volatility()

type CompetitorKind = Literal["shop", "marketplace_seller", "comparison_site"]
type MatchType = Literal["exact", "equivalent", "substitute", "private_label"]
type Quality = Literal["ok", "suspicious", "released", "rejected"]
type TaxBasis = Literal["including", "excluding"]

READ: frozenset[str] = frozenset({"read", "unchanged"})
"""The outcomes of looks that know a price: a page was read, or its server said that nothing changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Competitor:
    """Another seller whose offers are watched; its pages stand on `domain` or below it.

    A price of it that nobody confirmed for `expire_after_days` days counts nowhere. Without a tax rule its prices are
    on the shop's own basis. `model_reader` says that a language model may be shown its pages, where no reader
    finds a price.
    """

    organisation_id: str
    competitor_id: str
    name: str
    domain: str
    kind: CompetitorKind
    created_at: datetime
    trust: Trust = field(default_factory=Trust)
    tax: TaxRule | None = None
    corrections: Corrections = field(default_factory=Corrections)
    sellers: Sellers = field(default_factory=Sellers)
    weight: Decimal = Decimal(1)
    expire_after_days: int = 14
    region: str | None = None
    model_reader: bool = False

    def owns(self, host: str) -> bool:
        """Whether a page on `host` is this competitor's."""
        return host == self.domain or host.endswith(f".{self.domain}")

    def has_expired(self, captured_at: datetime, now: datetime) -> bool:
        """Whether what was read at that time is too old to count in anything."""
        return now - captured_at > timedelta(days=self.expire_after_days)


@dataclass(frozen=True, slots=True, kw_only=True)
class Normalised:
    """A captured price made comparable with the shop's own, and how, so that it can be made again.

    Amounts are in `currency`, the shop's, on its tax basis, for its pack. `correction` and `tax` are in words. `rate`
    is what one unit of the page's currency was worth, from the table of `rate_date`, made of two quotes against the
    euro. `pack` is how many of our units the page's offer holds for each of ours, as `theirs/ours`.
    """

    item_price: Decimal
    landed_price: Decimal
    currency: str
    list_price: Decimal | None = None
    correction: str = ""
    tax: str = ""
    rate: Decimal | None = None
    rate_date: date | None = None
    quote_from: Decimal | None = None
    quote_to: Decimal | None = None
    pack: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """One look at an offer: a price with its circumstances, or the named reason why there is none.

    Amounts are as captured, in the page's own currency; `normalised` compares with the shop's. `captured_at` is UTC.
    `billed_ms` is the look's share of the scanner's time, which reads many hosts at once.
    `votes` is what each reader said, `promotion` what the page says beside its price (never folded into it).
    `suspicions` say why a price is not believed, and `quality` what became of it. `asked_etag` and
    `asked_last_modified` are the version that a server was asked about when it said that nothing changed.
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
    billed_ms: int = 0
    bytes_read: int = 0
    etag: str | None = None
    last_modified: str | None = None
    asked_etag: str | None = None
    asked_last_modified: str | None = None
    snapshot: str | None = None
    readers_version: int | None = None
    recipe: str | None = None
    fulfilment: str | None = None
    promotion: str | None = None
    pack: int | None = None
    votes: tuple[Vote, ...] = ()
    region: str | None = None
    quality: Quality = "ok"
    suspicions: tuple[str, ...] = ()
    normalised: Normalised | None = None

    @property
    def is_read(self) -> bool:
        """Whether the look knows a price."""
        return self.outcome in READ

    @property
    def landed_price(self) -> Decimal | None:
        """Item and shipping together; shipping that the page does not state counts as nothing."""
        return None if self.item_price is None else self.item_price + (self.shipping or Decimal(0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A price that a person refused: that amount however it is shipped and packed.

    `whole` says that the amount itself was not doubted: then it is refused only with that shipping and pack.
    """

    item_price: Decimal | None
    currency: str | None
    landed_price: Decimal | None = None
    pack: int | None = None
    whole: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A product on a competitor's page, with its newest trusted price, the one before, and its newest failure.

    A failed look leaves `latest` as it is: the last value is kept, and its age says how much it is worth. A newer
    price that is not believed stands as `quarantined` until it is released, rejected or overtaken; `rejected` are the
    last ones that a person refused, newest last. `failing_since` is the first failure after the last price.
    `pack_quantity` is how many units the offer holds, where a person says it.
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
    quarantined: Observation | None = None
    rejected: tuple[Refused, ...] = ()
    failing_since: datetime | None = None
    pack_quantity: int | None = None
    volatility: Volatility = UNSEEN

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
    """Pricing's copy of what the catalogue says of a product; `revision` orders the catalogue's messages.

    The products of a `family` are variants that may be given one price. `sold_28d` are units sold in the last 28 days.
    `price_since` is when the present price was set (UTC), `price_number` counts the prices that it has had,
    `price_source` says what set it.
    `country` (ISO 3166-1) and `time_zone` (IANA) are those of its shop.
    """

    organisation_id: str
    product_id: str
    shop_id: str
    sku: str
    name: str
    currency: str
    revision: int
    active: bool
    brand: str | None = None
    gtin: str | None = None
    mpn: str | None = None
    category: str | None = None
    tags: tuple[str, ...] = ()
    price: Decimal | None = None
    cost: Decimal | None = None
    min_price: Decimal | None = None
    max_price: Decimal | None = None
    map_price: Decimal | None = None
    msrp: Decimal | None = None
    own_seller_ids: tuple[str, ...] = ()
    tax_basis: TaxBasis | None = None
    pack_quantity: int | None = None
    family: str | None = None
    stock: int | None = None
    sold_28d: int | None = None
    supplier: str | None = None
    price_since: datetime | None = None
    price_number: int | None = None
    price_source: str | None = None
    country: str | None = None
    time_zone: str | None = None

    @property
    def units_a_week(self) -> Decimal:
        """How many units we sell a week; one, where nobody told."""
        return Decimal(1) if self.sold_28d is None else Decimal(self.sold_28d) / WEEKS

    @property
    def partition(self) -> str:
        """What its prices are decided together with: its family, or nothing but itself."""
        return self.product_id if self.family is None else f"family/{self.family}"
