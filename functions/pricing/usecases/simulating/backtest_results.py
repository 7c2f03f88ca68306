"""What a backtest says: day by day, rule by rule, and the prices of the products that went their own way."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from pricing.domain.charts import MOST_PANELS, Ladder, Moves, Panel, PathLine, Paths
from pricing.domain.decisions.backtest import Backtest, Backtesting, Path
from pricing.domain.exact_percent import percent_of
from pricing.usecases.ports import Run
from pricing.usecases.simulating.policies import Pair
from pricing.usecases.simulating.results import (
    FIGURE_COLUMNS,
    Made,
    branches_in_short,
    cells_of,
    moves_of,
    plain,
)

MOST_LISTED = 100
MOST_TICKS = 8
COLUMNS = (
    *("day", "source", "runs", "decisions"),
    *(f"live_{name}" for name in FIGURE_COLUMNS),
    *(f"candidate_{name}" for name in FIGURE_COLUMNS),
)
NOTE = (
    "days without a run are rebuilt from the observations known at 06:00 UTC, with the catalogue's facts of today; "
    "the market is taken as it was: whether rivals would have answered is not guessed at"
)


@dataclass(slots=True, kw_only=True)
class Looked:
    """What a backtest looked at: moments by day, and where they come from."""

    pair: Pair
    since: datetime
    until: datetime
    without_inputs: int = 0
    runs: dict[date, int] = field(default_factory=dict)
    rebuilt: set[date] = field(default_factory=set)
    versions: set[int] = field(default_factory=set)

    def note(self, at: datetime, run: Run | None, taken: int) -> None:
        """A moment was taken, with so many decisions."""
        day = at.astimezone(UTC).date()
        if run is not None:
            self.runs[day] = self.runs.get(day, 0) + 1
            self.versions.add(run.policy_version)
        elif taken:
            self.rebuilt.add(day)


def made_of(looked: Looked, testing: Backtesting) -> Made:
    """The results of a backtest that has come to its end."""
    made = testing.made()
    short = _short(looked, made)
    proven = f"{made.decided_otherwise} of {made.decisions} decisions would have had another price"
    return Made(
        items=made.decisions,
        summary=short,
        result=short | _whole(looked, made),
        columns=COLUMNS,
        rows=[
            (
                *(one.day, "rebuilt" if one.day in looked.rebuilt else "runs"),
                *(looked.runs.get(one.day, 0), one.live.decisions, *cells_of(one.live), *cells_of(one.candidate)),
            )
            for one in made.days
        ],
        paths=_paths(looked, made),
        ladder=Ladder(
            title="Where the candidate would stand today",
            described=f"{proven}; each bar is a product: its last price by the candidate against the live policy's.",
            steps=[
                (one.sku, float(percent))
                for one in made.paths
                if (percent := percent_of(one.points[-1].candidate, one.points[-1].live))
            ],
        ),
        moves=Moves(
            title="Moves of prices in the window",
            described=f"{made.live.changes} moves by the live policy, {made.candidate.changes} by the candidate.",
            series=[
                ("live policy", moves_of(testing.sides[0].whole)),
                ("candidate", moves_of(testing.sides[1].whole)),
            ],
        ),
    )


def _short(looked: Looked, made: Backtest) -> dict[str, object]:
    return {
        "candidate": looked.pair.name,
        "against": f"{looked.pair.saved.policy_id} version {looked.pair.saved.version}",
        "shop_id": looked.pair.saved.shop_id,
        "since": plain(looked.since),
        "until": plain(looked.until),
        "days": len(made.days),
        "days_rebuilt": len(looked.rebuilt),
        "runs": sum(looked.runs.values()),
        "decisions": made.decisions,
        "decisions_without_inputs": looked.without_inputs,
        "faithful": not made.unfaithful,
        "unfaithful_fields": len(made.unfaithful),
        "decided_otherwise": made.decided_otherwise,
        "products_otherwise": made.products_otherwise,
        "live": plain(made.live),
        "candidate_figures": plain(made.candidate),
        "live_branches": branches_in_short(made.live_branches),
        "candidate_branches": branches_in_short(made.candidate_branches),
        "note": NOTE,
    }


def _whole(looked: Looked, made: Backtest) -> dict[str, object]:
    return {
        "live_versions": sorted(looked.versions),
        "by_day": [
            {"day": one.day, "rebuilt": one.day in looked.rebuilt, "live": one.live, "candidate": one.candidate}
            for one in made.days
        ],
        "live_branches": made.live_branches,
        "candidate_branches": made.candidate_branches,
        "paths": made.paths,
        "unfaithful": made.unfaithful[:MOST_LISTED],
    }


def _paths(looked: Looked, made: Backtest) -> Paths:
    """The index of all products by day, and the products that part farthest."""
    farthest = sorted(made.paths, key=_parting, reverse=True)[: MOST_PANELS - 1]
    panels = [_index_panel(looked, made)] if any(one.live.index is not None for one in made.days) else []
    panels += [_panel(looked, one) for one in farthest]
    days = [one.day for one in made.days]
    every = max(1, -(-len(days) // MOST_TICKS))
    return Paths(
        title=f"{len(days)} days by both policies",
        described="Our index against the average landed price in stock, then the products whose prices part farthest.",
        unit=looked.pair.saved.currency,
        panels=panels,
        ticks=[(_at(looked, _midnight(day)), f"{day:%d %b}") for day in days[::every]],
    )


def _index_panel(looked: Looked, made: Backtest) -> Panel:
    both: Mapping[str, list[tuple[float, float | None]]] = {"live policy": [], "candidate": []}
    for one in made.days:
        place = _at(looked, _midnight(one.day))
        for name, figures in (("live policy", one.live), ("candidate", one.candidate)):
            both[name].append((place, None if figures.index is None else float(figures.index)))
    lines = [PathLine(name=name, points=points) for name, points in both.items()]
    return Panel(title="Index, all products (100 = average in stock)", lines=lines)


def _panel(looked: Looked, path: Path) -> Panel:
    live = [(_at(looked, one.at), None if one.live is None else float(one.live)) for one in path.points]
    own = [(_at(looked, one.at), None if one.candidate is None else float(one.candidate)) for one in path.points]
    return Panel(
        title=f"{path.sku}, {looked.pair.saved.currency}",
        lines=[PathLine(name="live policy", points=live), PathLine(name="candidate", points=own)],
    )


def _parting(path: Path) -> float:
    percents = (percent_of(one.candidate, one.live) for one in path.points)
    return max((abs(float(one)) for one in percents if one is not None), default=0.0)


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _at(looked: Looked, at: datetime) -> float:
    """A place on the axis: days since the window began."""
    return (at - looked.since).total_seconds() / 86_400
