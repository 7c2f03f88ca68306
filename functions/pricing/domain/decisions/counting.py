"""One decision in figures: how far it moves, and where that leaves us in the market."""

from dataclasses import dataclass
from decimal import Decimal

from pricing.domain.decision import Decision
from pricing.domain.decisions.amounts import scale_of, units_of
from pricing.domain.decisions.inputs import Inputs

FINE = 10**15
"""Shares are added in these parts: exact fractions of a million products have a denominator as long as a book."""


@dataclass(frozen=True, slots=True)
class Counted:
    """One decision in figures: how far it moves, and where it leaves us. Shares are whole parts of `FINE`."""

    decision: Decision
    moved: Decimal | None = None
    share: int = 0
    index: int | None = None
    margin: int | None = None
    earned: Decimal = Decimal(0)
    turned_over: Decimal = Decimal(0)


def counted(inputs: Inputs, decision: Decision) -> Counted:
    """A decision with what it was made from, in figures."""
    price, before = decision.price, decision.current
    if price is None or price <= 0:
        return Counted(decision)
    moved, share = None, 0
    if before is not None and before > 0 and price != before:
        moved, share = price - before, _share(price - before, before)
    landed = [seen.landed for seen in inputs.offers if not seen.marks and seen.landed > 0]
    index = None
    if landed:
        ours = units_of(price, scale_of(inputs.facts.currency))
        index = nearest(ours * len(landed) * FINE, sum(landed))
    cost, sold = inputs.facts.cost, inputs.facts.sold_28d
    if cost is None or not cost.is_finite() or cost <= 0:
        return Counted(decision, moved, share, index)
    sales = Decimal(sold or 0)
    return Counted(decision, moved, share, index, _share(price - cost, price), (price - cost) * sales, price * sales)


def _share(part: Decimal, whole: Decimal) -> int:
    over, under = part.as_integer_ratio()
    whole_over, whole_under = whole.as_integer_ratio()
    return nearest(over * whole_under * FINE, under * whole_over)


def nearest(over: int, under: int) -> int:
    """The nearest whole number of a quotient; of two as near the upper one."""
    return (2 * over + under) // (2 * under)
