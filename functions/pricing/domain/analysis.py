"""A question about the market by days: which figure, of which products and days, and how it is to be read."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Literal

from pricing.domain.errors import InvalidWindow
from pricing.domain.market_day import PriceMode
from pricing.domain.product_filter import Criteria

type Analysis = Literal[
    "history",
    "matrix",
    "index",
    "positions",
    "volatility",
    "breaches",
    "below-cost",
    "outliers",
    "summary",
    "slices",
]
type Benchmark = Literal["lowest", "average", "median", "rival"]
type Dimension = Literal["brand", "category", "competitor", "shop", "supplier", "tag", "day", "week", "product"]
type Cell = object
type FileFormat = Literal["csv", "xlsx", "svg", "png"]

ANALYSES: tuple[Analysis, ...] = (
    *("history", "matrix", "index", "positions", "volatility"),
    *("breaches", "below-cost", "outliers", "summary", "slices"),
)
OVER_TIME: frozenset[Dimension] = frozenset({"day", "week"})
PICTURES: frozenset[FileFormat] = frozenset({"svg", "png"})
LONGEST = timedelta(days=366)
LIMITS: dict[str, str] = {"map": "map_breach", "msrp": "msrp_breach"}

COLUMNS: dict[Analysis, tuple[str, ...]] = {
    "history": ("day", "line", "price", "low", "changes"),
    "matrix": (
        *("product_id", "sku", "name", "ours", "rank", "index", "competitor_id", "price", "place", "gap_percent"),
        *("left_out", "map_breach", "msrp_breach", "captured_at", "observation_id"),
    ),
    "index": (
        *("key", "index", "products", "without_price", "stale", "not_in_stock", "without_rival"),
        *("before_index", "before_products", "change"),
    ),
    "positions": (
        *("key", "products", "cheaper", "same", "dearer", "first", "alone", "average_rank"),
        *("without_price", "stale", "not_in_stock", "without_rival"),
    ),
    "volatility": (
        *("key", "changes", "ups", "downs", "average_move", "largest_rise", "largest_fall"),
        *("offer_days", "changed_percent", "standard_deviation", "variance"),
    ),
    "breaches": (
        *("product_id", "sku", "competitor_id", "seller", "offer_id", "price", "limit", "gap", "gap_percent"),
        *("first_seen", "last_seen", "days", "new", "observation_id"),
    ),
    "below-cost": (
        *("product_id", "sku", "name", "brand", "category", "supplier", "cost", "lowest", "gap", "gap_percent"),
        *("first_day", "last_day", "days"),
    ),
    "outliers": (
        *("product_id", "sku", "competitor_id", "offer_id", "ours", "price", "divergence"),
        *("first_day", "last_day", "days", "observation_id"),
    ),
    "summary": ("figure", "value", "before", "change_percent"),
    "slices": (
        *("key", "second", "products", "index", "price_ratio", "product_days", "cheaper", "same", "dearer"),
        *("first", "alone", "average_rank", "offers", "offers_below", "retailers", "overlap", "stability"),
        *("ups", "downs", "currency", "ours", "lowest", "average", "highest", "margin"),
        *("without_price", "stale", "not_in_stock", "without_rival"),
    ),
}
"""What a line of each says, in order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question. The days are those of the shop's wall clock, both included.

    `rival` names the competitor that is the benchmark. `tolerance` and the others are in per cent. `as_of` is a moment
    inside a day. `whole` asks for everything, however much, for a file.
    """

    analysis: Analysis
    organisation_id: str
    shop_ids: tuple[str, ...]
    first: date
    last: date
    criteria: Criteria = field(default_factory=Criteria)
    sku: str | None = None
    mode: PriceMode = "landed"
    benchmark: Benchmark = "lowest"
    rival: str | None = None
    by: tuple[Dimension, ...] = ()
    tolerance: Decimal = Decimal(1)
    smallest: Decimal = Decimal(0)
    divergence: Decimal = Decimal(50)
    limit_kind: str = "map"
    only_violating: bool = False
    as_of: datetime | None = None
    limit: int = 100
    after: str | None = None
    whole: bool = False

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise InvalidWindow(f"from {self.first} is after to {self.last}; swap them")
        if self.last - self.first >= LONGEST:
            raise InvalidWindow(f"{self.first} to {self.last} are more than {LONGEST.days} days; ask for fewer")
        if (self.benchmark == "rival") is not (self.rival is not None):
            raise InvalidWindow("name the competitor_id with benchmark=rival, and only with it")

    @property
    def days(self) -> int:
        """How many days are asked for."""
        return (self.last - self.first).days + 1

    @property
    def direction(self) -> str:
        """How an index is to be read."""
        against = {
            "lowest": "the lowest rival price",
            "average": "the average rival price",
            "median": "the median rival price",
            "rival": f"the lowest price of {self.rival}",
        }[self.benchmark]
        if "competitor" in self.by:
            against = "the lowest price of each competitor"
        return f"our price / {against} x 100, {self.mode}, in stock; below 100 we are cheaper"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Lines of one analysis. `products` are in the figures; `left_out` says why others are not, and how many.

    `counts` are of everything, shown or not. There is `more` when lines are left out for their number; `next_after` is
    where the next page begins.
    """

    asked: Asked
    rows: tuple[Mapping[str, Cell], ...]
    currency: str | None = None
    products: int | None = None
    left_out: Mapping[str, int] = field(default_factory=dict)
    counts: Mapping[str, int] = field(default_factory=dict)
    more: bool = False
    next_after: str | None = None

    @property
    def heading(self) -> dict[str, Cell]:
        """What every figure of it is to be read with."""
        asked = self.asked
        return {
            "analysis": asked.analysis,
            "shop_ids": list(asked.shop_ids),
            "from": asked.first.isoformat(),
            "to": asked.last.isoformat(),
            "as_of": asked.as_of,
            "benchmark": asked.benchmark if asked.rival is None else f"rival {asked.rival}",
            "price_mode": asked.mode,
            "direction": asked.direction,
            "currency": self.currency,
            "tolerance_percent": asked.tolerance,
            "smallest_move_percent": asked.smallest,
            "products": self.products,
            "left_out": dict(self.left_out),
            "counts": dict(self.counts),
            "more": self.more,
        }
