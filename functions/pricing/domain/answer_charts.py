"""Answers as paths: a product's prices with our own changes marked, and indexes over days or weeks. No ink here."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from pricing.domain.analysis import OVER_TIME, Answer, Cell
from pricing.domain.charts import MOST_PANELS, Panel, PathLine, Paths
from pricing.domain.grids import NOBODY
from pricing.domain.local_days import days_between

LINES_IN_A_PANEL = 6
MOST_TICKS = 8
ALL = "all"
"""The name of the line of an index that is not divided."""

type Line = Mapping[str, Decimal | None]


def chart_of(answer: Answer) -> Paths:
    """The picture of a history, or of a slice by day or week."""
    return _history(answer) if answer.asked.analysis == "history" else _indexes(answer)


def _history(answer: Answer) -> Paths:
    asked = answer.asked
    prices: dict[str, dict[str, Decimal | None]] = {}
    for row in answer.rows:
        prices.setdefault(str(row["line"]), {})[str(row["day"])] = _amount(row["price"])
    lines = dict(sorted(prices.items(), key=lambda one: (one[0] != "ours", one[0])))
    changed = sorted({str(row["day"]) for row in answer.rows if row["changes"]})
    on = ", ".join(changed) or "no day"
    described = f"{asked.sku} from {asked.first} to {asked.last}; our price changed on {on}."
    days = [one.isoformat() for one in days_between(asked.first, asked.last)]
    title = f"{asked.sku} ({answer.currency}, {asked.mode})"
    return _paths((f"Prices of {asked.sku}", title, described), answer.currency or "", lines, days, changed)


def _indexes(answer: Answer) -> Paths:
    asked = answer.asked
    over = next(one for one in asked.by if one in OVER_TIME)
    time, group = ("key", "second") if asked.by[0] == over else ("second", "key")
    indexes: dict[str, dict[str, Decimal | None]] = {}
    for row in answer.rows:
        name = row[group] if len(asked.by) > 1 else ALL
        indexes.setdefault(NOBODY if name is None else str(name), {})[str(row[time])] = _amount(row["index"])
    times = sorted({str(row[time]) for row in answer.rows})
    if over == "day":
        times = [one.isoformat() for one in days_between(asked.first, asked.last)]
    title = f"Price index by {' and '.join([*(one for one in asked.by if one != over), over])}"
    described = f"{title} from {asked.first} to {asked.last}: {asked.direction}."
    return _paths((title, asked.direction, described), "", dict(sorted(indexes.items())), times, ())


def _amount(cell: Cell) -> Decimal | None:
    return cell if isinstance(cell, Decimal) else None


def _paths(
    words: tuple[str, str, str], unit: str, lines: Mapping[str, Line], times: Sequence[str], changed: Sequence[str]
) -> Paths:
    """The lines in panels, as many as are told apart; `words` are the title, that of each panel, and what is seen."""
    title, heading, described = words
    shown = list(lines)[: LINES_IN_A_PANEL * MOST_PANELS]
    if len(lines) > len(shown):
        described += f" {len(shown)} of {len(lines)} lines are drawn."
    paths = [PathLine(name=name, points=_points(lines[name], times)) for name in shown]
    panels = [
        Panel(title=heading, lines=some, marks=_marks(some[0], times, changed), marked="our price changed")
        for some in (paths[at : at + LINES_IN_A_PANEL] for at in range(0, len(paths), LINES_IN_A_PANEL))
    ]
    every = max(1, -(-len(times) // MOST_TICKS))
    ticks = [(float(place), one) for place, one in enumerate(times) if place % every == 0]
    return Paths(title=title, described=described, unit=unit, panels=panels, ticks=ticks)


def _points(line: Line, times: Sequence[str]) -> list[tuple[float, float | None]]:
    amounts = (line.get(one) for one in times)
    return [(float(place), None if one is None else float(one)) for place, one in enumerate(amounts)]


def _marks(line: PathLine, times: Sequence[str], changed: Sequence[str]) -> list[tuple[float, float]]:
    """Where our own price changed; other lines have no marks."""
    if line.name != "ours":
        return []
    at = {float(times.index(one)) for one in changed if one in times}
    return [(place, price) for place, price in line.points if place in at and price is not None]
