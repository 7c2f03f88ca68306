"""What a test leaves of one field's values: spans of an ordered key, and whether a missing value is among them.

Numbers are ordered by size, texts by their letters, categories by the parts of their path: all below one category lie
in one span. A cut stands before (0) or after (1) a key; a span reaches from one cut up to another, None is no end.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from pricing.domain.policies.document import Condition
from pricing.domain.policies.fields import FIELDS

type Cut = tuple[Any, int]
type Span = tuple[Cut | None, Cut | None]

_LAST = "\U0010ffff" * 8


class WorkedEnough(Exception):
    """So much was compared that nothing further is looked at."""


@dataclass(slots=True)
class Work:
    """What may still be compared, about a microsecond each; `WorkedEnough` when it is used up."""

    left: int

    def spend(self, amount: int) -> None:
        """Use some of it, before it is done."""
        self.left -= amount
        if self.left < 0:
            raise WorkedEnough


@dataclass(frozen=True, slots=True)
class Region:
    """Values of one field: disjoint spans in rising order, and the missing value."""

    spans: tuple[Span, ...]
    missing: bool

    @property
    def is_empty(self) -> bool:
        """Whether no value is left."""
        return not self.spans and not self.missing

    @property
    def is_finite(self) -> bool:
        """Whether only some named values are left."""
        return not self.missing and all(_point(span) for span in self.spans)

    @property
    def size(self) -> int:
        """How much looking at it takes."""
        return 1 + len(self.spans)

    def points(self) -> list[Any]:
        """The named values of a finite region."""
        return [low[0] for low, _ in self.spans if low is not None]

    def meet(self, other: "Region") -> "Region":
        """What lies in both."""
        made: list[Span] = []
        mine, theirs = list(self.spans), list(other.spans)
        here = there = 0
        while here < len(mine) and there < len(theirs):
            (a, b), (c, d) = mine[here], theirs[there]
            low = a if c is None or (a is not None and a >= c) else c
            high = b if d is None or (b is not None and b <= d) else d
            if low is None or high is None or low < high:
                made.append((low, high))
            if high == b and b is not None:
                here += 1
            elif d is not None and high == d:
                there += 1
            else:
                break
        return Region(tuple(made), self.missing and other.missing)

    def rest(self) -> "Region":
        """Everything else."""
        made: list[Span] = []
        low: Cut | None = None
        open_ = True
        for start, end in self.spans:
            if start is not None:
                made.append((low, start))
            low, open_ = end, end is not None
        if open_:
            made.append((low, None))
        return Region(tuple(made), not self.missing)


EVERYTHING = Region(((None, None),), missing=True)


def _point(span: Span) -> bool:
    low, high = span
    return low is not None and high is not None and low[0] == high[0]


def region(condition: Condition, name: str, work: Work) -> Region:
    """The values of a field that pass a test of it."""
    work.spend(2 + 2 * len(condition.in_))
    if condition.exists is not None:
        held = Region(((None, None),), missing=False)
        return held if condition.exists else held.rest()
    if condition.under is not None:
        path = tuple(condition.under.split(" > "))
        return Region((((path, 0), ((*path, _LAST), 0)),), missing=False)
    texts = condition.in_ or (() if condition.eq is None else (condition.eq,))
    if texts:
        keys = sorted({_key(name, text) for text in texts})
        return Region(tuple((_cut(name, key, 0), _cut(name, key, 1)) for key in keys), missing=False)
    return _ordered(condition, name)


def _ordered(condition: Condition, name: str) -> Region:
    made = Region(((None, None),), missing=False)
    lows = [(condition.gt, 1), (condition.gte, 0)]
    highs = [(condition.lt, 0), (condition.lte, 1)]
    for limit, side in lows:
        if limit is not None:
            made = made.meet(Region(((_cut(name, limit, side), None),), missing=False))
    for limit, side in highs:
        if limit is not None:
            made = made.meet(Region(((None, _cut(name, limit, side)),), missing=False))
    return made


def _key(name: str, text: str) -> Any:  # noqa: ANN401  # a field's values have one kind, each field its own
    if FIELDS[name].is_number:
        return Decimal(text)
    return tuple(text.split(" > ")) if FIELDS[name].kind == "path" else text


def _cut(name: str, key: Any, side: int) -> Cut:  # noqa: ANN401  # as above
    # Counts are whole: after 4 and before 5 is the same place.
    return (key + 1, 0) if side and FIELDS[name].kind == "count" else (key, side)
