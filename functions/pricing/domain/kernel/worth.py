"""Steps 8 to 10 of a decision: belief, compliance, whether a move is worth it, and who must look at it."""

import numpy as np

from pricing.domain.kernel.bounds import cost_with_tax
from pricing.domain.kernel.codes import Binding, ProductFlag, Route
from pricing.domain.kernel.exact import Flags, Ints, Mask, codes, share
from pricing.domain.kernel.work import Work
from pricing.domain.plan import MILLION


def stop(work: Work) -> None:
    """Hold what is out of automatic pricing: nothing else is asked of it."""
    _hold_flagged(work, None, ProductFlag.LOCKED, Binding.LOCK)
    _hold_flagged(work, None, ProductFlag.IN_PROMOTION, Binding.PROMOTION)


class Moved:
    """How far prices are from the present ones, and from those of their base where they have one.

    The larger share counts: many small moves make a large one, and a way back is no smaller than the way there.
    """

    def __init__(self, work: Work, price: Ints) -> None:
        products = work.view.products
        starts = [products.price] if products.base is None else [products.price, products.measured_from]
        self._ways = [(start, np.abs(price - start)) for start in starts]

    def beyond(self, ppm: int) -> Mask:
        """The rows that moved by more than a share."""
        # Of whole numbers, d > x is the same as d > floor(x): the shares need no fraction.
        first, *others = (size > share(start, ppm, MILLION) for start, size in self._ways)
        for far in others:
            first |= far
        return first


def disbelieve(work: Work, price: Ints, moved: Moved) -> None:
    """Hold moves too large to be believed; before compliance, which would call a misread page a sale below cost."""
    far = moved.beyond(work.rule.routing.quarantine_above_ppm)
    if far.any():
        present = work.view.products.price
        work.hold(far & (present > 0) & (price != present), Binding.BELIEF)


def comply(work: Work, price: Ints) -> None:
    """Hold what must never be published."""
    asked, products = work.rule.compliance, work.view.products
    if asked.below_cost and products.cost is not None:
        _hold_where(work, price < cost_with_tax(products.cost, work.rule.bounds), Binding.BELOW_COST)
    if asked.below_map and products.map_price is not None:
        _hold_where(work, price < products.map_price, Binding.BELOW_MAP)


def weigh(work: Work, price: Ints, freezer: Ints | None) -> None:
    """Hold what another seller or an agreement has stopped, and moves not worth it; the strongest is named.

    `freezer` is what the competitor asks at least who holds prices while nobody is cheaper, 0 for nothing.
    """
    products, rule = work.view.products, work.rule
    move = price - products.price
    moves = move != 0
    if freezer is not None:
        _freeze(work, moves, freezer)
    if products.flags is not None:
        ends = work.acted & (work.binding == Binding.LOOP)
        _hold_flagged(work, moves & ~ends, ProductFlag.LOOPING, Binding.LOOP)
        _hold_flagged(work, moves, ProductFlag.OUT_OF_SCHEDULE, Binding.SCHEDULE)
    since = products.minutes_since_change
    if rule.min_gap_minutes and since is not None:
        work.hold((since >= 0) & (since < rule.min_gap_minutes) & moves, Binding.MIN_GAP)
    if rule.smallest_move:
        least = rule.smallest_move * work.view.batch.tick
        small = moves & (np.abs(move) < least) & (products.price > 0)
        if work.kin is not None:
            # A family moves as soon as one of its moves is worth it.
            small &= ~work.kin.all_of(moves & ~small & ~work.held)
        work.hold(small, Binding.SMALLEST_MOVE)


def _freeze(work: Work, moves: Mask, theirs: Ints) -> None:
    products = work.view.products
    lowest = work.market.lowest.amounts
    leads = (theirs > 0) & ((lowest == 0) | (theirs <= lowest))
    # The product's own minimum always wins.
    _hold_where(work, leads & moves & (products.price > 0) & (products.price >= work.bounds.minimum), Binding.FREEZE)


def routed(work: Work, price: Ints, moved: Moved, unguarded: Mask | None = None) -> Flags:
    """Who must look at each product: nobody where the price stays, except at a move that was not believed.

    Somebody looks at every move that is `unguarded`.
    """
    routing, present = work.rule.routing, work.view.products.price
    # Bytes are added and compared instead of chosen by masks, which costs several times as much.
    route = codes(moved.beyond(routing.auto_within_ppm), Route.REVIEW - Route.AUTO)
    route += np.uint8(Route.AUTO)
    np.maximum(route, codes(moved.beyond(routing.manager_above_ppm), Route.MANAGER), out=route)
    np.maximum(route, codes(work.bounds.minimum == 0, Route.REVIEW), out=route)
    if unguarded is not None:
        np.maximum(route, codes(unguarded, Route.REVIEW), out=route)
    unpriced = present == 0
    if unpriced.any():
        route[unpriced] = Route.REVIEW
    route *= ((price != present) & ~work.held).view(np.uint8)
    if work.kin is not None:
        strictest = np.zeros(work.kin.size + 1, np.uint8)
        np.maximum.at(strictest, work.kin.family, route * (work.kin.family >= 0))
        np.maximum(route, strictest[work.kin.family], out=route, where=route != Route.NONE)
    route += codes(work.binding == Binding.BELIEF, Route.QUARANTINE)
    return route


def _hold_flagged(work: Work, among: Mask | None, flag: ProductFlag, binding: Binding) -> None:
    flags = work.view.products.flags
    if flags is not None:
        marked = (flags & np.uint8(flag)) != 0
        _hold_where(work, marked if among is None else marked & among, binding)


def _hold_where(work: Work, rows: Mask, binding: Binding) -> None:
    if rows.any():
        work.hold(rows, binding)
