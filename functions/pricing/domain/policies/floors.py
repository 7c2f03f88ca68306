"""A product's standing bounds under a rule, in minor units: those that do not depend on the market."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor

from pricing.domain.market import ProductFacts
from pricing.domain.plan import MILLION, BoundsPlan, EndingPlan


@dataclass(frozen=True, slots=True)
class Band:
    """Between which prices a product may lie, and what says so; None is no bound."""

    low: int | None
    low_by: str
    high: int | None
    high_by: str

    @property
    def is_empty(self) -> bool:
        """Whether no price is left."""
        return self.low is not None and self.high is not None and self.low > self.high


def band(facts: ProductFacts, bounds: BoundsPlan, digits: int) -> Band:
    """The product's own, the policy's and the cost's bounds together: the highest lower, the lowest upper."""
    lows = [
        ("the product's minimum", _up(facts.min_price, digits)),
        ("min_price", bounds.min_price),
        ("MAP", _up(facts.map_price, digits) if bounds.respect_map else None),
        ("the floor over its cost", cost_floor(facts.cost, bounds, digits)),
    ]
    highs = [
        ("the product's maximum", _down(facts.max_price, digits)),
        ("max_price", bounds.max_price),
        ("MSRP", _down(facts.msrp, digits) if bounds.respect_msrp else None),
    ]
    low = max(((value, name) for name, value in lows if value), default=(None, ""))
    high = min(((value, name) for name, value in highs if value), default=(None, ""))
    return Band(low[0], low[1], high[0], high[1])


def has_floor(facts: ProductFacts, bounds: BoundsPlan) -> bool:
    """Whether something of its own holds a product's price from below; MAP and change limits do not."""
    return bool(facts.min_price or bounds.min_price or (bounds.needs_cost and facts.cost))


def cost_floor(cost: Decimal | None, bounds: BoundsPlan, digits: int) -> int | None:
    """The least price that leaves the wanted margin, markup and profit, rounded up; None without a cost or a wish."""
    if not cost or not bounds.needs_cost:
        return None
    full = Fraction(cost) * 10**digits * (MILLION + bounds.cost_tax_ppm) / MILLION
    kept = MILLION - bounds.channel_fee_ppm
    floors = [Fraction(0)]
    if bounds.min_margin_ppm is not None:
        floors.append(full * MILLION / (kept - bounds.min_margin_ppm))
    if bounds.min_markup_ppm is not None:
        floors.append(full * (MILLION + bounds.min_markup_ppm) / kept)
    if bounds.min_profit is not None:
        floors.append((full + bounds.min_profit) * MILLION / kept)
    return ceil(max(floors))


def fits(plan: EndingPlan, low: int, high: int) -> bool:
    """Whether a price with one of the endings lies between two prices."""
    return any(high - (high - one.rest) % one.every >= max(low, 1) for one in plan.endings)


def _up(amount: Decimal | None, digits: int) -> int | None:
    return None if amount is None else ceil(Fraction(amount) * 10**digits)


def _down(amount: Decimal | None, digits: int) -> int | None:
    return None if amount is None else floor(Fraction(amount) * 10**digits)
