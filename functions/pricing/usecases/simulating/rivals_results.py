"""What is said of policies that were let against each other: where each product ends, and how it got there."""

from collections.abc import Sequence
from decimal import Decimal

from pricing.domain.charts import MOST_PANELS, Ladder, Moves, Panel, PathLine, Paths
from pricing.domain.exact_percent import percent_of
from pricing.domain.loops.simulator import Outcome, Simulation
from pricing.domain.simulation import RivalProduct
from pricing.usecases.simulating.results import Made, plain

COLUMNS = ("sku", "seller", "moves", "begins_at", "settles_at", "change_percent", "outcome", "rounds", "cycle_rounds")
_CHANGE = COLUMNS.index("change_percent")
MOST_IN_SHORT = 10


def made_of(products: Sequence[RivalProduct], slow: Simulation, fast: Simulation, digits: int, currency: str) -> Made:
    """The results, product by product."""
    listed = [_listed(product.sku, slow, fast, place, digits) for place, product in enumerate(products)]
    rows = [row for place, product in enumerate(products) for row in _rows(product.sku, slow, place, digits)]
    moved = [(str(row[0]), str(row[1]), float(str(row[_CHANGE]))) for row in rows if row[_CHANGE]]
    outcomes = {one.name: int((slow.outcome == one).sum()) for one in Outcome}
    words = ", ".join(f"{count} {name.lower()}" for name, count in outcomes.items() if count)
    short = {
        "sellers": list(slow.names),
        "products": len(products),
        "currency": currency,
        "outcomes": outcomes,
        "rounds": len(slow.paths) - 1,
        "settles_at": [{"sku": one["sku"], "prices": plain(one["settles_at"])} for one in listed[:MOST_IN_SHORT]],
    }
    return Made(
        items=len(products),
        summary=short,
        result=short | {"by_product": listed},
        columns=COLUMNS,
        rows=rows,
        paths=_paths(products, slow, digits, currency, words),
        ladder=Ladder(
            title="From where they began to where they settle",
            described=f"{words}; each bar is one seller's price of one product.",
            steps=[(f"{sku} {name}", percent) for sku, name, percent in moved],
        ),
        moves=Moves(
            title="How far each seller goes",
            described=f"{words}.",
            series=[(name, [(percent, 1) for _, who, percent in moved if who == name]) for name in slow.names],
        ),
    )


def _amount(minor: int, digits: int) -> Decimal | None:
    return Decimal(minor).scaleb(-digits) if minor else None


def _listed(sku: str, slow: Simulation, fast: Simulation, place: int, digits: int) -> dict[str, object]:
    path = {name: [_amount(one, digits) for one in prices] for name, prices in slow.path(place).items()}
    direct = {name: [_amount(one, digits) for one in prices] for name, prices in fast.path(place).items()}
    outcome = Outcome(int(slow.outcome[place]))
    return {
        "sku": sku,
        "outcome": outcome.name,
        "ended_after_rounds": int(slow.ended[place]),
        "cycle_rounds": int(slow.period[place]) if outcome is Outcome.CYCLE else 0,
        "settles_at": {name: prices[-1] for name, prices in path.items()},
        "paths": path,
        "at_once": direct,
        "at_once_outcome": Outcome(int(fast.outcome[place])).name,
    }


def _rows(sku: str, slow: Simulation, place: int, digits: int) -> list[tuple[object, ...]]:
    outcome = Outcome(int(slow.outcome[place]))
    cycle = int(slow.period[place]) if outcome is Outcome.CYCLE else 0
    made: list[tuple[object, ...]] = []
    for turn, (name, prices) in enumerate(slow.path(place).items()):
        begins, ends = _amount(prices[0], digits), _amount(prices[-1], digits)
        moves, percent = int(slow.moves[turn, place]), percent_of(ends, begins)
        made.append((sku, name, moves, begins, ends, percent, outcome.name, int(slow.ended[place]), cycle))
    return made


def _paths(products: Sequence[RivalProduct], slow: Simulation, digits: int, currency: str, words: str) -> Paths:
    shown = list(enumerate(products))[:MOST_PANELS]
    rounds = len(slow.paths) - 1
    every = max(1, -(-rounds // 8))
    return Paths(
        title="Prices round by round",
        described=f"{words}; the prices of the first {len(shown)} products.",
        unit=currency,
        panels=[
            Panel(
                title=f"{product.sku}, {currency}",
                lines=[
                    PathLine(
                        name=name,
                        points=[(float(at), price / 10**digits if price else None) for at, price in enumerate(prices)],
                    )
                    for name, prices in slow.path(place).items()
                ],
            )
            for place, product in shown
        ],
        ticks=[(float(at), str(at)) for at in range(0, rounds + 1, every)],
    )
