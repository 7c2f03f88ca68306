"""A market whose prices wander, and what looks at it catch: the same for the tests and the benchmark."""

import math
import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from pricing.domain.scan_budget import Budget, Candidate, Volatility, chosen, distance_to_flip

START = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass
class WanderingMarket:
    """Products with rivals whose prices wander; it counts the looks that saw the lowest price of a product move."""

    seed: int
    looks: int = 0
    useful: int = 0
    price: list[float] = field(default_factory=list)

    def play(
        self, wanted: Callable[[int, "WanderingMarket"], Iterable[int]], products: int = 40, hours: int = 24 * 40
    ) -> "WanderingMarket":
        chance = random.Random(self.seed)
        rivals = 6
        rates = [math.exp(chance.gauss(math.log(1 / 120), 1.3)) for _ in range(products * rivals)]
        self.price = [40 * math.exp(chance.gauss(0, 0.12)) for _ in rates]
        self.known = list(self.price)
        self.looked = [0] * len(rates)
        self.seen = [Volatility() for _ in rates]
        for hour in range(1, hours + 1):
            for place, rate in enumerate(rates):
                if chance.random() < rate:
                    self.price[place] *= math.exp(chance.gauss(0, 0.06))
            for place in wanted(hour, self):
                self._look(place, hour, rivals)
        return self

    def rivals_of(self, place: int, rivals: int = 6) -> list[float]:
        first = place - place % rivals
        return [self.known[one] for one in range(first, first + rivals) if one != place]

    def _look(self, place: int, hour: int, rivals: int) -> None:
        before = min(self.known[place], *self.rivals_of(place, rivals))
        old, self.known[place] = self.known[place], self.price[place]
        move = math.log(self.known[place] / old)
        self.seen[place] = self.seen[place].after(hour - self.looked[place], changed=move != 0, move=move)
        self.looks += 1
        self.useful += min(self.known[place], *self.rivals_of(place, rivals)) != before
        self.looked[place] = hour


def everything_once_a_day(hour: int, market: WanderingMarket) -> Iterable[int]:
    return range(len(market.price)) if hour % 24 == 0 else ()


def by_budget(share: int) -> Callable[[int, WanderingMarket], Iterable[int]]:
    """Look every six hours, at the share of a daily look at everything."""

    def wanted(hour: int, market: WanderingMarket) -> Iterable[int]:
        if hour % 6:
            return ()
        candidates = [
            Candidate(
                offer_id=str(place),
                volatility=market.seen[place],
                looked_at=START + timedelta(hours=market.looked[place]),
                distance=distance_to_flip(market.known[place], market.rivals_of(place), None),
            )
            for place in range(len(market.price))
        ]
        budget = Budget(looks_per_day=len(candidates) // share, max_hours=24 * 14)
        most = len(candidates) // share // 4
        return [int(one.offer_id) for one in chosen(candidates, budget, most, START + timedelta(hours=hour))]

    return wanted
