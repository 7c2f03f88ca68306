"""Amounts of money in whole units: hundredths of a minor unit, as fine as prices are ever normalised."""

from decimal import Decimal

from pricing.domain.normalise import FINER
from shared.kernel.money import LARGEST, MINOR_UNITS

TICK: int = 10**FINER
"""Units of one minor unit. Every batch has the same, so that a product is decided alone as it is among others."""
UNUSABLE = -1


def scale_of(currency: str) -> int:
    """Digits after the point that a unit of the currency has."""
    return MINOR_UNITS.get(currency, 2) + FINER


def units_of(amount: Decimal | None, scale: int) -> int:
    """The amount in units, 0 for none; `UNUSABLE` when it is none that a shop can have, or not whole in units."""
    if amount is None:
        return 0
    if not amount.is_finite() or not 0 <= amount <= LARGEST:
        return UNUSABLE
    unit: int = 10**scale
    over, under = amount.as_integer_ratio()
    whole, rest = divmod(over * unit, under)
    return UNUSABLE if rest else whole


def nearest_units(amount: Decimal, scale: int) -> int:
    """A captured amount in units, half to even as every normalised one is; `UNUSABLE` beyond every price."""
    if not amount.is_finite() or abs(amount) > LARGEST:
        return UNUSABLE
    unit: int = 10**scale
    over, under = amount.as_integer_ratio()
    if under == 1:
        return over * unit
    whole, rest = divmod(over * unit, under)
    return whole + (2 * rest > under or (2 * rest == under and whole % 2 == 1)) if rest else whole


def amount_of(units: int, scale: int) -> Decimal:
    """The amount that units make, with the digits of its currency, or the finer ones where it needs them."""
    if units % TICK == 0:
        return Decimal(units // TICK).scaleb(FINER - scale)
    return Decimal(units).scaleb(-scale)


def in_words(units: int, scale: int) -> str:
    """The amount as a decision shows it; «none» for 0."""
    if units == 0:
        return "none"
    digits = scale
    if units % TICK == 0:
        units, digits = units // TICK, scale - FINER
    whole, rest = divmod(units, 10**digits)
    return f"{whole}.{rest:0{digits}d}" if digits else str(whole)
