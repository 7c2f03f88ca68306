"""Step 5 of a decision: the highest lower bound and the lowest upper bound of each product, and which they are."""

from dataclasses import dataclass, fields

import numpy as np

from pricing.domain.kernel.codes import Binding
from pricing.domain.kernel.columns import Products
from pricing.domain.kernel.exact import (
    ENDLESS,
    Flags,
    Ints,
    Mask,
    Places,
    Quotient,
    codes,
    down_to,
    quotient,
    share,
    up_to,
)
from pricing.domain.plan import MILLION, BoundsPlan


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """Whole ticks: lower bounds are rounded up, upper ones down. Of equal ones the first counts, in `Binding`'s order.

    `minimum` is the product's own: the highest of its min, the policy's and the margin's floor, 0 without any.
    `maximum` is the lowest of its max and the policy's, 0 without any.
    """

    lower: Ints
    upper: Ints
    lower_by: Flags
    upper_by: Flags
    minimum: Ints
    maximum: Ints

    def at(self, rows: Places) -> "Bounds":
        """The bounds of some rows."""
        return Bounds(**{one.name: getattr(self, one.name)[rows] for one in fields(self)})


class _Tightest:
    """The tightest of the bounds taken so far, and its name."""

    def __init__(self, size: int, start: int) -> None:
        self.amounts: Ints = np.full(size, start, np.int64)
        self.by: Flags = np.zeros(size, np.uint8)

    def raised(self, amounts: Ints | int, binding: Binding) -> None:
        """Take a lower bound; 0 is none."""
        self._name(np.greater(amounts, self.amounts), binding)
        np.maximum(self.amounts, amounts, out=self.amounts)

    def lowered(self, amounts: Ints | int, binding: Binding, there: Mask | None = None) -> None:
        """Take an upper bound, where it is there; one below a whole tick is 0, and no price fits under it."""
        if there is not None and not there.all():
            amounts = amounts + np.multiply(~there, ENDLESS, dtype=np.int64)
        self._name(np.less(amounts, self.amounts), binding)
        np.minimum(self.amounts, amounts, out=self.amounts)

    def _name(self, tighter: Mask, binding: Binding) -> None:
        # Bounds are taken in the order of their names, so that the last tighter one has the highest.
        np.maximum(self.by, codes(tighter, binding), out=self.by)


def bounds_of(products: Products, plan: BoundsPlan, tick: int, floor: Ints | None = None) -> Bounds:
    """The bounds of each product, with the floor that a competitor sets (0 for none).

    Without its cost a product has no floor by cost here: the caller holds it.
    """
    lower, upper = _Tightest(len(products), 0), _Tightest(len(products), ENDLESS)
    if products.min_price is not None:
        lower.raised(up_to(products.min_price, tick), Binding.MIN_PRICE)
    if plan.min_price is not None:
        lower.raised(plan.min_price * tick, Binding.POLICY_MIN)
    # Cost stands before MAP here, so that what there is now is the product's own minimum.
    if products.cost is not None:
        _cost_floors(products.cost, plan, tick, lower)
    minimum = lower.amounts.copy()
    if plan.respect_map and products.map_price is not None:
        lower.raised(up_to(products.map_price, tick), Binding.MAP)
    if floor is not None:
        lower.raised(up_to(floor, tick), Binding.COMPETITOR_FLOOR)
    if products.max_price is not None:
        upper.lowered(down_to(products.max_price, tick), Binding.MAX_PRICE, products.max_price > 0)
    if plan.max_price is not None:
        upper.lowered(plan.max_price * tick, Binding.POLICY_MAX)
    maximum = upper.amounts * (upper.amounts != ENDLESS)
    if plan.respect_msrp and products.msrp is not None:
        upper.lowered(down_to(products.msrp, tick), Binding.MSRP, products.msrp > 0)
    _change_limits(products.measured_from, plan, tick, lower, upper)
    # Last, so that a bound somebody set is named before the range of all prices is.
    lower.raised(plan.valid_low * tick, Binding.VALID_LOW)
    upper.lowered(plan.valid_high * tick, Binding.VALID_HIGH)
    return Bounds(
        lower=lower.amounts,
        upper=upper.amounts,
        lower_by=lower.by,
        upper_by=upper.by,
        minimum=minimum,
        maximum=maximum,
    )


def cost_with_tax(cost: Ints, plan: BoundsPlan) -> Ints:
    """What a product costs where its price is compared with it, rounded up."""
    return share(cost, MILLION + plan.cost_tax_ppm, MILLION, up=True)


def _cost_floors(cost: Ints, plan: BoundsPlan, tick: int, lower: _Tightest) -> None:
    """The prices at which margin, markup and profit are what is asked, once tax is in the cost and the fee is paid."""
    taxed, left = MILLION + plan.cost_tax_ppm, MILLION - plan.channel_fee_ppm
    if plan.min_margin_ppm is not None:
        lower.raised(up_to(share(cost, taxed, left - plan.min_margin_ppm, up=True), tick), Binding.MIN_MARGIN)
    if plan.min_markup_ppm is not None:
        floor = quotient(cost, taxed, MILLION).share(MILLION + plan.min_markup_ppm, left, up=True)
        lower.raised(up_to(floor, tick), Binding.MIN_MARKUP)
    if plan.min_profit is not None:
        full = quotient(cost, taxed, MILLION)
        floor = Quotient(full.whole + plan.min_profit * tick, full.rest, full.parts).share(MILLION, left, up=True)
        lower.raised(up_to(np.where(cost > 0, floor, 0), tick), Binding.MIN_PROFIT)


def _change_limits(price: Ints, plan: BoundsPlan, tick: int, lower: _Tightest, upper: _Tightest) -> None:
    """A product without a price to measure from has none."""
    if plan.max_down_ppm is not None:
        lower.raised(up_to(share(price, MILLION - plan.max_down_ppm, MILLION, up=True), tick), Binding.LARGEST_CUT)
    if plan.max_down is not None:
        lower.raised(up_to(price.astype(np.int64) - plan.max_down * tick, tick), Binding.LARGEST_CUT)
    if plan.max_up_ppm is not None:
        upper.lowered(down_to(share(price, MILLION + plan.max_up_ppm, MILLION), tick), Binding.LARGEST_RISE, price > 0)
    if plan.max_up is not None:
        upper.lowered(down_to(price.astype(np.int64) + plan.max_up * tick, tick), Binding.LARGEST_RISE, price > 0)
