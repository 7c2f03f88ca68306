"""Let two or more policies price the same products against each other, and see where they settle."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import IntEnum

import numpy as np

from pricing.domain.kernel.columns import Batch, Offers, Products
from pricing.domain.kernel.decide import Decisions, decide
from pricing.domain.kernel.exact import Flags, Ints, Mask, Places
from pricing.domain.plan import Plan

ROUNDS = 500
"""More rounds than this are no market that settles; a policy of small cuts far above its floor may need hundreds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seller:
    """One policy with its products, in whole minor units: row i of every seller is the same product.

    Its name is the competitor id by which the other policies know it.
    """

    name: str
    plan: Plan
    products: Products


@dataclass(frozen=True, slots=True, kw_only=True)
class Outside:
    """Somebody who sells the same products and moves nothing; a price of 0 is no offer."""

    name: str
    prices: Ints


class Outcome(IntEnum):
    """What became of a product. MOVING: it had not ended when the rounds did."""

    SETTLED = 0
    CYCLE = 1
    MOVING = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulation:
    """`paths[r, s, p]` is what seller s asks for product p after round r; round 0 is where all began, 0 no price.

    `ended` is the round after which a product stands still, or its cycle begins; `period` is how many rounds a cycle
    takes, 1 for a settled product, 0 for one that still moves.
    """

    names: tuple[str, ...]
    paths: Ints
    outcome: Flags
    ended: Places
    period: Places

    @property
    def levels(self) -> Ints:
        """The last prices, seller by seller."""
        last: Ints = self.paths[-1]
        return last

    @property
    def moves(self) -> Ints:
        """How often each seller moved each product."""
        return np.asarray((np.diff(self.paths, axis=0) != 0).sum(axis=0))

    def path(self, product: int) -> Mapping[str, Sequence[int]]:
        """What each seller asked for one product, round by round."""
        return {name: self.paths[:, place, product].tolist() for place, name in enumerate(self.names)}


@dataclass(slots=True)
class _Field:
    sellers: Sequence[Seller]
    outside: Sequence[Outside]
    names: Mapping[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        every = [*(one.name for one in self.sellers), *(one.name for one in self.outside)]
        sizes = {len(one.products) for one in self.sellers} | {len(one.prices) for one in self.outside}
        units = {(one.plan.currency, one.plan.minor_digits) for one in self.sellers}
        if len(self.sellers) < 2 or len(set(every)) != len(every) or len(sizes) != 1 or len(units) != 1:  # noqa: PLR2004 - one seller is no market
            raise ValueError("two sellers or more, each with a name of its own, sell the same products in one currency")
        self.names = {name: code for code, name in enumerate(every)}

    def decided(self, turn: int, prices: Ints) -> Decisions:
        """What one seller decides when it sees what all others ask."""
        seller, size = self.sellers[turn], prices.shape[1]
        others = [place for place in range(len(self.sellers)) if place != turn]
        codes = [*others, *range(len(self.sellers), len(self.names))]
        columns = np.stack([*(prices[place] for place in others), *(one.prices for one in self.outside)], axis=1)
        amounts = columns.reshape(-1)
        offers = Offers(
            item=amounts,
            landed=amounts,
            flags=np.zeros(len(amounts), np.uint8),
            age=np.zeros(len(amounts), np.int32),
            competitor=np.tile(np.array(codes, np.int32), size),
            confidence=np.full(len(amounts), 1_000_000, np.int32),
            agreement=np.full(len(amounts), np.iinfo(np.int16).max, np.int16),
        )
        return decide(
            Batch(
                plan=seller.plan,
                products=replace(seller.products, price=prices[turn]),
                offers=offers,
                offsets=np.arange(0, len(amounts) + 1, len(codes), dtype=np.int64),
                competitors=self.names,
            )
        )


def simulated(sellers: Sequence[Seller], outside: Sequence[Outside] = (), *, rounds: int = ROUNDS) -> Simulation:
    """The sellers decide in turn, each seeing what the one before it has just done, until all products have ended."""
    market = _Field(sellers, outside)
    paths = [np.stack([one.products.price.astype(np.int64) for one in sellers])]
    size = paths[0].shape[1]
    outcome = np.full(size, Outcome.MOVING, np.uint8)
    ended, period = np.zeros(size, np.int64), np.zeros(size, np.int64)
    for _ in range(rounds):
        if (outcome != Outcome.MOVING).all():
            break
        prices = paths[-1].copy()
        for turn in range(len(sellers)):
            prices[turn] = market.decided(turn, prices).price
        _look_back(paths, prices, outcome, ended, period)
        paths.append(prices)
    names = tuple(one.name for one in sellers)
    return Simulation(names=names, paths=np.stack(paths), outcome=outcome, ended=ended, period=period)


def _look_back(paths: list[Ints], prices: Ints, outcome: Flags, ended: Places, period: Places) -> None:
    """Name the products that stand where they stood in an earlier round: settled in the last, a cycle before it."""
    for back, earlier in enumerate(reversed(paths), start=1):
        again: Mask = (outcome == Outcome.MOVING) & (earlier == prices).all(axis=0)
        outcome[again] = Outcome.SETTLED if back == 1 else Outcome.CYCLE
        ended[again], period[again] = len(paths) - back, back


def settled_at_once(sellers: Sequence[Seller], outside: Sequence[Outside] = (), *, rounds: int = ROUNDS) -> Simulation:
    """The same sellers, each of which goes straight to the level where all would settle in the end.

    A seller whose largest move forbids that goes as far as it may in each round. A product that does not settle step
    by step stays where it is. That nobody wants to leave the levels is checked: a product that moved on is MOVING.
    """
    slow, market = simulated(sellers, outside, rounds=rounds), _Field(sellers, outside)
    ends = slow.outcome == Outcome.SETTLED
    paths = [slow.paths[0]]
    while len(paths) <= rounds and (ends & (paths[-1] != slow.levels).any(axis=0)).any():
        prices = paths[-1].copy()
        for turn in range(len(sellers)):
            made = market.decided(turn, prices)
            within = np.minimum(np.maximum(slow.levels[turn], made.lower), made.upper)
            prices[turn] = np.where(ends & (made.lower <= made.upper), within, prices[turn])
        if (prices == paths[-1]).all():
            break
        paths.append(prices)
    stands = np.ones(len(ends), np.bool)
    for turn in range(len(sellers)):
        stands &= market.decided(turn, paths[-1]).price == paths[-1][turn]
    outcome = np.where(stands & ends, Outcome.SETTLED, Outcome.MOVING).astype(np.uint8)
    outcome[slow.outcome == Outcome.CYCLE] = Outcome.CYCLE
    last = np.stack([(path == paths[-1]).all(axis=0) for path in paths]).argmax(axis=0)
    return Simulation(names=slow.names, paths=np.stack(paths), outcome=outcome, ended=last, period=stands.astype(int))
