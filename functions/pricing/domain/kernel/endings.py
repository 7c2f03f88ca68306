"""Step 7 of a decision: the price with the wanted ending, chosen inside the bounds."""

import numpy as np

from pricing.domain.kernel.exact import Ints, Mask
from pricing.domain.plan import EndingPlan

_NONE_BELOW = -1


def ended(amounts: Ints, lower: Ints, upper: Ints, plan: EndingPlan, tick: int) -> tuple[Ints, Mask]:
    """Amounts inside their bounds, given the plan's endings inside them too; and where none lies there (kept)."""
    below, above = _nearest(amounts, plan, tick)
    # What lies below the lower bound is out, and so is everything further down; the same holds upwards.
    has_below, has_above = below >= lower, above <= upper
    if plan.prefer == "lower":
        take_below = has_below
    elif plan.prefer == "higher":
        take_below = has_below & ~has_above
    else:
        take_below = has_below & (~has_above | (amounts - below <= above - amounts))
    none = ~(has_below | has_above)
    return np.where(none, amounts, np.where(take_below, below, above)), none


def unbounded(amounts: Ints, plan: EndingPlan, tick: int) -> Ints:
    """The amounts with the plan's endings, were there no bounds; what is below the least price has no ending."""
    made = _unbounded(amounts, plan, tick)
    nothing = amounts < tick
    if nothing.any():
        made[nothing] = amounts[nothing]
    return made


def _unbounded(amounts: Ints, plan: EndingPlan, tick: int) -> Ints:
    if plan.prefer == "lower" and len(plan.endings) == 1:
        one = plan.endings[0]
        every = one.every * tick
        below = (amounts - one.rest * tick) // every
        below *= every
        below += one.rest * tick
        return np.where(below > 0, below, below + every)
    below, above = _nearest(amounts, plan, tick)
    if plan.prefer == "lower":
        return np.where(below > 0, below, above)
    if plan.prefer == "higher":
        return above
    return np.where((below > 0) & (amounts - below <= above - amounts), below, above)


def _nearest(amounts: Ints, plan: EndingPlan, tick: int) -> tuple[Ints, Ints]:
    """The highest amount with an ending that is not above, and the lowest that is not below."""
    below, above = np.full(len(amounts), _NONE_BELOW), np.full(len(amounts), np.iinfo(np.int64).max)
    for one in plan.endings:
        every, rest = one.every * tick, one.rest * tick
        under = (amounts - rest) // every * every + rest
        np.maximum(below, under, out=below)
        np.minimum(above, np.where(under == amounts, under, under + every), out=above)
    return below, above
