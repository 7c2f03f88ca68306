"""Which pages a look is worth most on: those that change often, where a change would move a price that sells.

A look is worth what it can catch. An offer changes like a Poisson process at its own rate λ; looking after the time t,
one catches the changes since, but of several in a row only the last. What one more look adds, if it is taken at t
instead of later, is w (1 - e^-λt (1 + λt)): the marginal value in the continuous allocation that catches the most
(after Cho and Garcia-Molina 2003, with changes caught instead of freshness). w is the chance that a change moves a
decision, times what the product earns. Taking those with the highest value first is the allocation for any budget.

The numbers here steer what is looked at, and never a price: they are floats.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

# What is expected of an offer that nobody knows yet: a change a week, by some eight percent.
PRIOR_CHANGES = 1.0
PRIOR_HOURS = 168.0
PRIOR_MOVE = 0.08
PRIOR_MOVES = 2.0
# What was seen counts half after so long.
HALF_LIFE_HOURS = 60 * 24.0
# Shops come back into stock or leave it without a change of price; of a change, about so many do.
STOCK_SHARE = 0.15


@dataclass(frozen=True, slots=True, kw_only=True)
class Volatility:
    """What was seen of an offer's changes: how many in how many hours, and how large (as |ln of new over old|)."""

    changes: float = 0.0
    hours: float = 0.0
    moves: float = 0.0
    moved: float = 0.0

    @property
    def rate(self) -> float:
        """Changes in an hour: what was seen, weighed with what is expected of an unknown offer."""
        return (self.changes + PRIOR_CHANGES) / (self.hours + PRIOR_HOURS)

    @property
    def typical_move(self) -> float:
        """The mean size of a change of price, as |ln of new over old|."""
        return (self.moved + PRIOR_MOVE * PRIOR_MOVES) / (self.moves + PRIOR_MOVES)

    def after(self, hours: float, *, changed: bool, move: float = 0.0) -> "Volatility":
        """What is known after a look so many hours after the one before; `move` is 0 where the price stayed.

        One change that is seen stands for λt / (1 - e^-λt) changes, since those between two looks hide each other.
        """
        if hours <= 0:
            return self
        keeps = 0.5 ** (hours / HALF_LIFE_HOURS)
        expected = self.rate * hours
        happened = expected / -math.expm1(-expected) if changed else 0.0
        return Volatility(
            changes=self.changes * keeps + happened,
            hours=self.hours * keeps + hours,
            moves=self.moves * keeps + (1.0 if move else 0.0),
            moved=self.moved * keeps + abs(move),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """How many looks a day an organisation pays for, and how seldom or often any page is looked at."""

    looks_per_day: int
    min_hours: float = 1.0
    max_hours: float = 168.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """An offer that could be looked at. `earns` is what its product takes in, in any unit that is the same for all."""

    offer_id: str
    volatility: Volatility
    looked_at: datetime | None
    distance: float
    """How far the price must move to move a decision, as |ln of new over old|."""
    earns: float = 1.0


def flip_chance(distance: float, typical_move: float) -> float:
    """The chance that a change moves a decision: by stock, or by a move (Laplace, either way) beyond the distance."""
    beyond = 1.0 if distance <= 0 else 0.5 * math.exp(-distance / typical_move)
    return STOCK_SHARE + (1 - STOCK_SHARE) * beyond


def distance_to_flip(price: float, others: Sequence[float], floor: float | None) -> float:
    """How far an offer's price must move to change what the lowest price of its product asks of us.

    `others` are the other prices that count. Below `floor`, the lowest price we may ask, no move matters.
    """
    lowest = min(others, default=math.inf)
    matters_from = max(lowest, floor or 0.0) if lowest < math.inf else (floor or 0.0)
    if price <= lowest:
        # It is the one we follow: any move counts, unless it is so low that we stay at our floor.
        return max(0.0, math.log(floor / price)) if floor and price < floor else 0.0
    if floor and lowest <= floor:
        # We stay at our floor whatever this one does.
        return math.inf
    return math.log(price / matters_from)


def value(candidate: Candidate, now: datetime) -> float:
    """What a look now is worth; an offer that was never looked at is worth the most."""
    if candidate.looked_at is None:
        return math.inf
    seen = candidate.volatility
    waited = seen.rate * _hours(now - candidate.looked_at)
    caught = -math.expm1(-waited) - waited * math.exp(-waited)
    return candidate.earns * flip_chance(candidate.distance, seen.typical_move) * caught


def credit(budget: Budget, before: float, since: timedelta) -> float:
    """How many looks may be taken now: those left over before, and what the time since has brought; a day's at most."""
    return min(before + budget.looks_per_day * _hours(since) / 24.0, float(budget.looks_per_day))


def chosen(candidates: Iterable[Candidate], budget: Budget, most: int, now: datetime) -> list[Candidate]:
    """Those to look at now, as many as may be, the most worth first.

    What was looked at less than `min_hours` ago waits; what waits longer than `max_hours` comes first.
    """
    ripe = [
        (_overdue(one, budget, now), value(one, now), one.offer_id, one)
        for one in candidates
        if one.looked_at is None or _hours(now - one.looked_at) >= budget.min_hours
    ]
    ripe.sort(key=lambda entry: (not entry[0], -entry[1], entry[2]))
    return [entry[3] for entry in ripe[:most]]


def _overdue(candidate: Candidate, budget: Budget, now: datetime) -> bool:
    return candidate.looked_at is None or _hours(now - candidate.looked_at) >= budget.max_hours


def _hours(span: timedelta) -> float:
    return span.total_seconds() / 3600
