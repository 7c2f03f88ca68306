"""What a simulation brought, and how it is written: plain data for JSON, cells for spreadsheets."""

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum

from pricing.domain.charts import Ladder, Moves, Paths
from pricing.domain.decisions.statistics import Branch, Figures, Tally
from pricing.domain.report import safe

MOST_BRANCHES_IN_SHORT = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What came of a simulation: `items` that were looked at, in short, whole, line by line, and as pictures."""

    items: int
    summary: Mapping[str, object]
    result: Mapping[str, object]
    columns: Sequence[str]
    rows: Sequence[Sequence[object]]
    paths: Paths | None = None
    ladder: Ladder | None = None
    moves: Moves | None = None


def plain(value: object) -> object:
    """A value as JSON can hold it: amounts as text with all their digits, moments in UTC."""
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if is_dataclass(value) and not isinstance(value, type):
        return {one.name: plain(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, Mapping):
        return {str(name): plain(one) for name, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(one) for one in value]
    return value


def plain_data(values: Mapping[str, object]) -> dict[str, object]:
    """The same of a mapping."""
    return {name: plain(one) for name, one in values.items()}


def branches_in_short(branches: Sequence[Branch]) -> list[object]:
    """The branch statistics of the rules that change most prices."""
    largest = sorted(branches, key=lambda one: -one.figures.changes)[:MOST_BRANCHES_IN_SHORT]
    return [
        {
            "rule": one.rule,
            "products": one.figures.decisions,
            "changed": one.figures.changes,
            "ups": one.figures.ups,
            "downs": one.figures.downs,
            "average_change": plain(one.figures.average_change),
            "average_percent": plain(one.figures.average_percent),
        }
        for one in sorted(largest, key=lambda one: one.place)
    ]


def cells_of(figures: Figures) -> tuple[object, ...]:
    """A policy's figures as cells, in the order of `FIGURE_COLUMNS`."""
    return tuple(getattr(figures, name) for name in FIGURE_COLUMNS)


FIGURE_COLUMNS = (
    *("changes", "ups", "downs", "average_change", "average_percent"),
    *("index", "margin_percent", "margin_at_sales"),
)


def moves_of(tally: Tally) -> list[tuple[float, int]]:
    """How many prices move by how many per cent."""
    return [(points / 100, count) for points, count in sorted(tally.moves.items())]


def json_text(result: Mapping[str, object]) -> str:
    """A result as a file."""
    return json.dumps(plain(result), ensure_ascii=False, indent=1) + "\n"


def csv_text(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Rows as a file; text that a spreadsheet would carry out is made harmless, numbers stay numbers."""
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(columns)
    writer.writerows([_cell(one) for one in row] for row in rows)
    return file.getvalue()


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return safe(value)
    return str(plain(value))
