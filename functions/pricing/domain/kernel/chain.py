"""What happens where a rule's lines do not reach their goal: gates of evidence, edge cases, the fallback chain."""

import numpy as np

from pricing.domain.kernel.choosing import blamed
from pricing.domain.kernel.codes import NOBODY, Binding, Note, ProductFlag
from pricing.domain.kernel.exact import Flags, Ints, Mask, Places, down_to
from pricing.domain.kernel.market import Market
from pricing.domain.kernel.references import aimed
from pricing.domain.kernel.view import rows_of
from pricing.domain.kernel.work import Work
from pricing.domain.plan import Action, EdgeAction, Edges, Line


def settle_goals(work: Work) -> None:
    """Give every product a target that it can be moved to, or hold it and say why."""
    pending = np.zeros(len(work.view), np.bool)
    unaimed = ~work.aims & ~work.held
    if unaimed.any():
        _blame(work, np.flatnonzero(unaimed), work.rule.lines)
        unaimed &= ~work.held
        pending |= _edge(work, unaimed, work.rule.edges.no_competition, Binding.NO_COMPETITION)
    if work.rule.edges != Edges(no_competition=work.rule.edges.no_competition):
        pending |= _market_edges(work)
    _contradictions(work, pending)
    if work.rule.fallbacks:
        pending |= work.aims & ~work.acted & ((work.target < work.bounds.lower) | (work.target > work.bounds.upper))
        _fall_back(work, pending & ~work.held)
    work.hold(~work.aims, Binding.NO_COMPETITION)
    # Why the chain was asked says nothing of a target that it found, or left as it was.
    work.binding *= (work.held | work.acted).view(np.uint8)


def end_loops(work: Work) -> None:
    """Aim each looping product that has a target at where its loop ends, where somebody knows that."""
    settles, flags = work.view.products.settles, work.view.products.flags
    if settles is None or flags is None:
        return
    rows = ((flags & np.uint8(ProductFlag.LOOPING)) != 0) & (settles > 0) & ~work.held
    _aim_at(work, rows, down_to(settles, work.view.batch.tick))
    work.binding[rows] = Binding.LOOP


def _blame(work: Work, rows: Places, lines: tuple[Line, ...]) -> None:
    """Hold the rows that have nothing to follow because of a gate of evidence."""
    view = rows_of(work.view, rows)
    binding = blamed(view, work.rule, lines, work.bounds.minimum[rows])
    closed = rows[binding != 0]
    work.held[closed] = True
    work.binding[closed] = binding[binding != 0]


def _edge(work: Work, rows: Mask, action: EdgeAction, binding: Binding) -> Mask:
    """Do what an edge case asks; returns the rows that go on to the fallback chain."""
    if action == "compute" or action == "fallback":  # noqa: PLR1714 - a set would not narrow the type
        work.binding[rows] = binding
        return rows
    _act(work, rows, action, np.where(rows, binding, work.binding).astype(np.uint8))
    return np.zeros(len(rows), np.bool)


def _market_edges(work: Work) -> Mask:
    pending = np.zeros(len(work.view), np.bool)
    open_rows = work.aims & ~work.acted & ~work.held & (work.bounds.minimum > 0)
    lowest, minimum, edges = work.market.lowest.amounts, work.bounds.minimum, work.rule.edges
    for action, applies, binding in (
        (edges.competitor_below_min, (lowest > 0) & (lowest < minimum), Binding.COMPETITOR_BELOW_MIN),
        (edges.competitor_equals_min, lowest == minimum, Binding.COMPETITOR_EQUALS_MIN),
        (edges.own_equals_min, work.view.products.price == minimum, Binding.OWN_EQUALS_MIN),
    ):
        if action != "compute":
            rows = open_rows & applies
            open_rows &= ~rows
            pending |= _edge(work, rows, action, binding)
    return pending


def _act(work: Work, rows: Mask, action: Action, binding: Flags) -> None:
    """Keep the price, or aim at an amount of the product's own; without that amount the price is kept."""
    amounts = _amounts(work, action)
    there = rows & (amounts > 0)
    _aim_at(work, there, amounts)
    work.held |= rows & ~there
    np.copyto(work.binding, binding, where=rows)


def _aim_at(work: Work, rows: Mask, amounts: Ints) -> None:
    """Aim at amounts that no line made."""
    np.copyto(work.target, amounts, where=rows)
    work.reference = np.where(rows, 0, work.reference)
    work.offer = np.where(rows, NOBODY, work.offer)
    work.line = np.where(rows, np.int16(NOBODY), work.line)
    work.aims |= rows
    work.acted |= rows
    work.note(rows, Note.ACTION)


def _amounts(work: Work, action: Action) -> Ints:
    nothing = np.zeros(len(work.view), np.int64)
    products, tick = work.view.products, work.view.batch.tick
    match action:
        case "keep":
            return nothing
        case "min":
            return work.bounds.minimum
        case "max":
            return work.bounds.maximum
        case "msrp":
            return nothing if products.msrp is None else down_to(products.msrp, tick)
        case "learned":
            return nothing if products.learned is None else down_to(products.learned, tick)


def _contradictions(work: Work, pending: Mask) -> None:
    """Bounds that contradict hold whatever has a target, or would seek one in the chain."""
    conflict = work.bounds.lower > work.bounds.upper
    if conflict.any():
        seeks = work.aims | pending if work.rule.fallbacks else work.aims
        work.hold(conflict & seeks, Binding.CONTRADICTION)


def _fall_back(work: Work, pending: Mask) -> None:
    """Ask the chain, step by step, for the rows that did not reach their goal."""
    low, bounds = work.target < work.bounds.lower, work.bounds
    bound = np.where(low, bounds.lower_by, bounds.upper_by)
    why = np.where(work.binding != Binding.NONE, work.binding, bound).astype(np.uint8)
    for place, step in enumerate(work.rule.fallbacks, start=len(work.rule.lines)):
        if not pending.any():
            return
        if isinstance(step, Line):
            _try_line(work, pending, step, place)
        else:
            _act(work, pending, step, why)
            return


def _try_line(work: Work, pending: Mask, line: Line, place: int) -> None:
    """Aim at a line where its target lies inside the bounds; the first target that a row ever has is remembered."""
    rows = np.flatnonzero(pending)
    view = rows_of(work.view, rows)
    bounds = work.bounds.at(rows)
    made = aimed(line, Market(view, work.rule, bounds.minimum), bounds)
    there = made.reference > 0
    inside = there & (made.target >= bounds.lower) & (made.target <= bounds.upper)
    first = ~work.aims[rows]
    taken = inside | (there & first)
    chosen = rows[taken]
    work.target[chosen] = made.target[taken]
    work.reference[chosen] = made.reference[taken]
    work.offer[chosen] = view.in_batch(made.offer)[taken]
    work.line[chosen] = place
    work.aims[chosen] = True
    pending[rows[inside]] = False
    _lacking(work, rows[first & ~there], line)
    pending &= ~work.held


def _lacking(work: Work, rows: Places, line: Line) -> None:
    """Hold the rows that give a line of the chain nothing to start from for want of evidence, or of a cost."""
    if line.reference.kind == "cost_plus":
        work.held[rows] = True
        work.binding[rows] = Binding.COST
    elif len(rows):
        _blame(work, rows, (line,))
