"""What to do in a loop: go in one move to where it ends, or hold and then ask upwards; never many small cuts."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from pricing.domain.kernel.codes import ProductFlag
from pricing.domain.loops.recognition import Loop
from pricing.domain.plan import Line
from pricing.domain.plan_limits import MILLION, LoopPlan

type AnswerKind = Literal["follow", "settle", "hold", "test_up"]

TESTS = 4
"""A test upwards waits for a quarter of the window, so that what the rival does meanwhile is seen first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a product in a loop does next: `price`, in minor units, where it moves; and why, in words.

    follow: the policy decides as ever. settle: one move to where the loop ends. hold: the price is kept.
    test_up: one move back to where the loop began, to see whether the rival comes along.
    """

    kind: AnswerKind
    why: str
    price: int | None = None

    @property
    def flags(self) -> ProductFlag:
        """What the kernel is told of the product: unless the policy decides, it moves nothing by itself."""
        return ProductFlag(0) if self.kind == "follow" else ProductFlag.LOOPING


FOLLOW = Answer(kind="follow", why="no loop goes on")


@dataclass(frozen=True, slots=True, kw_only=True)
class Own:
    """Our side of a loop, in minor units: the present price, the bounds it must keep, and the step under a rival."""

    price: int
    lower: int
    upper: int
    money: int = 0
    ppm: int = 0

    def under(self, rival: int) -> int:
        """Our price beside a rival's, inside the bounds; a step by share is rounded down.

        Beside the floor of a rival that follows us down this is where the loop ends, whichever floor is the higher.
        """
        wanted = rival * (MILLION - self.ppm) // MILLION - self.money
        return min(max(wanted, self.lower), self.upper)


def own_side(line: Line, *, price: int, lower: int, upper: int) -> Own:
    """Our side as a line of the rule and the bounds of a decision say; a line above a rival has no step under it."""
    below = line.relation == "below"
    money, ppm = (line.money or 0, line.ppm or 0) if below else (0, 0)
    return Own(price=price, lower=lower, upper=upper, money=money, ppm=ppm)


def answered(loop: Loop | None, own: Own, plan: LoopPlan, now: datetime) -> Answer:
    """What to do next. A loop never takes more own moves than the plan allows, a test upwards among them."""
    if loop is None:
        return FOLLOW
    if loop.own_moves >= plan.max_moves:
        return Answer(kind="hold", why=f"{loop.own_moves} own moves in this loop are enough")
    if loop.rival_rose:
        return Answer(kind="follow", why="the rival has let go and went up")
    if loop.floor is not None:
        final = own.under(loop.floor)
        if final != own.price:
            return Answer(kind="settle", why="the rival stands at its floor: one move ends it", price=final)
        return Answer(kind="hold", why="the loop has ended where we stand")
    level = min(max(loop.level, own.lower), own.upper)
    if loop.pattern.kind == "unknown":
        return Answer(kind="hold", why="the rival answers, and nobody can say how")
    if now - loop.last_move_at < timedelta(minutes=plan.window_minutes) / TESTS:
        return Answer(kind="hold", why="the rival follows each cut: another would be followed too")
    if level > own.price:
        return Answer(kind="test_up", why="the rival follows: perhaps it follows upwards too", price=level)
    return Answer(kind="hold", why="we stand where the loop began")
