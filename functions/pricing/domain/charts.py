"""What the pictures of a simulation show: price paths, a ladder of changes, a histogram of moves. No ink here."""

from collections.abc import Sequence
from dataclasses import dataclass

MOST_PANELS = 6
MOST_BARS = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class PathLine:
    """One price over time: a place on the axis and an amount each, which holds until the next; None is no price."""

    name: str
    points: Sequence[tuple[float, float | None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """The prices of one product. `marks` are places and amounts of what `marked` says."""

    title: str
    lines: Sequence[PathLine]
    marks: Sequence[tuple[float, float]] = ()
    marked: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paths:
    """Prices of a few products, each in a panel of its own. `ticks` are the words below the axis, by place.

    `described` says in a sentence what there is to see, for those who do not see it.
    """

    title: str
    described: str
    unit: str
    panels: Sequence[Panel]
    ticks: Sequence[tuple[float, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ladder:
    """Changes in per cent, by name, in any order."""

    title: str
    described: str
    steps: Sequence[tuple[str, float]]

    @property
    def shown(self) -> list[tuple[str, float]]:
        """From the largest rise to the largest fall; of too many every so many-th, and both ends."""
        ordered = sorted(self.steps, key=lambda one: -one[1])
        if len(ordered) <= MOST_BARS:
            return ordered
        step = (len(ordered) - 1) / (MOST_BARS - 1)
        return [ordered[round(place * step)] for place in range(MOST_BARS)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Moves:
    """How many prices move by how many per cent, for each policy; those that stay are not among them."""

    title: str
    described: str
    series: Sequence[tuple[str, Sequence[tuple[float, int]]]]
