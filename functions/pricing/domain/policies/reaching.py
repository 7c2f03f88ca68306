"""Which rules can never decide: their condition holds for nothing, or earlier rules take all that it holds for."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from pricing.domain.policies.boxes import MOST_BOXES, Box, Boxes, TooLarge, boxes, finite_values, without
from pricing.domain.policies.document import Rule
from pricing.domain.policies.regions import Work, WorkedEnough

MOST_OWN_WORK = 1_500_000
"""For what each condition holds for by itself; beyond it rules are taken to be reachable."""
MOST_WORK = 2_000_000
"""For comparing rules with earlier ones, in spans of values that are looked at; beyond it as above."""


@dataclass(slots=True)
class Earlier:
    """Boxes of the rules before, found by the values they name; those that name none are looked at each time."""

    work: Work
    by_value: dict[tuple[str, object], list[tuple[int, Box]]] = field(default_factory=lambda: defaultdict(list))
    others: list[tuple[int, Box]] = field(default_factory=list)
    fields: set[str] = field(default_factory=set)

    def add(self, place: int, box: Box) -> None:
        """Remember a box of a rule."""
        named = finite_values(box, self.work)
        if named is None:
            self.others.append((place, box))
            return
        name, values = named
        self.work.spend(len(values))
        self.fields.add(name)
        for value in values:
            self.by_value[name, value].append((place, box))

    def naming(self, box: Box) -> list[tuple[int, Box]]:
        """Boxes that name a value which this one names too.

        Of a box that names no values those that do leave something over, so they need not be looked at.
        """
        found: dict[int, tuple[int, Box]] = {}
        for name in self.fields & box.keys():
            self.work.spend(2 * box[name].size)
            for value in box[name].points() if box[name].is_finite else ():
                near = self.by_value.get((name, value), ())
                self.work.spend(len(near))
                found |= {id(other): (place, other) for place, other in near}
        return list(found.values())


def unreachable(rules: Sequence[Rule]) -> dict[int, tuple[int, ...]]:
    """Rules that never decide, by place, with the earlier rules that take everything; none where nothing fits."""
    own, earlier, found = Work(MOST_OWN_WORK), Earlier(Work(MOST_WORK)), dict[int, tuple[int, ...]]()
    is_over = False
    for place, rule in enumerate(rules):
        try:
            mine = boxes(rule.when, own)
        except TooLarge:
            continue
        except WorkedEnough:
            break
        if not mine:
            found[place] = ()
        elif not is_over:
            try:
                covering = _covering(mine, earlier)
                if covering is not None:
                    found[place] = tuple(sorted(covering))
                    continue
                for box in mine:
                    earlier.add(place, box)
            except WorkedEnough:
                is_over = True
    return found


def _covering(mine: Boxes, earlier: Earlier) -> set[int] | None:
    """The earlier rules that together take all of these boxes; None when something is left."""
    covering: set[int] = set()
    for box in mine:
        pieces = _left([box], earlier.others, covering, earlier.work)
        before: Boxes = []
        # What is left names more values than the whole did, so more boxes may lie near it.
        while pieces != before:
            before = pieces
            near = [(piece, earlier.naming(piece)) for piece in pieces]
            pieces = [rest for piece, others in near for rest in _left([piece], others, covering, earlier.work)]
        if pieces:
            return None
    return covering


def _left(whole: Boxes, near: list[tuple[int, Box]], covering: set[int], work: Work) -> Boxes:
    left = whole
    for place, other in near:
        after = [piece for one in left for piece in without(one, other, work)]
        if len(after) > MOST_BOXES:
            return whole
        if after != left:
            covering.add(place)
        left = after
        if not left:
            break
    return left
