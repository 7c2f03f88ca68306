"""Decisions in figures: how many prices move, how far, where that leaves us in the market, by rule and altogether."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction

from pricing.domain.decisions.amounts import scale_of
from pricing.domain.decisions.counting import FINE, Counted, nearest
from pricing.domain.normalise import FINER

_PERCENT = 2
_BASIS_POINTS = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Figures of some decisions, as if every price that moves were published; None where there is nothing to say.

    Averages of changes are over the prices that move. `index` is 100 × our price ÷ the average landed price in stock.
    `margin_percent` is the average over products with a cost; `margin_at_sales` weighs them by what they sell.
    """

    decisions: int
    changes: int
    ups: int
    downs: int
    average_change: Decimal | None
    average_percent: Decimal | None
    index: Decimal | None
    margin_percent: Decimal | None
    margin_at_sales: Decimal | None
    reasons: Mapping[str, int]
    bindings: Mapping[str, int]
    routes: Mapping[str, int]


@dataclass(slots=True)
class Tally:
    """Decisions that are counted one by one, all in one currency; `moves` by hundredths of a per cent."""

    digits: int = 2
    decisions: int = 0
    ups: int = 0
    downs: int = 0
    moved: Decimal = Decimal(0)
    shares: int = 0
    index: int = 0
    indexes: int = 0
    margin: int = 0
    margins: int = 0
    earned: Decimal = Decimal(0)
    turned_over: Decimal = Decimal(0)
    moves: Counter[int] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    bindings: Counter[str] = field(default_factory=Counter)
    routes: Counter[str] = field(default_factory=Counter)

    def take(self, one: Counted) -> None:
        """Count a decision in figures."""
        decision = one.decision
        self.digits = scale_of(decision.currency) - FINER
        self.decisions += 1
        self.reasons[decision.reason.value] += 1
        self.routes[decision.route] += 1
        if decision.binding is not None:
            self.bindings[decision.binding] += 1
        if one.moved is not None:
            self.ups += one.moved > 0
            self.downs += one.moved < 0
            self.moved += one.moved
            self.shares += one.share
            self.moves[nearest(one.share * _BASIS_POINTS, FINE)] += 1
        if one.index is not None:
            self.index += one.index
            self.indexes += 1
        if one.margin is not None:
            self.margin += one.margin
            self.margins += 1
        self.earned += one.earned
        self.turned_over += one.turned_over

    def figures(self) -> Figures:
        """What was counted until now."""
        changes = self.ups + self.downs
        return Figures(
            decisions=self.decisions,
            changes=changes,
            ups=self.ups,
            downs=self.downs,
            average_change=_shown(Fraction(self.moved) / changes, self.digits) if changes else None,
            average_percent=_average(self.shares, changes),
            index=_average(self.index, self.indexes),
            margin_percent=_average(self.margin, self.margins),
            margin_at_sales=_shown(100 * Fraction(self.earned) / Fraction(self.turned_over), _PERCENT)
            if self.turned_over
            else None,
            reasons=dict(sorted(self.reasons.items())),
            bindings=dict(sorted(self.bindings.items())),
            routes=dict(sorted(self.routes.items())),
        )


def _average(total: int, count: int) -> Decimal | None:
    return _shown(Fraction(100 * total, FINE * count), _PERCENT) if count else None


def _shown(value: Fraction, digits: int) -> Decimal:
    step = Decimal(1).scaleb(-digits)
    return (Decimal(value.numerator) / Decimal(value.denominator)).quantize(step, ROUND_HALF_EVEN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """A rule of a policy with the figures of the products that it took; `place` −1 for those that no rule took."""

    place: int
    rule: str | None
    figures: Figures


class Branches:
    """Decisions counted by the rule that took them."""

    def __init__(self) -> None:
        self._tallies: dict[tuple[int, str | None], Tally] = {}

    def take(self, one: Counted) -> None:
        """Count a decision in figures."""
        decision = one.decision
        place = -1 if decision.rule_place is None else decision.rule_place
        self._tallies.setdefault((place, decision.rule), Tally()).take(one)

    def all(self) -> tuple[Branch, ...]:
        """The rules in their order, those without products left out."""
        return tuple(
            Branch(place=place, rule=rule, figures=tally.figures())
            for (place, rule), tally in sorted(self._tallies.items(), key=lambda one: one[0][0])
        )
