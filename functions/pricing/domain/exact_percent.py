"""Percentages of exact amounts, rounded once, half to even, to two digits."""

from decimal import Decimal
from fractions import Fraction

DIGITS = 2


def share_of(part: Fraction, whole: Fraction) -> Decimal:
    """How many percent of the whole the part is."""
    return rounded(part / whole * 100)


def percent_of(price: Decimal | None, before: Decimal | None) -> Decimal | None:
    """How far a price is from another, in percent of that; None where there is nothing to measure from."""
    if price is None or before is None or not price.is_finite() or not before.is_finite() or before <= 0:
        return None
    return share_of(Fraction(price) - Fraction(before), Fraction(before))


def margin_of(price: Decimal | None, cost: Decimal | None) -> Decimal | None:
    """What of a price is not its cost, in percent; a cost of nothing is a cost nobody knows."""
    if price is None or cost is None or not price.is_finite() or not cost.is_finite() or price <= 0 or cost <= 0:
        return None
    return share_of(Fraction(price) - Fraction(cost), Fraction(price))


def rounded(value: Fraction) -> Decimal:
    """The value at two digits, half to even."""
    return Decimal(round(value * 10**DIGITS)).scaleb(-DIGITS)
