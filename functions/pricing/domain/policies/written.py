"""Amounts as people write them, and the whole numbers that are computed with: exact, or refused."""

from decimal import Context, Decimal

from pricing.domain.plan import MILLION
from pricing.domain.plan import Ending as PlanEnding
from pricing.domain.policies.limits import how_far

_WIDE = Context(prec=60)
_PERCENT = MILLION // 100
MOST_ENDING_DIGITS = 6


class NotExact(ValueError):
    """A number with more digits than can be computed with, or none that can be an amount."""


def scaled(value: Decimal, digits: int, what: str) -> int:
    """A number as a whole number of its `digits`-th decimals."""
    if (beyond := how_far(value)) is not None:
        raise NotExact(f"{value} is not {what}: {beyond}")
    moved = _WIDE.scaleb(value, digits)
    whole = moved.to_integral_value()
    if whole != moved:
        raise NotExact(f"{value:f} has more decimals than {what} can have: {digits}")
    return int(whole)


def minor(value: Decimal, digits: int, currency: str) -> int:
    """An amount in minor units of its currency."""
    return scaled(value, digits, f"an amount in {currency}")


def ppm(percent: Decimal) -> int:
    """A percentage in millionths: 12.345 % is 123 450."""
    return scaled(percent, 4, "a percentage")


def minutes(hours: Decimal) -> int:
    """Hours in whole minutes."""
    if (beyond := how_far(hours)) is not None:
        raise NotExact(f"{hours} is not a time: {beyond}")
    return scaled(_WIDE.multiply(hours, Decimal(60)), 0, "a time in whole minutes")


def ending(text: str, digits: int, currency: str) -> PlanEnding:
    """Prices whose text ends like this: `.99` and `0.99` are the decimals, `9` the last digit that is written."""
    plain = text[1:] if text.startswith("0.") else text
    whole, point, decimals = plain.partition(".")
    figures = whole + decimals
    if not figures.isascii() or not figures.isdigit() or len(figures) > MOST_ENDING_DIGITS:
        raise NotExact(f"«{text}» is no ending of a price; write it like .99 or 9")
    if point and len(decimals) != digits:
        raise NotExact(f"«{text}» is no ending in {currency}, whose prices have {digits} decimals")
    return PlanEnding(int(figures), 10 ** len(figures))
