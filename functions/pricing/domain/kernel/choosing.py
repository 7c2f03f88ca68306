"""Steps 3 and 4 of a decision for a whole rule: its lines, and which of their targets counts."""

import numpy as np

from pricing.domain.kernel.codes import GATES_OF_EVIDENCE, NOBODY
from pricing.domain.kernel.exact import Flags, Ints, Mask, Places, down_to
from pricing.domain.kernel.gates import competitors_of, fulfilled_by, gates
from pricing.domain.kernel.references import aimed
from pricing.domain.kernel.view import View
from pricing.domain.kernel.work import Work
from pricing.domain.plan import Choice, Line, Reference, RulePlan

_FARTHEST = np.iinfo(np.int64).max


def choose(work: Work) -> None:
    """Aim each product at what the rule's lines say, where they find a reference."""
    lines = work.rule.lines
    made = [aimed(line, work.market, work.bounds) for line in lines]
    if len(lines) == 1:
        # Copies: what is written here later must not reach a product's own columns.
        work.target, work.reference = made[0].target.astype(np.int64), made[0].reference.astype(np.int64)
        work.offer = work.view.in_batch(made[0].offer)
        work.aims = made[0].reference > 0
        work.line = np.where(work.aims, np.int16(0), np.int16(NOBODY))
        return
    there = np.stack([one.reference > 0 for one in made])
    targets = np.stack([one.target for one in made]).astype(np.int64)
    place = _chosen(work.rule.choose, targets, there, work.view.products.price)
    columns = np.arange(len(work.view))
    work.aims = there.any(axis=0)
    work.line = np.where(work.aims, place, NOBODY).astype(np.int16)
    work.target = np.where(work.aims, targets[place, columns], 0)
    if work.rule.choose == "average":
        work.target = _average(targets, there, work.view.batch.tick)
    work.reference = np.where(work.aims, np.stack([one.reference for one in made])[place, columns], 0)
    offer = np.where(work.aims, np.stack([one.offer for one in made])[place, columns], NOBODY)
    work.offer = work.view.in_batch(offer)


def _chosen(choice: Choice, targets: Ints, there: Mask, price: Ints) -> Places:
    """The line of each product; of equal ones the first. Closest is to the present price, and the lower of two."""
    if choice == "average":
        return there.argmax(axis=0)
    if choice == "highest":
        return np.where(there, targets, -_FARTHEST).argmax(axis=0)
    lowest = np.where(there, targets, _FARTHEST)
    if choice == "lowest":
        return lowest.argmin(axis=0)
    distance = np.where(there, np.abs(targets - price), _FARTHEST)
    # Without a present price nothing is closest to it: the lowest is taken.
    near = (distance == distance.min(axis=0)) | (price == 0)
    return np.where(near, lowest, _FARTHEST).argmin(axis=0)


def _average(targets: Ints, there: Mask, tick: int) -> Ints:
    count = np.maximum(there.sum(axis=0), 1)
    present = np.where(there, targets, 0)
    whole = present // count
    rests = (present - whole * count).sum(axis=0)
    return down_to(whole.sum(axis=0) + rests // count, tick)


def blamed(view: View, rule: RulePlan, lines: tuple[Line, ...], minimum: Ints) -> Flags:
    """The gate of evidence that kept a reference from each product, as a binding; 0 where none did."""
    binding = np.zeros(len(view), np.uint8)
    asked = [line.reference for line in lines if line.reference.needs_market]
    if not asked:
        return binding
    code = gates(view, rule, minimum)
    if all(reference.kind == "named" or reference.fulfilments for reference in asked):
        code[~np.logical_or.reduce([_might_follow(view, reference) for reference in asked])] = 0
    owners = np.repeat(np.arange(len(view)), view.counts)
    for gate, name in reversed(GATES_OF_EVIDENCE):
        binding[owners[code == gate]] = name
    return binding


def _might_follow(view: View, reference: Reference) -> Mask:
    """The offers that a reference would look at, were all gates open."""
    wanted: Mask = np.ones(len(view.offers), np.bool)
    if reference.kind == "named":
        named = [view.batch.competitors.get(one, NOBODY) for one in reference.competitors]
        wanted = np.isin(competitors_of(view.offers), named)
    return wanted & fulfilled_by(view, reference.fulfilments) if reference.fulfilments else wanted
