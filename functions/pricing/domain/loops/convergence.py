"""Recognise that our prices and another seller's rise together, above what costs or the market explain, and say so.

Two automated sellers may learn to follow each other upwards without a word between them. Nothing here stops a price:
it tells people, with the days and figures that they need to judge.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import comb
from statistics import fmean

type Series = Sequence[float]

WEEK = 7
LEAST_DAYS = 4 * WEEK


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """What must be seen before anything is said. Shares are of the price.

    A rise is a day's move of `rise` or more; another's within `follow_days` before or after goes with it. Both prices
    rose by `risen` over the window, at least half of it beyond costs and market, and stand within `gap` at its end.
    `by_chance` is how likely so many rises may go together by chance alone.
    """

    rise: float = 0.005
    follow_days: int = 1
    least_rises: int = 4
    risen: float = 0.05
    gap: float = 0.05
    by_chance: float = 0.001


@dataclass(frozen=True, slots=True, kw_only=True)
class Rise:
    """One rise of ours and the rival's that goes with it: their days in the series, and their shares."""

    day: int
    share: float
    rival_day: int
    rival_share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What was seen, and whether it is a parallel rise beyond what costs and market explain.

    `why_not` names the first thing that speaks against it. `costs` and `market` are None where nobody knows them.
    """

    parallel: bool
    why_not: str | None
    own: float
    rival: float
    costs: float | None
    market: float | None
    gap: float
    rises: tuple[Rise, ...]
    own_rises: int
    by_chance: float


def converging(
    own: Series, rival: Series, *, costs: Series | None, market: Series | None, watch: Watch | None = None
) -> Finding:
    """Look at daily prices of ours and a rival's, our daily costs, and what all others ask in the middle.

    All series have one figure above 0 a day, the oldest first, and the same days. Without costs nothing is said: they
    might explain it all. Without a market there are only these two.
    """
    asked = watch or Watch()
    if len({len(own), len(rival), *(len(one) for one in (costs, market) if one is not None)}) != 1:
        raise ValueError("the series must have the same days")
    mine, theirs = _rises(own, asked.rise), _rises(rival, asked.rise)
    together = _together(mine, theirs, asked.follow_days)
    made = Finding(
        parallel=False,
        why_not=None,
        own=_change(own),
        rival=_change(rival),
        costs=None if costs is None else _change(costs),
        market=None if market is None else _change(market),
        gap=_gap(own, rival),
        rises=together,
        own_rises=len(mine),
        by_chance=_by_chance(len(together), len(mine), len(theirs), len(own), asked.follow_days),
    )
    why_not = _against(made, asked, len(own))
    return replace(made, parallel=why_not is None, why_not=why_not)


def _against(made: Finding, asked: Watch, days: int) -> str | None:
    least = min(made.own, made.rival)
    reasons = (
        (days < LEAST_DAYS, f"fewer than {LEAST_DAYS} days are known"),
        (least < asked.risen, "the prices have not both risen"),
        (made.costs is None, "our costs are not known"),
        (least - (made.costs or 0) < least / 2, "our costs rose as well"),
        (least - (made.market or 0) < least / 2, "the whole market rose"),
        (made.gap > asked.gap, "the prices stand too far apart"),
        (len(made.rises) < asked.least_rises, "too few rises go together"),
        (made.by_chance > asked.by_chance, "the rises may go together by chance"),
    )
    return next((why for holds, why in reasons if holds), None)


def _change(series: Series) -> float:
    """How much the last week is above the first."""
    first = series[:WEEK]
    return fmean(series[-WEEK:]) / fmean(first) - 1 if first else 0.0


def _gap(own: Series, rival: Series) -> float:
    last = list(zip(own, rival, strict=True))[-WEEK:]
    return fmean(abs(ours - theirs) / ours for ours, theirs in last) if last else 0.0


def _rises(series: Series, least: float) -> list[tuple[int, float]]:
    steps = ((day, series[day] / series[day - 1] - 1) for day in range(1, len(series)))
    return [(day, share) for day, share in steps if share >= least]


def _together(mine: list[tuple[int, float]], theirs: list[tuple[int, float]], within: int) -> tuple[Rise, ...]:
    """Our rises that one of theirs stands near, the nearest; each of theirs counts once."""
    free, found = dict(theirs), []
    for day, share in mine:
        near = min((one for one in free if abs(one - day) <= within), key=lambda one: abs(one - day), default=None)
        if near is not None:
            found.append(Rise(day=day, share=share, rival_day=near, rival_share=free.pop(near)))
    return tuple(found)


def _by_chance(together: int, mine: int, theirs: int, days: int, within: int) -> float:
    """How likely at least so many of our rises have one of theirs near, were theirs on days of their own."""
    odds = 1 - (1 - theirs / max(days - 1, 1)) ** (2 * within + 1)
    return sum(comb(mine, hits) * odds**hits * (1 - odds) ** (mine - hits) for hits in range(together, mine + 1))
