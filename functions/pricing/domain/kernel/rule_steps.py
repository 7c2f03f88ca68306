"""The steps of a price decision, once and in their order, for all products of one rule."""

import numpy as np

from pricing.domain.kernel.bounds import bounds_of
from pricing.domain.kernel.chain import end_loops, settle_goals
from pricing.domain.kernel.choosing import choose
from pricing.domain.kernel.codes import Binding, Note, ProductFlag, Reason
from pricing.domain.kernel.endings import ended, unbounded
from pricing.domain.kernel.exact import Flags, Ints, Mask
from pricing.domain.kernel.families import join_families
from pricing.domain.kernel.guards import Guards
from pricing.domain.kernel.view import View
from pricing.domain.kernel.work import Work, started
from pricing.domain.kernel.worth import Moved, comply, disbelieve, routed, stop, weigh
from pricing.domain.plan import RulePlan


def decided(view: View, rule: RulePlan) -> tuple[Work, Ints, Flags, Flags]:
    """The finished work with prices, reasons and routes; a price of 0 is none: the product has no price to keep."""
    guards = Guards(view, rule)
    work = started(view, rule, bounds_of(view.products, rule.bounds, view.batch.tick, guards.floor))
    _gate_products(work)
    choose(work)
    if work.held.any():
        work.forget(work.held)
    settle_goals(work)
    end_loops(work)
    join_families(work)
    price = _price(work)
    stop(work)
    moved = Moved(work, price)
    disbelieve(work, price, moved)
    comply(work, price)
    weigh(work, price, guards.freezer)
    route = routed(work, price, moved, guards.unknown)
    # Whatever is held, or was made by an action, has a binding, and each binding gives a reason.
    reason = work.reasons + (work.binding == 0).view(np.uint8) * _followed(work)
    work.note(reason <= Reason.MATCH_LOWEST, Note.GOAL)
    work.note(work.bounds.minimum == 0, Note.NO_MINIMUM)
    if guards.unknown is not None:
        work.note(guards.unknown, Note.GUARD_UNKNOWN)
    return work, np.where(work.held, view.products.price, price), reason, route


def _gate_products(work: Work) -> None:
    """Hold products in another currency, and those without a cost where the rule is bound to it."""
    products, rule = work.view.products, work.rule
    if products.flags is not None:
        work.hold((products.flags & np.uint8(ProductFlag.OTHER_CURRENCY)) != 0, Binding.CURRENCY)
    by_cost = any(line.reference.kind == "cost_plus" for line in rule.lines)
    if by_cost or rule.bounds.needs_cost:
        unknown = np.ones(len(work.view), np.bool) if products.cost is None else products.cost == 0
        work.hold(unknown, Binding.COST)


def _price(work: Work) -> Ints:
    """Steps 6 and 7: the target inside the bounds, then its ending; the bound that moved it becomes the binding."""
    bounds, target, plan, tick = work.bounds, work.target, work.rule.ending, work.view.batch.tick
    clamped = np.minimum(np.maximum(target, bounds.lower), bounds.upper)
    wanted, price = target, clamped
    if plan is not None:
        wanted = unbounded(target, plan, tick)
        price = wanted.copy()
        # Where the free choice lies inside the bounds and nothing was clamped, it is the choice.
        rows = np.flatnonzero((clamped != target) | (wanted < bounds.lower) | (wanted > bounds.upper))
        if len(rows):
            price[rows], none = ended(clamped[rows], bounds.lower[rows], bounds.upper[rows], plan, tick)
            if none.any():
                kept = np.zeros(len(target), np.bool)
                kept[rows[none]] = True
                work.note(kept & ~work.held, Note.NO_ENDING)
                wanted[kept] = target[kept]
    _bind(work, price > wanted, bounds.lower_by)
    _bind(work, price < wanted, bounds.upper_by)
    return price


def _bind(work: Work, rows: Mask, names: Flags) -> None:
    """Name the bound that moved a price; a price that only the valid range stopped is no price."""
    rows = rows & ~work.held
    work.binding |= (rows & ~work.acted).view(np.uint8) * names
    outside = rows & ((names == Binding.VALID_LOW) | (names == Binding.VALID_HIGH))
    if outside.any():
        work.held |= outside
        work.binding[outside] = names[outside]


def _followed(work: Work) -> Flags | np.uint8:
    """What a product says whose target was reached: it beats its reference, or matches it."""
    lines = [*work.rule.lines, *work.rule.fallbacks]
    below = [not isinstance(line, str) and line.relation == "below" for line in lines]
    if all(below):
        return np.uint8(Reason.BEAT_LOWEST)
    names = np.where(below, Reason.BEAT_LOWEST, Reason.MATCH_LOWEST).astype(np.uint8)
    return names[work.line]
