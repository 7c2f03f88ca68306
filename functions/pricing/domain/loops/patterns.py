"""How a rival answers our prices: it matches them, or stays below them by money or by a share."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor
from typing import Literal

from pricing.domain.plan_limits import MILLION

type PatternKind = Literal["match", "money", "share", "unknown"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """What a rival's answers have in common. `money` is minor units, `ppm` a share of our price."""

    kind: PatternKind
    money: int = 0
    ppm: int = 0

    def answer(self, price: int) -> int | None:
        """What the rival would ask at a price of ours, were it not for its floor; None where nobody can say."""
        match self.kind:
            case "match":
                return price
            case "money":
                return price - self.money
            case "share":
                return price * (MILLION - self.ppm) // MILLION
            case "unknown":
                return None


def pattern_of(answers: Sequence[tuple[int, int]]) -> Pattern:
    """The simplest pattern that all answers keep, each our price and theirs; unknown where they keep none."""
    steps = {ours - theirs for ours, theirs in answers}
    if steps == {0}:
        return Pattern(kind="match")
    if len(steps) == 1:
        return Pattern(kind="money", money=steps.pop())
    ppm = _share(answers)
    return Pattern(kind="unknown") if ppm is None else Pattern(kind="share", ppm=ppm)


def _share(answers: Sequence[tuple[int, int]]) -> int | None:
    """The roundest share that every answer shows once it was rounded down or up to a whole minor unit."""
    low = max(Fraction(ours - theirs - 1, ours) for ours, theirs in answers)
    high = min(Fraction(ours - theirs + 1, ours) for ours, theirs in answers)
    for every in (MILLION // 100, MILLION // 200, MILLION // 1000, MILLION // 10_000, 1):
        least = floor(low * MILLION / every) + 1
        if 0 < least * every <= ceil(high * MILLION) - 1:
            return least * every
    return None
