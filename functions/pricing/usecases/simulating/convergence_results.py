"""What is said of prices that rise together: each pair with its figures, and the days on which both rose."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from pricing.domain.charts import MOST_PANELS, Ladder, Panel, PathLine, Paths
from pricing.domain.loops.convergence import Finding
from pricing.domain.market import ProductFacts
from pricing.usecases.simulating.results import Made

MOST_LISTED = 500
MOST_IN_SHORT = 10
MOST_TICKS = 8
COLUMNS = (
    *("sku", "competitor_id", "parallel", "why_not", "days", "own_percent", "rival_percent"),
    *("costs_percent", "market_percent", "gap_percent", "rises_together", "own_rises", "by_chance"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One pair of a product of ours and a rival: daily prices, and what was found from the day `begins` on."""

    facts: ProductFacts
    competitor_id: str
    begins: int
    own: Sequence[float | None]
    rival: Sequence[float | None]
    finding: Finding


def made_of(shop_id: str, days: Sequence[date], products: int, told: Sequence[Told]) -> Made:
    """The results: those that rise together first, then those that rise most."""
    ordered = sorted(told, key=lambda one: (not one.finding.parallel, -min(one.finding.own, one.finding.rival)))
    parallel = [one for one in ordered if one.finding.parallel]
    words = f"{len(parallel)} of {len(told)} pairs rise together beyond what costs and the market explain"
    short: dict[str, object] = {
        "shop_id": shop_id,
        "since": days[0].isoformat(),
        "until": days[-1].isoformat(),
        "products": products,
        "pairs": len(told),
        "parallel": len(parallel),
        "rising_together": [{"sku": one.facts.sku, "competitor_id": one.competitor_id} for one in parallel][
            :MOST_IN_SHORT
        ],
        "note": "Products that we raised in fewer than four steps are not looked at. This tells; it stops nothing.",
    }
    return Made(
        items=products,
        summary=short,
        result=short | {"by_pair": [_listed(one, days) for one in ordered[:MOST_LISTED]]},
        columns=COLUMNS,
        rows=[_row(one) for one in ordered],
        paths=_paths(ordered, days, words),
        ladder=Ladder(
            title="How far our prices rose in the window",
            described=f"{words}; each bar is one of our prices beside a rival.",
            steps=[(f"{one.facts.sku} {one.competitor_id}", 100 * one.finding.own) for one in ordered],
        ),
    )


def _listed(one: Told, days: Sequence[date]) -> dict[str, object]:
    found = one.finding
    return {
        "product_id": one.facts.product_id,
        "sku": one.facts.sku,
        "competitor_id": one.competitor_id,
        "parallel": found.parallel,
        "why_not": found.why_not,
        "since": days[min(one.begins, len(days) - 1)],
        "own_percent": _percent(found.own),
        "rival_percent": _percent(found.rival),
        # A pair that something else speaks against was not held against its costs.
        "costs_percent": _percent(found.costs) if _costs_known(found) else None,
        "market_percent": _percent(found.market),
        "gap_percent": _percent(found.gap),
        "by_chance": found.by_chance,
        "rises": [
            {
                "our_day": days[one.begins + rise.day],
                "our_percent": _percent(rise.share),
                "rival_day": days[one.begins + rise.rival_day],
                "rival_percent": _percent(rise.rival_share),
            }
            for rise in found.rises
        ],
    }


def _costs_known(found: Finding) -> bool:
    return found.parallel or found.why_not == "our costs rose as well"


def _row(one: Told) -> tuple[object, ...]:
    found = one.finding
    return (
        *(one.facts.sku, one.competitor_id, found.parallel, found.why_not or "", len(one.own) - one.begins),
        *(_percent(found.own), _percent(found.rival), _percent(found.costs) if _costs_known(found) else None),
        *(_percent(found.market), _percent(found.gap), len(found.rises), found.own_rises, f"{found.by_chance:.6f}"),
    )


def _percent(share: float | None) -> float | None:
    return None if share is None else round(100 * share, 2)


def _paths(ordered: Sequence[Told], days: Sequence[date], words: str) -> Paths:
    every = max(1, -(-len(days) // MOST_TICKS))
    return Paths(
        title="Our prices beside those that rise with them",
        described=f"{words}; the daily prices of the first {min(len(ordered), MOST_PANELS)} pairs.",
        unit="",
        panels=[
            Panel(
                title=f"{one.facts.sku}, {one.facts.currency}",
                lines=[
                    PathLine(name="ours", points=[(float(day), price) for day, price in enumerate(one.own)]),
                    PathLine(
                        name=one.competitor_id, points=[(float(day), price) for day, price in enumerate(one.rival)]
                    ),
                ],
            )
            for one in ordered[:MOST_PANELS]
        ],
        ticks=[(float(place), f"{day:%d %b}") for place, day in enumerate(days) if place % every == 0],
    )
