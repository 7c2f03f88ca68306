"""Which rules can never decide: their condition holds for nothing, or earlier rules take all that it holds for."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from pricing.domain.policies.boxes import MOST_BOXES, Box, Boxes, TooLarge, boxes, finite_values, without
from pricing.domain.policies.document import Rule

MOST_WORK = 300_000
"""Pairs of boxes that are looked at for one policy; beyond it rules are taken to be reachable."""


@dataclass(slots=True)
class Earlier:
    """Boxes of the rules before, found by the values they name; those that name none are looked at each time."""

    by_value: dict[tuple[str, object], list[tuple[int, Box]]] = field(default_factory=lambda: defaultdict(list))
    others: list[tuple[int, Box]] = field(default_factory=list)
    fields: set[str] = field(default_factory=set)

    def add(self, place: int, box: Box) -> None:
        """Remember a box of a rule."""
        named = finite_values(box)
        if named is None:
            self.others.append((place, box))
            return
        name, values = named
        self.fields.add(name)
        for value in values:
            self.by_value[name, value].append((place, box))

    def naming(self, box: Box) -> list[tuple[int, Box]]:
        """Boxes that name a value which this one names too.

        Of a box that names no values those that do leave something over, so they need not be looked at.
        """
        found = {
            id(other): (place, other)
            for name in self.fields & box.keys()
            if box[name].is_finite
            for value in box[name].points()
            for place, other in self.by_value.get((name, value), ())
        }
        return list(found.values())


def unreachable(rules: Sequence[Rule]) -> dict[int, tuple[int, ...]]:
    """Rules that never decide, by place, with the earlier rules that take everything; none where nothing fits."""
    earlier, found, work = Earlier(), dict[int, tuple[int, ...]](), 0
    for place, rule in enumerate(rules):
        try:
            mine = boxes(rule.when)
        except TooLarge:
            continue
        covering: set[int] = set()
        left: Boxes = []
        for box in mine:
            if work <= MOST_WORK:
                pieces = _left([box], earlier.others, covering)
                work += len(earlier.others)
                before: Boxes = []
                # What is left names more values than the whole did, so more boxes may lie near it.
                while pieces != before and work <= MOST_WORK:
                    before = pieces
                    named = [(piece, earlier.naming(piece)) for piece in pieces]
                    work += sum(len(near) for _, near in named)
                    pieces = [rest for piece, near in named for rest in _left([piece], near, covering)]
                left += pieces
            else:
                left.append(box)
        if not left:
            found[place] = tuple(sorted(covering))
            continue
        for box in mine:
            earlier.add(place, box)
    return found


def _left(whole: Boxes, near: list[tuple[int, Box]], covering: set[int]) -> Boxes:
    left = whole
    for place, other in near:
        after = [piece for one in left for piece in without(one, other)]
        if len(after) > MOST_BOXES:
            return whole
        if after != left:
            covering.add(place)
        left = after
        if not left:
            break
    return left
