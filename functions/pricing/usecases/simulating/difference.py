"""Two policies over every product of a shop as things stand now: which prices differ, why, and by which rule."""

from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal

from pricing.domain.charts import MOST_PANELS, Ladder, Moves, Panel, PathLine, Paths
from pricing.domain.decision import Decision
from pricing.domain.decisions.counting import counted
from pricing.domain.decisions.inputs import Inputs
from pricing.domain.decisions.statistics import Branches, Tally
from pricing.domain.exact_percent import margin_of, percent_of
from pricing.domain.market import ProductFacts
from pricing.domain.simulation import Asked
from pricing.usecases.deciding import DecideProducts
from pricing.usecases.ports import Facts
from pricing.usecases.simulating.pace import Pace
from pricing.usecases.simulating.policies import Pair, ReadPair
from pricing.usecases.simulating.results import Made, branches_in_short, moves_of, plain
from shared.kernel.clock import Clock

PRODUCTS_AT_ONCE = 1_000
MOST_LISTED = 1_000
COLUMNS = (
    *("product_id", "sku", "name", "currency", "price_now"),
    *("live_price", "live_reason", "live_rule", "candidate_price", "candidate_reason", "candidate_rule"),
    *("differs", "difference", "difference_percent", "candidate_move_percent"),
    *("live_margin_percent", "candidate_margin_percent", "candidate_route"),
)


@dataclass(slots=True)
class _Side:
    whole: Tally = field(default_factory=Tally)
    branches: Branches = field(default_factory=Branches)

    def take(self, inputs: Inputs, decision: Decision) -> None:
        one = counted(inputs, decision)
        self.whole.take(one)
        self.branches.take(one)


@dataclass(frozen=True, slots=True)
class _Different:
    facts: ProductFacts
    live: Decision
    candidate: Decision

    @property
    def percent(self) -> Decimal | None:
        return percent_of(self.candidate.price, self.live.price)

    @property
    def weight(self) -> Decimal:
        return abs(self.percent or Decimal(0))

    def listed(self) -> dict[str, object]:
        """The product as results list it."""
        names = ("price", "reason", "binding", "rule", "route", "goal_reached")
        return {
            "product_id": self.facts.product_id,
            "sku": self.facts.sku,
            "price_now": self.facts.price,
            "difference_percent": self.percent,
            "live": {name: getattr(self.live, name) for name in names},
            "candidate": {name: getattr(self.candidate, name) for name in names},
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulateDifference:
    """Decide a whole shop by two policies at one moment; nothing is stored or proposed."""

    facts: Facts
    pair: ReadPair
    decide: DecideProducts
    clock: Clock

    async def __call__(self, organisation_id: str, asked: Asked, pace: Pace) -> Made:
        """What a candidate would do otherwise than the saved policy, product by product."""
        pair, at = await self.pair(organisation_id, asked), self.clock()
        sides, rows = (_Side(), _Side()), []
        different: list[_Different] = []
        changes: Counter[str] = Counter()
        for part in await self.facts.parts_of(organisation_id, pair.saved.shop_id, PRODUCTS_AT_ONCE):
            await pace()
            products = await self.facts.in_part(organisation_id, pair.saved.shop_id, part)
            both = await self.decide.by_each(pair.both, organisation_id, products, at)
            (seen, live), (seen_too, made) = both
            for facts, inputs, before, own, after in zip(products, seen, live, seen_too, made, strict=True):
                sides[0].take(inputs, before)
                sides[1].take(own, after)
                rows.append(_row(facts, before, after))
                if (before.price, before.reason) != (after.price, after.reason):
                    different.append(_Different(facts, before, after))
                    changes[f"{before.reason.value} → {after.reason.value}"] += 1
        different.sort(key=lambda one: (-one.weight, one.facts.sku))
        return _made(pair, sides, rows, different, changes)


def _row(facts: ProductFacts, live: Decision, made: Decision) -> tuple[object, ...]:
    both = live.price is not None and made.price is not None
    return (
        *(facts.product_id, facts.sku, facts.name, facts.currency, facts.price),
        *(live.price, live.reason.value, live.rule or ""),
        *(made.price, made.reason.value, made.rule or "", live.price != made.price),
        (made.price or Decimal(0)) - (live.price or Decimal(0)) if both else None,
        *(percent_of(made.price, live.price), percent_of(made.price, facts.price)),
        *(margin_of(live.price, facts.cost), margin_of(made.price, facts.cost), made.route),
    )


def _made(
    pair: Pair,
    sides: tuple[_Side, _Side],
    rows: list[tuple[object, ...]],
    different: list[_Different],
    changes: Counter[str],
) -> Made:
    live, candidate = sides[0].whole.figures(), sides[1].whole.figures()
    differing = [one for one in different if one.live.price != one.candidate.price]
    branches = sides[0].branches.all(), sides[1].branches.all()
    short = {
        "candidate": pair.name,
        "against": f"{pair.saved.policy_id} version {pair.saved.version}",
        "shop_id": pair.saved.shop_id,
        "products": len(rows),
        "prices_differ": len(differing),
        "reasons_differ": len(different),
        "dearer": sum((one.percent or 0) > 0 for one in differing),
        "cheaper": sum((one.percent or 0) < 0 for one in differing),
        "live": plain(live),
        "candidate_figures": plain(candidate),
        "candidate_branches": branches_in_short(branches[1]),
        "live_branches": branches_in_short(branches[0]),
    }
    result = short | {
        "reasons": dict(changes.most_common()),
        "live_branches": branches[0],
        "candidate_branches": branches[1],
        "different": [one.listed() for one in different[:MOST_LISTED]],
        "different_not_listed": max(len(different) - MOST_LISTED, 0),
    }
    words = f"{len(differing)} of {len(rows)} prices differ"
    return Made(
        items=len(rows),
        summary=short,
        result=result,
        columns=COLUMNS,
        rows=rows,
        paths=_paths(pair, differing),
        ladder=Ladder(
            title="Candidate against the live policy",
            described=f"{words}; each bar is a product: how far the candidate's price is above or below.",
            steps=[(one.facts.sku, float(one.percent)) for one in differing if one.percent is not None],
        ),
        moves=Moves(
            title="Moves of prices from where they stand now",
            described=f"The live policy moves {live.changes} prices, the candidate {candidate.changes}.",
            series=[("live policy", moves_of(sides[0].whole)), ("candidate", moves_of(sides[1].whole))],
        ),
    )


def _paths(pair: Pair, differing: list[_Different]) -> Paths:
    shown = differing[:MOST_PANELS]
    currency = pair.saved.currency
    return Paths(
        title="Where the two policies part",
        described=f"The prices now and as decided of the {len(shown)} products whose prices differ most.",
        unit=currency,
        panels=[
            Panel(
                title=f"{one.facts.sku}, {currency}",
                lines=[
                    _line("live policy", one.facts.price, one.live.price),
                    _line("candidate", one.facts.price, one.candidate.price),
                ],
            )
            for one in shown
        ],
        ticks=[(0.0, "now"), (1.0, "decided")],
    )


def _line(name: str, now: Decimal | None, price: Decimal | None) -> PathLine:
    points = [(place, None if amount is None else float(amount)) for place, amount in ((0.0, now), (1.0, price))]
    return PathLine(name=name, points=points)
