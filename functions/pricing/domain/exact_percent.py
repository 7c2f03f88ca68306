"""Percentages of exact amounts, rounded once, half to even, to two digits."""

from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from fractions import Fraction

DIGITS = 2
_ROOM = 80
_WORKING = 40
"""Digits that a sum of many quotients keeps: so many more than are shown that its one rounding is the true one."""

ONE: int = 10**_WORKING


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


def scaled(value: Fraction) -> int:
    """The value in units of which `ONE` make one, so that a million of them can be added without growing fractions."""
    return round(value * ONE)


def mean(total: int, count: int) -> Decimal:
    """The mean of so many scaled values at two digits. What the scaling cut off is rounded away first."""
    with localcontext(prec=_ROOM):
        exact = Decimal(round(Fraction(total, count))).scaleb(-_WORKING)
        fine = exact.quantize(Decimal(1).scaleb(-_WORKING // 2), ROUND_HALF_EVEN)
        return fine.quantize(Decimal(1).scaleb(-DIGITS), ROUND_HALF_EVEN)
