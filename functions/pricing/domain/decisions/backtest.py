"""A policy against the recorded past: what it would have decided at each moment, from what was known then.

Until its first other price a candidate stands where the live policy stood. From then on the product goes its own way:
its price is the one that the candidate gave it last, as if every price had been published at once, and its gaps and
daily limits are counted from there. The market is taken as it was: that rivals might have answered is not guessed at.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal

from pricing.domain.decision import Decision
from pricing.domain.decisions.counting import counted
from pricing.domain.decisions.deciding import decided
from pricing.domain.decisions.inputs import Inputs
from pricing.domain.decisions.replay import Difference, differences
from pricing.domain.decisions.statistics import Branch, Branches, Figures, Tally
from pricing.domain.decisions.subjects import Rules

_UNTOLD = frozenset({"steps", "inputs_hash", "policy_version"})

MOST_PATHS = 200
"""Products whose price paths are kept, those first that left the live policy's first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A run of the past: what each product was decided from, and what was decided, in the same order.

    It may come in several, with products of their own. `live` is the version that the run was made by, where that is
    not the one that lives now.
    """

    at: datetime
    inputs: Sequence[Inputs]
    decisions: Sequence[Decision]
    live: Rules | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """One day (UTC) of both policies in figures."""

    day: date
    live: Figures
    candidate: Figures


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """What a product was to cost at a moment, by the live policy and by the candidate."""

    at: datetime
    live: Decimal | None
    candidate: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Path:
    """The prices of one product that went its own way, from that moment on."""

    product_id: str
    sku: str
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Backtest:
    """What the candidate would have done. `decided_otherwise` counts decisions with another price than was stored.

    `unfaithful` are the stored decisions that the live policy does not make again: with any, nothing here is proof.
    """

    moments: int
    decisions: int
    decided_otherwise: int
    products_otherwise: int
    days: tuple[Day, ...]
    live: Figures
    candidate: Figures
    live_branches: tuple[Branch, ...]
    candidate_branches: tuple[Branch, ...]
    paths: tuple[Path, ...]
    unfaithful: tuple[Difference, ...]


@dataclass(slots=True)
class _Own:
    """Where a product stands that has left the live policy's path."""

    price: Decimal | None
    changed_at: datetime | None
    day: date
    at_start_of_day: Decimal | None

    def inputs(self, stored: Inputs) -> Inputs:
        """The inputs as the candidate would have found them."""
        day = stored.at.astimezone(UTC).date()
        if day != self.day:
            self.day, self.at_start_of_day = day, self.price
        standing = stored.standing
        base = None if standing.base_price is None else self.at_start_of_day
        return replace(
            stored,
            facts=replace(stored.facts, price=self.price),
            standing=replace(standing, last_changed_at=self.changed_at, base_price=base),
        )


class _Side:
    """One policy's decisions, counted by day, by rule and altogether."""

    def __init__(self) -> None:
        self.days: dict[date, Tally] = {}
        self.whole = Tally()
        self.branches = Branches()

    def add(self, inputs: Inputs, decision: Decision) -> None:
        one = counted(inputs, decision)
        self.days.setdefault(inputs.at.astimezone(UTC).date(), Tally()).take(one)
        self.whole.take(one)
        self.branches.take(one)


class Backtesting:
    """A backtest on its way: one moment after another, oldest first, and each product in one of them at a time."""

    def __init__(self, candidate: Rules, live: Rules) -> None:
        self.candidate, self.live = candidate, live
        self.sides = _Side(), _Side()
        self.own: dict[str, _Own] = {}
        self.paths: dict[str, list[Point]] = {}
        self.skus: dict[str, str] = {}
        self.unfaithful: list[Difference] = []
        self.moments: set[datetime] = set()
        self.otherwise = 0

    def take(self, moment: Moment) -> None:
        """Decide one moment again, by both policies."""
        self.moments.add(moment.at)
        self._prove(moment)
        found = [
            one if (own := self.own.get(one.facts.product_id)) is None else own.inputs(one) for one in moment.inputs
        ]
        for stored, inputs, was, made in zip(
            moment.inputs, found, moment.decisions, decided(self.candidate, found, told=False), strict=True
        ):
            self.sides[0].add(stored, was)
            self.sides[1].add(inputs, made)
            self._go(inputs, was, made)

    def _prove(self, moment: Moment) -> None:
        made = decided(moment.live or self.live, moment.inputs, told=False)
        for was, again in zip(moment.decisions, made, strict=True):
            self.unfaithful += differences(was, again, _UNTOLD)

    def _go(self, inputs: Inputs, was: Decision, made: Decision) -> None:
        product_id = made.product_id
        self.otherwise += was.price != made.price
        own = self.own.get(product_id)
        if own is None:
            if was.price == made.price:
                return
            standing = inputs.standing
            base = inputs.facts.price if standing.base_price is None else standing.base_price
            own = _Own(inputs.facts.price, standing.last_changed_at, inputs.at.astimezone(UTC).date(), base)
            self.own[product_id] = own
            self.skus[product_id] = made.sku
            if len(self.paths) < MOST_PATHS:
                self.paths[product_id] = []
        if made.moves:
            own.price, own.changed_at = made.price, inputs.at
        if product_id in self.paths:
            self.paths[product_id].append(Point(at=inputs.at, live=was.price, candidate=made.price))

    def made(self) -> Backtest:
        """What came of the moments that were taken."""
        live_side, own_side = self.sides
        return Backtest(
            moments=len(self.moments),
            decisions=live_side.whole.decisions,
            decided_otherwise=self.otherwise,
            products_otherwise=len(self.own),
            days=tuple(
                Day(day=day, live=tally.figures(), candidate=own_side.days[day].figures())
                for day, tally in sorted(live_side.days.items())
            ),
            live=live_side.whole.figures(),
            candidate=own_side.whole.figures(),
            live_branches=live_side.branches.all(),
            candidate_branches=own_side.branches.all(),
            paths=tuple(Path(product_id=one, sku=self.skus[one], points=tuple(of)) for one, of in self.paths.items()),
            unfaithful=tuple(self.unfaithful),
        )


def backtest(moments: Iterable[Moment], candidate: Rules, live: Rules) -> Backtest:
    """Run a candidate over recorded moments, oldest first."""
    run = Backtesting(candidate, live)
    for moment in moments:
        run.take(moment)
    return run.made()
