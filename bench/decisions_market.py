"""The market that the benchmark of decisions runs over, as columns and as frames."""

from importlib import import_module
from importlib.util import find_spec
from typing import Protocol

import numpy as np

from pricing.domain.kernel.codes import OfferFlag
from pricing.domain.kernel.columns import Batch, Offers, Products
from pricing.domain.kernel.decide import Decisions, decide
from pricing.domain.kernel.exact import Ints
from pricing.domain.plan import BoundsPlan, Ending, EndingPlan, Line, Plan, Reference, RulePlan, valid_range

PRODUCTS, OFFERS = 1_000_000, 10
MAX_AGE = 24 * 60
SEED = 5

_low, _high = valid_range(2)
PLAN = Plan(
    currency="EUR",
    minor_digits=2,
    rules=(
        RulePlan(
            name="1 % under the lowest",
            lines=(Line(reference=Reference(kind="lowest"), relation="below", ppm=10_000),),
            bounds=BoundsPlan(
                valid_low=_low, valid_high=_high, min_margin_ppm=150_000, max_up_ppm=100_000, max_down_ppm=100_000
            ),
            ending=EndingPlan(endings=(Ending(99, 100),)),
        ),
    ),
)


class Column(Protocol):
    """A column of a frame."""

    def to_numpy(self) -> Ints:
        """Its values, without a copy where that can be."""


class Frame(Protocol):
    """As much of a data frame as this benchmark touches."""

    def __getitem__(self, name: str) -> Column: ...


def a_market() -> tuple[Batch, int]:
    """Prices of 10 to 2 000 with offers around them, a tenth of them not in stock; and the bytes of its columns."""
    random = np.random.default_rng(SEED)
    price = random.integers(1_000, 200_000, PRODUCTS).astype(np.int32)
    size = PRODUCTS * OFFERS

    def times(low: float, high: float) -> Ints:
        return (price * random.uniform(low, high, PRODUCTS)).astype(np.int32)

    landed = (np.repeat(price, OFFERS) * random.uniform(0.9, 1.4, size)).astype(np.int32)
    out = random.random(size) < 0.1
    products = Products(
        price=price,
        cost=times(0.5, 0.85),
        map_price=np.where(random.random(PRODUCTS) < 0.1, times(0.8, 1.0), 0).astype(np.int32),
        max_price=np.where(random.random(PRODUCTS) < 0.5, times(1.0, 1.5), 0).astype(np.int32),
    )
    offers = Offers(
        item=landed,
        landed=landed,
        flags=np.where(out, OfferFlag.NOT_IN_STOCK, 0).astype(np.uint8),
        age=random.integers(0, 1_500, size).astype(np.int16),
        match_type=(random.random(size) < 0.05).astype(np.uint8),
    )
    offsets = np.arange(0, size + 1, OFFERS, dtype=np.int64)
    batch = Batch(plan=PLAN, products=products, offers=offers, offsets=offsets)
    columns = (price, products.cost, products.map_price, products.max_price, landed, offers.flags, offers.age, offsets)
    return batch, sum(one.nbytes for one in columns if one is not None) + size


def as_frames(batch: Batch) -> tuple[Frame, Frame] | None:
    """The market as two frames, offers in the order of their products; None where pandas is not installed."""
    if find_spec("pandas") is None:
        return None
    frame = import_module("pandas").DataFrame
    products, offers = batch.products, batch.offers
    left = {name: getattr(products, name) for name in ("price", "cost", "map_price", "max_price")}
    left["offers"] = np.diff(batch.offsets).astype(np.int32)
    right = {name: getattr(offers, name) for name in ("landed", "flags", "age", "match_type")}
    return frame(left), frame(right)


def decided_frames(products: Frame, offers: Frame, batch: Batch) -> object:
    """The decisions of two frames as a frame: columns out of the one, the kernel, columns into the other."""
    counts = products["offers"].to_numpy()
    offsets = np.zeros(len(counts) + 1, np.int64)
    np.cumsum(counts, out=offsets[1:])
    landed = offers["landed"].to_numpy()
    made = decide(
        Batch(
            plan=batch.plan,
            products=Products(
                price=products["price"].to_numpy(),
                cost=products["cost"].to_numpy(),
                map_price=products["map_price"].to_numpy(),
                max_price=products["max_price"].to_numpy(),
            ),
            offers=Offers(
                item=landed,
                landed=landed,
                flags=offers["flags"].to_numpy().view(np.uint8),
                age=offers["age"].to_numpy(),
                match_type=offers["match_type"].to_numpy().view(np.uint8),
            ),
            offsets=offsets,
        )
    )
    return import_module("pandas").DataFrame({name: getattr(made, name) for name in Decisions.__slots__}, copy=False)
