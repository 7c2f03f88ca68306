"""Recognise two sellers that undercut each other in turn, from what both of them charged and when."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from pricing.domain.loops.patterns import Pattern, pattern_of
from pricing.domain.plan_limits import LoopPlan

LEAST_TURNS = 2
"""So many cuts of each side, in turn, are a loop; fewer are a market at work."""
PATIENCE = 3
"""A rival that takes this many times its slowest answer, and gives none, stands at its floor."""


@dataclass(frozen=True, slots=True)
class Charged:
    """A price, in minor units, from that time (UTC) on."""

    at: datetime
    price: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Loop:
    """Alternating undercuts that go on. `own_moves` are all of ours in it, `level` our price before its first cut.

    `floor` is where the rival stands and no longer follows, None while it still does; `rival_rose` says that its last
    move went up. Amounts are minor units.
    """

    started_at: datetime
    last_move_at: datetime
    own_moves: int
    rival_moves: int
    level: int
    pattern: Pattern
    floor: int | None = None
    rival_rose: bool = False


@dataclass(frozen=True, slots=True)
class _Move:
    at: datetime
    ours: bool
    before: int
    price: int
    other: int
    """What the other side asked at that moment."""
    waited: timedelta
    """Since the other side moved."""
    turn: bool
    """Whether the other side had moved since this one did."""

    @property
    def undercuts(self) -> bool:
        return self.turn and self.price < self.before and self.price <= self.other


def recognised(own: Sequence[Charged], rival: Sequence[Charged], plan: LoopPlan, now: datetime) -> Loop | None:
    """The loop that goes on between two sellers, or None. Both paths are in the order of time, the oldest first.

    A loop ends when neither side has moved for as long as the plan's window. What is dated after `now` is not seen.
    """
    chain = _chain(_moves([one for one in own if one.at <= now], [one for one in rival if one.at <= now]), plan, now)
    cuts = [one for one in chain if one.undercuts]
    ours, theirs = [one for one in cuts if one.ours], [one for one in cuts if not one.ours]
    least = min(LEAST_TURNS, plan.max_moves)
    if len(ours) < least or len(theirs) < least:
        return None
    first = cuts[0]
    inside = [one for one in chain if one.at >= first.at]
    last = next(one for one in reversed(inside) if not one.ours)
    return Loop(
        started_at=first.at,
        last_move_at=inside[-1].at,
        own_moves=sum(one.ours for one in inside),
        rival_moves=sum(not one.ours for one in inside),
        level=next(one.before for one in inside if one.ours),
        pattern=pattern_of([(one.other, one.price) for one in theirs]),
        floor=_floor(inside, theirs, now),
        rival_rose=last.price > last.before,
    )


def worst(
    own: Sequence[Charged], rivals: Mapping[str, Sequence[Charged]], plan: LoopPlan, now: datetime
) -> tuple[str, Loop] | None:
    """Of the loops with several rivals, by their names, the one that has taken most of our moves; None without any."""
    found = {name: loop for name in sorted(rivals) if (loop := recognised(own, rivals[name], plan, now)) is not None}
    return max(found.items(), key=lambda one: one[1].own_moves, default=None)


def _moves(own: Sequence[Charged], rival: Sequence[Charged]) -> list[_Move]:
    """Every change of a price once both sides have one; of the same moment the rival's is first."""
    steps = sorted([(one.at, 0, one.price) for one in rival] + [(one.at, 1, one.price) for one in own])
    prices: list[int | None] = [None, None]
    moved: list[datetime | None] = [None, None]
    found: list[_Move] = []
    for at, side, price in steps:
        before, other, theirs = prices[side], prices[1 - side], moved[1 - side]
        if before is not None and before != price and other is not None and theirs is not None:
            mine = moved[side]
            turn = mine is None or theirs >= mine
            found.append(_Move(at, side == 1, before, price, other, at - theirs, turn))
        if before != price:
            prices[side], moved[side] = price, at
    return found


def _chain(moves: list[_Move], plan: LoopPlan, now: datetime) -> list[_Move]:
    """The latest moves, none of which stands further from the next, or from now, than the window."""
    window, until, found = timedelta(minutes=plan.window_minutes), now, list[_Move]()
    for one in reversed(moves):
        if until - one.at > window:
            break
        found.append(one)
        until = one.at
    return found[::-1]


def _floor(moves: list[_Move], theirs: list[_Move], now: datetime) -> int | None:
    """Where the rival stands: it cut and still stayed above us, or it has long not answered our last cut."""
    last = next(one for one in reversed(moves) if not one.ours)
    if last.price > last.other and last.price < last.before:
        return last.price
    answered = next((one for one in reversed(moves) if one.ours), None)
    slowest = max(one.waited for one in theirs)
    if answered is None or answered.at < last.at or answered.price >= last.price:
        return None
    return last.price if now - answered.at > PATIENCE * slowest else None
