"""Make a captured price comparable with the shop's own: correction, tax basis, currency, pack, shipping.

The captured amounts stay as they are. Everything is exact until one rounding at the end, half to even, two digits
finer than the target currency's own: finer than any price, and the same in each replay.
"""

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from fractions import Fraction

from pricing.domain.competitor_rules import Correction, Corrections, TaxRule
from pricing.domain.market import Competitor, Normalised, Observation, Offer, ProductFacts
from pricing.domain.rates import Conversion, Rates
from shared.kernel.money import LARGEST, MINOR_UNITS

FINER = 2
"""Digits that a normalised amount has beyond its currency's."""
_SHOWN_RATE = 8
_DIGITS = 60
"""Enough for every amount and quote, so that the one rounding is the only one."""


class NotComparable(ArithmeticError):
    """What the rules make of a price is none that a shop can charge."""


@dataclass(frozen=True, slots=True)
class _Way:
    """Everything that is done to an amount after its correction, as one exact factor."""

    factor: Fraction
    tax: str
    conversion: Conversion | None
    pack: str


def normalised(
    seen: Observation, offer: Offer, competitor: Competitor | None, facts: ProductFacts, rates: Rates
) -> Normalised | None:
    """The price in the shop's currency, on its tax basis, for its pack; None where no rate is known.

    `NotComparable` when that is beyond every price.
    """
    if seen.item_price is None or not seen.item_price.is_finite():
        return None
    if seen.currency not in MINOR_UNITS or facts.currency not in MINOR_UNITS:
        return None
    conversion = None
    if seen.currency != facts.currency:
        conversion = rates.conversion(seen.currency, facts.currency, seen.captured_at)
        if conversion is None:
            return None
    way = _way(seen, offer, competitor, facts, conversion)
    item, listed, shipping, correction = _corrected(seen, competitor)
    return Normalised(
        item_price=_rounded(item * way.factor, facts.currency),
        list_price=None if listed is None else _rounded(listed * way.factor, facts.currency),
        landed_price=_rounded((item + (shipping or 0)) * way.factor, facts.currency),
        currency=facts.currency,
        correction=correction,
        tax=way.tax,
        rate=None if conversion is None else _decimal(conversion.factor, _SHOWN_RATE),
        rate_date=None if conversion is None else conversion.day,
        quote_from=None if conversion is None else conversion.quote_from,
        quote_to=None if conversion is None else conversion.quote_to,
        pack=way.pack,
    )


def comparable(seen: Observation, facts: ProductFacts) -> tuple[Decimal, Decimal] | None:
    """Item and landed price in the product's currency, or None when nobody knows what they are there."""
    made = seen.normalised
    if made is not None and made.currency == facts.currency:
        return made.item_price, made.landed_price
    if seen.currency != facts.currency or seen.item_price is None or seen.landed_price is None:
        return None
    return seen.item_price, seen.landed_price


def _corrected(
    seen: Observation, competitor: Competitor | None
) -> tuple[Fraction, Fraction | None, Fraction | None, str]:
    rules = Corrections() if competitor is None else competitor.corrections
    said: list[str] = []

    def one(name: str, captured: Decimal | None, rule: Correction | None) -> Fraction | None:
        # Nothing is corrected of what the page does not state.
        if captured is None or rule is None:
            return None if captured is None else Fraction(captured)
        said.append(f"{name} {rule}")
        return _applied(Fraction(captured), rule)

    item = one("item_price", seen.item_price, rules.item_price) or Fraction(0)
    listed = one("list_price", seen.list_price, rules.list_price)
    shipping = one("shipping", seen.shipping, rules.shipping)
    return item, listed, shipping, "; ".join(said)


def _applied(amount: Fraction, rule: Correction) -> Fraction:
    operand = Fraction(rule.operand)
    match rule.operation:
        case "add":
            return amount + operand
        case "subtract":
            return amount - operand
        case "multiply":
            return amount * operand
        case "divide":
            return amount / operand


def _way(
    seen: Observation, offer: Offer, competitor: Competitor | None, facts: ProductFacts, conversion: Conversion | None
) -> _Way:
    tax, tax_text = _tax(None if competitor is None else competitor.tax, facts)
    pack, pack_text = _pack(seen, offer, facts)
    rate = Fraction(1) if conversion is None else conversion.factor
    return _Way(tax * rate * pack, tax_text, conversion, pack_text)


def _tax(rule: TaxRule | None, facts: ProductFacts) -> tuple[Fraction, str]:
    if rule is None or facts.tax_basis is None or rule.basis == facts.tax_basis:
        return Fraction(1), ""
    gross = 1 + Fraction(rule.rate_percent) / 100
    if rule.basis == "including":
        return 1 / gross, f"without {rule.rate_percent:f} %"
    return gross, f"with {rule.rate_percent:f} %"


def _pack(seen: Observation, offer: Offer, facts: ProductFacts) -> tuple[Fraction, str]:
    """Our units for each of theirs. What only one side states is taken to be the same on the other."""
    ours, theirs = facts.pack_quantity, offer.pack_quantity or seen.pack
    if offer.pack_quantity is not None and ours is None:
        ours = 1
    if not ours or not theirs or ours == theirs:
        return Fraction(1), ""
    return Fraction(ours, theirs), f"{theirs}/{ours}"


def _rounded(amount: Fraction, currency: str) -> Decimal:
    if abs(amount) > LARGEST:
        raise NotComparable(f"correction, tax, rate and pack make {float(amount):.3g} {currency} of it")
    digits = MINOR_UNITS[currency]
    finer = _decimal(amount, digits + FINER)
    with localcontext(prec=_DIGITS):
        coarse = finer.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_EVEN)
    return coarse if coarse == finer else finer


def _decimal(value: Fraction, digits: int) -> Decimal:
    """The value at that many digits, half to even, exactly: not by way of a rounded quotient."""
    scaled = value * 10**digits
    with localcontext(prec=_DIGITS):
        return Decimal(round(scaled)).scaleb(-digits)
