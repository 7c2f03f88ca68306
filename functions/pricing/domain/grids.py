"""Answers as grids for people: products beside rivals, days beside lines, one dimension beside another."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from pricing.domain.analysis import Analysis, Answer, Cell
from pricing.domain.table_text import Value, value_of

type Look = Literal["", "cheaper", "same", "dearer", "breach", "left_out", "changed"]
type Row = Mapping[str, Cell]

LOOKS: dict[Look, str] = {
    "cheaper": "we are cheaper than this rival",
    "same": "the same price, within the tolerance",
    "dearer": "we are dearer than this rival",
    "breach": "under MAP or MSRP",
    "left_out": "in no figure, and why",
    "changed": "our price was changed on this day",
}
"""What each colour of a grid says."""
MOST_COLUMNS = 16_384
"""A spreadsheet has no more; what is wider is told by its lines alone."""
NOBODY = "none"
"""The name of the group of those without a category, a brand or a tag."""


@dataclass(frozen=True, slots=True)
class Square:
    """One cell of a grid, and what its colour says."""

    value: Value
    look: Look = ""


@dataclass(frozen=True, slots=True)
class Grid:
    """A grid: the names above its columns, and its rows, each as wide."""

    head: tuple[str, ...]
    rows: tuple[tuple[Square, ...], ...]


def grid_of(answer: Answer) -> Grid | None:
    """The grid of an answer that has one: a matrix, a history, or a slice of two dimensions."""
    if answer.asked.analysis == "slices" and len(answer.asked.by) != 2:  # noqa: PLR2004 - a grid has two sides
        return None
    ways: dict[Analysis, Callable[[Sequence[Row]], Grid]] = {"matrix": _matrix, "history": _history, "slices": _slices}
    way = ways.get(answer.asked.analysis)
    made = None if way is None else way(answer.rows)
    return None if made is None or len(made.head) > MOST_COLUMNS else made


def _crossed(
    rows: Sequence[Row], side: Sequence[str], across: str, square: Callable[[Row], Square]
) -> tuple[list[str], list[tuple[Square, ...]]]:
    """The names across, and a row for each side with what belongs to it first."""
    names = sorted({_name(one[across]) for one in rows})
    found: dict[tuple[Value, ...], dict[str, Square]] = {}
    for one in rows:
        found.setdefault(tuple(value_of(one[name]) for name in side), {})[_name(one[across])] = square(one)
    nothing = Square(None)
    made = [(*map(Square, key), *(cells.get(name, nothing) for name in names)) for key, cells in found.items()]
    return names, made


def _name(cell: Cell) -> str:
    return NOBODY if cell is None else str(value_of(cell))


def _matrix(rows: Sequence[Row]) -> Grid:
    side = ("sku", "name", "ours", "rank", "index")
    names, made = _crossed(rows, ("product_id", *side), "competitor_id", _price)
    return Grid((*side, *names), tuple(one[1:] for one in made))


def _price(row: Row) -> Square:
    if row["price"] is None:
        return Square(value_of(row["left_out"]), "left_out")
    looks: dict[object, Look] = {"cheaper": "cheaper", "same": "same", "dearer": "dearer"}
    under = row["map_breach"] or row["msrp_breach"]
    return Square(value_of(row["price"]), "breach" if under else looks.get(row["place"], ""))


def _history(rows: Sequence[Row]) -> Grid:
    names, made = _crossed(rows, ("day",), "line", lambda row: Square(value_of(row["price"]), _changed(row)))
    if "ours" not in names:
        return Grid(("day", *names), tuple(made))
    place = names.index("ours")
    order = [0, place + 1, *(at + 1 for at in range(len(names)) if at != place)]
    head = ("day", *names)
    return Grid(tuple(head[at] for at in order), tuple(tuple(one[at] for at in order) for one in made))


def _changed(row: Row) -> Look:
    return "changed" if row["changes"] else ""


def _slices(rows: Sequence[Row]) -> Grid:
    names, made = _crossed(rows, ("key",), "second", lambda row: Square(value_of(row["index"])))
    return Grid(("index", *names), tuple((_titled(one[0]), *one[1:]) for one in made))


def _titled(square: Square) -> Square:
    return Square(NOBODY) if square.value is None else square
