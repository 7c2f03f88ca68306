"""A compiled policy: what the decision kernel runs, free of text and of anything that must be looked up.

Amounts are whole minor units of the plan's currency (cents of EUR, yen, fils of BHD). Shares are ppm: millionths, so
1 % is 10 000 ppm and 12.345 % is exact. Durations are whole minutes. `None` means that nothing was asked.
"""

from dataclasses import dataclass, field
from typing import Literal

from pricing.domain.errors import InvalidPolicy
from pricing.domain.plan_limits import (
    MILLION,
    MOST_LOOP_MOVES,
    MOST_MONEY,
    MOST_PPM,
    BoundsPlan,
    CompetitorSet,
    Compliance,
    EdgeAction,
    Edges,
    Ending,
    EndingPlan,
    Evidence,
    LoopPlan,
    MatchType,
    RoutingPlan,
    check_money,
    valid_range,
)

__all__ = [
    "MILLION",
    "MOST_LOOP_MOVES",
    "MOST_MONEY",
    "MOST_PPM",
    "Action",
    "BoundsPlan",
    "Choice",
    "CompetitorSet",
    "Compliance",
    "EdgeAction",
    "Edges",
    "Ending",
    "EndingPlan",
    "Evidence",
    "Line",
    "LoopPlan",
    "MatchType",
    "OwnAmount",
    "Plan",
    "Reference",
    "ReferenceKind",
    "Relation",
    "RoutingPlan",
    "RulePlan",
    "valid_range",
]

type ReferenceKind = Literal[
    "lowest",
    "second_lowest",
    "average",
    "median",
    "mode",
    "highest",
    "rank",
    "range_point",
    "range_rank",
    "named",
    "cost_plus",
    "own",
    "formula",
]
type OwnAmount = Literal["current", "msrp", "map", "min", "max"]
type Relation = Literal["below", "equal", "above"]
type Choice = Literal["lowest", "highest", "average", "closest"]
type Action = Literal["keep", "min", "max", "msrp", "learned"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """What a target starts from; a kind without an amount for a product leaves its line without a target.

    `named`: the first of `competitors`, in that order, with an offer that counts (its cheapest one).
    `rank`: the `rank`-th cheapest offer, 1 is the cheapest. `range_point`: lowest + (highest − lowest) × `share_ppm`.
    `range_rank`: the offer at place count × `share_ppm`, rounded up, at least the first. `mode`: the most frequent
    amount, the lowest of several. `cost_plus`: cost ÷ (1 − `margin_ppm`) or cost × (1 + `markup_ppm`), one of both;
    a reference of 10^15 minor units or more is none.
    `own`: one of the product's own amounts; min is its own minimum (product, policy, margin), max its own maximum.
    `formula`: the column of that name, which the caller has computed, rounded down.
    With `fulfilments` only offers that are fulfilled in one of these ways are looked at. Costs are with `cost_tax_ppm`.
    """

    kind: ReferenceKind
    competitors: tuple[str, ...] = ()
    rank: int | None = None
    share_ppm: int | None = None
    margin_ppm: int | None = None
    markup_ppm: int | None = None
    own: OwnAmount | None = None
    formula: str | None = None
    fulfilments: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        needed = {
            "named": self.competitors,
            "rank": self.rank,
            "own": self.own,
            "formula": self.formula,
            "range_point": self.share_ppm is not None,
            "range_rank": self.share_ppm is not None,
            "cost_plus": (self.margin_ppm is None) != (self.markup_ppm is None),
        }
        if not needed.get(self.kind, True):
            raise InvalidPolicy(f"the reference «{self.kind}» lacks what it needs: see the fields of a reference")
        if self.share_ppm is not None and not 0 <= self.share_ppm <= MILLION:
            raise InvalidPolicy(f"a share of {self.share_ppm} ppm is not between 0 and 100 %")
        if self.margin_ppm is not None and not 0 <= self.margin_ppm < MILLION:
            raise InvalidPolicy(f"a margin of {self.margin_ppm} ppm must be at least 0 and below 100 %")
        if self.markup_ppm is not None and not 0 <= self.markup_ppm <= MOST_PPM - MILLION:
            raise InvalidPolicy(f"a markup of {self.markup_ppm} ppm must be between 0 and 800 %")

    @property
    def needs_market(self) -> bool:
        """Whether it asks for offers at all."""
        return self.kind not in {"cost_plus", "own", "formula"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Reference × relation × amount. `money` is minor units, `ppm` a share of the reference; equal takes neither."""

    reference: Reference
    relation: Relation = "equal"
    money: int | None = None
    ppm: int | None = None

    def __post_init__(self) -> None:
        given = [amount for amount in (self.money, self.ppm) if amount is not None]
        if len(given) != (0 if self.relation == "equal" else 1) or any(amount <= 0 for amount in given):
            raise InvalidPolicy(f"relation {self.relation} takes {'no' if self.relation == 'equal' else 'one'} amount")
        check_money("a step", self.money)
        if self.ppm is not None and self.ppm > (MILLION - 1 if self.relation == "below" else MOST_PPM - MILLION):
            raise InvalidPolicy(f"a step of {self.ppm} ppm {self.relation} leaves no price that can be believed")


@dataclass(frozen=True, slots=True, kw_only=True)
class RulePlan:
    """One rule, compiled. Which products it holds for is resolved before the kernel runs (column `rule`).

    Several `lines` make one target by `choose` (closest: to the present price). `fallbacks` are asked in order when a
    goal is not reached: no reference, or a target outside the bounds; an action ends the chain.
    `ignore_below_min` leaves out offers below the product's own minimum. `smallest_move` is minor units.
    `freeze_while_lowest`: nothing moves while no offer that counts is cheaper than this competitor's (which need not be
    one that the rule follows), unless the present price is below the product's own minimum; where nobody knows what it
    asks, no move goes out without a person. `same_price`: products of one family under this rule get one price, made
    from that target of theirs, inside all their bounds; a family must be in one batch.
    """

    name: str
    lines: tuple[Line, ...]
    bounds: BoundsPlan
    choose: Choice = "lowest"
    competitors: CompetitorSet = field(default_factory=CompetitorSet)
    price_mode: Literal["item", "landed"] = "landed"
    evidence: Evidence = field(default_factory=Evidence)
    ignore_below_min: bool = False
    ending: EndingPlan | None = None
    fallbacks: tuple[Line | Action, ...] = ()
    edges: Edges = field(default_factory=Edges)
    compliance: Compliance = field(default_factory=Compliance)
    routing: RoutingPlan = field(default_factory=RoutingPlan)
    smallest_move: int = 0
    min_gap_minutes: int = 0
    freeze_while_lowest: str | None = None
    same_price: Literal["lowest", "highest", "average"] | None = None
    loop: LoopPlan = field(default_factory=LoopPlan)

    def __post_init__(self) -> None:
        if not self.lines:
            raise InvalidPolicy(f"the rule «{self.name}» has no line: say what its price follows")


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One policy version for one shop, in `currency` with `minor_digits` digits after its point."""

    currency: str
    minor_digits: int
    rules: tuple[RulePlan, ...]
