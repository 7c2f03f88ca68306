"""The tests a policy carries: given this product and these offers, this price is expected, for this reason."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal

from pricing.domain.policies.closed import Closed
from pricing.domain.policies.parts import MatchWord

type RouteWord = Literal["none", "auto", "review", "manager", "quarantine"]
type AvailabilityWord = Literal[
    "in_stock", "pre_order", "back_order", "special_order", "out_of_stock", "discontinued", "unknown"
]


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenProduct(Closed):
    """A product of a test. Amounts are in the policy's currency; `price` is what it costs now.

    `start_of_day` is its price when the day began, `changed_hours_ago` how long its last change went out before.
    `channels` are our prices in other shops, by shop. `loop_ends_at` is where the price war ends that it is in.
    """

    sku: str = "TEST"
    name: str = ""
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
    stock: int | None = None
    sold_28d: int | None = None
    pack_quantity: int | None = None
    family: str | None = None
    locked: bool = False
    in_promotion: bool = False
    in_loop: bool = False
    loop_ends_at: Decimal | None = None
    start_of_day: Decimal | None = None
    learned_price: Decimal | None = None
    changed_hours_ago: Decimal | None = None
    channels: dict[str, Decimal] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenOffer(Closed):
    """A competitor's offer of a test: seen `age_hours` ago, in the policy's currency unless another is named.

    One without a price was never read: its page cannot be reached, or shows no price that can be understood.
    """

    competitor: str
    price: Decimal | None = None
    shipping: Decimal = Decimal(0)
    currency: str | None = None
    availability: AvailabilityWord = "in_stock"
    age_hours: Decimal = Decimal(0)
    confidence: Decimal = Decimal(1)
    agreement: int = 2
    match_type: MatchWord = "exact"
    fulfilment: str | None = None
    ours: bool = False
    quarantined: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected(Closed):
    """What must come out; what is not named may be anything."""

    price: Decimal | None = None
    reason: str | None = None
    rule: str | None = None
    binding: str | None = None
    route: RouteWord | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Case(Closed):
    """One test of a policy; `at` is when it is decided, Monday 2026-11-23 06:00 UTC where nothing is said.

    `beside` are further products decided in the same run, for rules that give a family one price.
    """

    name: str
    product: GivenProduct
    offers: tuple[GivenOffer, ...] = ()
    beside: tuple[GivenProduct, ...] = ()
    expect: Expected
    at: datetime | None = None
