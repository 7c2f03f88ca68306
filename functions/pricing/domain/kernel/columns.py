"""The kernel's columns: products, and their offers in one long list, in whole numbers of the plan's currency.

Amounts are integers of at least 0 in the batch's unit: `tick` of them make one minor unit (1 for cents as they are,
100 where conversion made offers two digits finer). 0 means that there is no such amount: zero is never a price, and a
cost of zero is a cost nobody knows. Amounts are int32 when the largest is below 2^31 − 1, int64 otherwise.
A column that is None is one that nobody has.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Self

import numpy as np

from pricing.domain.kernel.exact import Flags, Ints, Places
from pricing.domain.plan import Plan

FINEST = 100
"""No batch is finer than this many units for a minor unit."""
FARTHEST = 10**15
"""No price is as far as this many minor units: 10^12 with three digits. A reference that far is none."""
LARGEST = FARTHEST * FINEST
"""No amount may be larger, in the batch's unit."""
MOST_OFFERS = 1_000_000
"""Of one product; an average of them stays exact."""


def _at[Column: (Ints, Flags)](column: Column | None, rows: Places | slice) -> Column | None:
    return None if column is None else column[rows]


class BadColumns(ValueError):
    """Columns that do not belong together, or amounts that no price can have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Products:
    """One row per product. `rule` is the place of its rule in the plan, −1 for none; None: all have the first.

    `flags` are `ProductFlag`; `minutes_since_change` counts from the last published change, −1 for never.
    `formulas` are computed references by name, rounded down. `learned` is a price that stood in a market like this one.
    `base` is the price that change limits are measured from (the day's first, say), 0 for `price`; belief and routes
    take the larger share of a move, from `base` or from `price`.
    `family` is a number that products of one family share, −1 for none. `settles` is where a loop with another seller
    ends: a looping product goes there, inside its bounds; without it it stays.
    """

    price: Ints
    cost: Ints | None = None
    min_price: Ints | None = None
    max_price: Ints | None = None
    map_price: Ints | None = None
    msrp: Ints | None = None
    flags: Flags | None = None
    minutes_since_change: Ints | None = None
    rule: Ints | None = None
    learned: Ints | None = None
    base: Ints | None = None
    family: Ints | None = None
    settles: Ints | None = None
    formulas: Mapping[str, Ints] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.price)

    @property
    def measured_from(self) -> Ints:
        """The price that change limits are measured from."""
        return self.price if self.base is None else np.where(self.base > 0, self.base, self.price)

    def at(self, rows: Places | slice) -> Self:
        """The same columns for some rows."""
        return replace(
            self,
            price=self.price[rows],
            cost=_at(self.cost, rows),
            min_price=_at(self.min_price, rows),
            max_price=_at(self.max_price, rows),
            map_price=_at(self.map_price, rows),
            msrp=_at(self.msrp, rows),
            flags=_at(self.flags, rows),
            minutes_since_change=_at(self.minutes_since_change, rows),
            rule=_at(self.rule, rows),
            learned=_at(self.learned, rows),
            base=_at(self.base, rows),
            family=_at(self.family, rows),
            settles=_at(self.settles, rows),
            formulas={name: column[rows] for name, column in self.formulas.items()},
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Offers:
    """One row per offer, product after product, each product's in the order that settles equal prices.

    Amounts of 0 or less are no prices: such an offer does not count.
    `item` and `landed` are comparable with the shop's own prices (tax, currency, pack). `age` is minutes since the
    price was seen, rounded away from zero, negative when it comes from the future. `match_type` is a place in
    `MATCH_TYPES`, `competitor` a number that the batch's `competitors` gives to an id. Without a `confidence` (ppm)
    or an `agreement` column, offers have none: 0. `fulfilment` is a number that the batch's `fulfilments` gives.
    """

    item: Ints
    landed: Ints
    flags: Flags
    age: Ints
    match_type: Flags | None = None
    competitor: Ints | None = None
    confidence: Ints | None = None
    agreement: Ints | None = None
    fulfilment: Ints | None = None

    def __len__(self) -> int:
        return len(self.item)

    def at(self, places: Places | slice) -> Self:
        """The same columns for some places."""
        return replace(
            self,
            item=self.item[places],
            landed=self.landed[places],
            flags=self.flags[places],
            age=self.age[places],
            match_type=_at(self.match_type, places),
            competitor=_at(self.competitor, places),
            confidence=_at(self.confidence, places),
            agreement=_at(self.agreement, places),
            fulfilment=_at(self.fulfilment, places),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Products with their offers: those of product i stand at `offsets[i]` up to `offsets[i + 1]`."""

    plan: Plan
    products: Products
    offers: Offers
    offsets: Places
    competitors: Mapping[str, int] = field(default_factory=dict)
    fulfilments: Mapping[str, int] = field(default_factory=dict)
    tick: int = 1

    def __post_init__(self) -> None:
        _check_lengths(self)
        if not 1 <= self.tick <= FINEST:
            raise BadColumns(f"a minor unit cannot be {self.tick} of the batch's units")
        for name in ("price", "cost", "min_price", "max_price", "map_price", "msrp", "learned", "base", "settles"):
            _check_amounts(name, getattr(self.products, name))
        for name in ("item", "landed"):
            column = getattr(self.offers, name)
            if column.dtype != np.int32 and len(column) and int(column.max()) > LARGEST:
                raise BadColumns(f"{name} holds an amount above {LARGEST}")
        for name, column in self.products.formulas.items():
            _check_amounts(name, column)
        rule = self.products.rule
        if rule is not None and len(rule) and not -1 <= int(rule.min()) <= int(rule.max()) < len(self.plan.rules):
            raise BadColumns("a product names a rule that the plan does not have")

    def __len__(self) -> int:
        return len(self.products)


def _check_lengths(batch: Batch) -> None:
    for rows in (batch.products, batch.offers):
        for one in fields(rows):
            column = getattr(rows, one.name)
            if isinstance(column, np.ndarray) and len(column) != len(rows):
                raise BadColumns(f"{one.name} has {len(column)} rows where {len(rows)} stand")
    offsets = batch.offsets
    if len(offsets) != len(batch) + 1 or int(offsets[0]) != 0 or int(offsets[-1]) != len(batch.offers):
        raise BadColumns("offsets start at 0, end at the number of offers, and have one more entry than products")
    counts = np.diff(offsets)
    if len(counts) and (int(counts.min()) < 0 or int(counts.max()) > MOST_OFFERS):
        raise BadColumns(f"offsets must rise, by no more than {MOST_OFFERS} offers a product")


def _check_amounts(name: str, column: Ints | None) -> None:
    if column is not None and len(column) and not 0 <= int(column.min()) <= int(column.max()) <= LARGEST:
        raise BadColumns(f"{name} holds an amount below 0, or above {LARGEST}")
