"""One price for a family: its products take one of their targets, inside the bounds of all of them."""

import numpy as np

from pricing.domain.kernel.codes import NOBODY, Binding, Note, ProductFlag
from pricing.domain.kernel.exact import Flags, Ints, Mask, Places, down_to
from pricing.domain.kernel.work import Kin, Work

_STOPS = (Binding.CURRENCY, Binding.COST)
"""What makes a price impossible for one product, and so for its family."""
_APART = ProductFlag.LOCKED | ProductFlag.IN_PROMOTION


def join_families(work: Work) -> None:
    """Give the products of each family one target and the bounds of all, or hold them all and say why.

    A product that is locked or in a promotion stands apart: it has no automatic price. One that finds nothing to
    follow, or keeps its price by its rule, takes its family's. A product whose currency or cost leaves it without a
    price holds its family. Where no product of a family has a target, each is held as it is.
    """
    family = work.view.products.family
    if work.rule.same_price is None or family is None:
        return
    members = family >= 0
    if work.view.products.flags is not None:
        members &= (work.view.products.flags & np.uint8(_APART)) == 0
    rows = np.flatnonzero(members)
    names, groups = np.unique(family[rows], return_inverse=True)
    kin = Kin(np.full(len(work.view), NOBODY), len(names))
    kin.family[rows] = groups
    work.kin = kin
    work.note(members & (np.append(np.bincount(groups, minlength=len(names)) > 1, False)[kin.family]), Note.FAMILY)
    stopped = np.zeros(len(work.view), np.bool)
    for binding in _STOPS:
        fresh = kin.all_of(members & work.held & (work.binding == binding) & ~stopped) & ~stopped
        work.binding[fresh] = binding
        work.held |= fresh
        stopped |= fresh
    _follow(work, members & ~stopped, kin)


def _follow(work: Work, members: Mask, kin: Kin) -> None:
    """Every member takes what the one that its family follows has, but for the offer, which is another's."""
    givers = np.flatnonzero(members & work.aims & ~work.held)
    if not len(givers):
        return
    targets, leaders = _leaders(work, givers, kin)
    takers = np.flatnonzero(members & np.append(leaders != NOBODY, False)[kin.family])
    groups = kin.family[takers]
    leader = leaders[groups]
    work.target[takers] = targets[groups]
    work.offer[takers] = np.where(takers == leader, work.offer[leader], NOBODY)
    for column in (work.reference, work.line, work.acted, work.binding):
        column[takers] = column[leader]
    work.aims[takers] = True
    work.held[takers] = False
    work.notes[takers] = (work.notes[takers] & ~np.uint8(Note.ACTION)) | (work.notes[leader] & np.uint8(Note.ACTION))
    _meet(work, takers, groups, kin.size)
    work.hold(work.bounds.lower > work.bounds.upper, Binding.CONTRADICTION)


def _leaders(work: Work, givers: Places, kin: Kin) -> tuple[Ints, Places]:
    """The target of each family and the row that it comes from (an average: the first), `NOBODY` for none."""
    targets, groups = work.target[givers], kin.family[givers]
    key = {"lowest": targets, "highest": -targets, "average": np.zeros(len(givers), np.int64)}
    order = np.lexsort((givers, key[work.rule.same_price or "lowest"], groups))
    found, first = np.unique(groups[order], return_index=True)
    leaders, amounts = np.full(kin.size, NOBODY), np.zeros(kin.size, np.int64)
    leaders[found] = givers[order[first]]
    amounts[found] = work.target[leaders[found]]
    if work.rule.same_price == "average":
        count = np.maximum(np.bincount(groups, minlength=kin.size), 1)
        wholes, rests = np.zeros(kin.size, np.int64), np.zeros(kin.size, np.int64)
        # Quotients and rests apart: a sum of the targets themselves might not fit.
        np.add.at(wholes, groups, targets // count[groups])
        np.add.at(rests, groups, targets % count[groups])
        amounts = down_to(wholes + rests // count, work.view.batch.tick)
    return amounts, leaders


def _meet(work: Work, takers: Places, groups: Places, size: int) -> None:
    """Bounds that all members keep; of equal ones the first in the order of bounds is named."""
    bounds = work.bounds
    lower, lower_by = _tightest(-bounds.lower[takers], bounds.lower_by[takers], groups, size)
    upper, upper_by = _tightest(bounds.upper[takers], bounds.upper_by[takers], groups, size)
    bounds.lower[takers], bounds.lower_by[takers] = -lower[groups], lower_by[groups]
    bounds.upper[takers], bounds.upper_by[takers] = upper[groups], upper_by[groups]


def _tightest(amounts: Ints, names: Flags, groups: Places, size: int) -> tuple[Ints, Flags]:
    order = np.lexsort((names, amounts, groups))
    found, first = np.unique(groups[order], return_index=True)
    least, by = np.zeros(size, np.int64), np.zeros(size, np.uint8)
    least[found], by[found] = amounts[order[first]], names[order[first]]
    return least, by
