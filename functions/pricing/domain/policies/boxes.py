"""Conditions as boxes, one region for each field, so that one can be taken away from another exactly.

What grows too large is given up, and then nothing is claimed: whatever is said here of two conditions is true.
"""

from collections.abc import Mapping

from pricing.domain.policies.document import Condition
from pricing.domain.policies.regions import EVERYTHING, Region, Work, region

MOST_BOXES = 64

type Box = Mapping[str, Region]
type Boxes = list[Box]

ANYTHING: Box = {}
_TAG = "tags: "


class TooLarge(Exception):
    """A condition, or a difference of two, that falls into too many boxes to be followed."""


def boxes(condition: Condition | None, work: Work, *, holds: bool = True) -> Boxes:
    """The boxes that a condition is the union of, or what it leaves out; `TooLarge` when they are too many."""
    if condition is None:
        return [ANYTHING] if holds else []
    if condition.field is not None:
        return _leaf(condition, condition.field, work, holds=holds)
    if condition.not_ is not None:
        return boxes(condition.not_, work, holds=not holds)
    made: Boxes = []
    if bool(condition.all_) is not holds:
        for part in condition.all_ or condition.any_:
            made = _few(made + boxes(part, work, holds=holds))
        return made
    made = [ANYTHING]
    for part in condition.all_ or condition.any_:
        others = boxes(part, work, holds=holds)
        made = _few([both for one in made for other in others if (both := meet(one, other, work)) is not None])
    return made


def _leaf(condition: Condition, name: str, work: Work, *, holds: bool) -> Boxes:
    # Each tag is a field of its own, of which a product has one value or none.
    key = f"{_TAG}{condition.has}" if condition.has is not None else name
    held = Region(((None, None),), missing=False)
    made = held if condition.has is not None else region(condition, name, work)
    work.spend(made.size)
    made = made if holds else made.rest()
    return [] if made.is_empty else [{key: made}]


def _few(made: Boxes) -> Boxes:
    if len(made) > MOST_BOXES:
        raise TooLarge
    return made


def meet(one: Box, other: Box, work: Work) -> Box | None:
    """What lies in both; None when nothing does."""
    if len(one) > len(other):
        one, other = other, one
    work.spend(1 + len(other) // 8)
    made = dict(other)
    for name, mine in one.items():
        theirs = made.get(name)
        if theirs is not None:
            work.spend(mine.size + theirs.size)
        both = mine if theirs is None else mine.meet(theirs)
        if both.is_empty:
            return None
        made[name] = both
    return made


def without(one: Box, other: Box, work: Work) -> Boxes:
    """What is left of a box when another is taken away: none when it lies within."""
    shared = [(one[name], theirs) for name, theirs in other.items() if name in one]
    work.spend(1 + sum(mine.size + theirs.size for mine, theirs in shared))
    if any(mine.meet(theirs).is_empty for mine, theirs in shared):
        return [one]
    left: Boxes = []
    kept = dict(one)
    for name, theirs in other.items():
        mine = kept.get(name, EVERYTHING)
        work.spend(2 * (mine.size + theirs.size) + len(kept) // 8)
        outside = mine.meet(theirs.rest())
        if not outside.is_empty:
            left.append({**kept, name: outside})
        kept[name] = mine.meet(theirs)
    return left


def finite_values(box: Box, work: Work) -> tuple[str, list[object]] | None:
    """A field of which a box holds only some named values, with these: the one with the fewest."""
    work.spend(sum(one.size for one in box.values()))
    found = [(len(one.spans), name) for name, one in box.items() if one.is_finite]
    if not found:
        return None
    name = min(found)[1]
    return name, box[name].points()
