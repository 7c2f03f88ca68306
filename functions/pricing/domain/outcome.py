"""What a publication brought, beside what was projected: looked at a week, two and four weeks after it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction

from pricing.domain.exact_percent import rounded, share_of

REVIEWS = (timedelta(days=7), timedelta(days=14), timedelta(days=28))
"""After how long a publication is looked at."""

WINDOW = 28
"""Days that the catalogue's count of units sold looks back."""

REVENUE_ALARM_PERCENT = Decimal(10)
MARGIN_ALARM_POINTS = Decimal(3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A price that stands, and the units sold in the 28 days before it went out and in the 28 days up to now."""

    price: Decimal
    cost: Decimal | None
    sold_before: int | None
    sold_now: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """Revenue and margin since a publication, beside what they would be had as many units been sold as before it.

    `exact` from four weeks on; before that the days of the count that lie before the publication are taken to have
    sold like those before them. `left_out` lines have no count of units. Margins are of lines with a cost.
    """

    at: datetime
    days: int
    exact: bool
    lines: int
    left_out: int
    projected_revenue: Decimal
    actual_revenue: Decimal
    revenue_percent: Decimal | None
    projected_margin_percent: Decimal | None
    actual_margin_percent: Decimal | None
    margin_points: Decimal | None
    alarms: tuple[str, ...]


def outcome_of(lines: Iterable[Line], days: int, at: datetime) -> Outcome:
    """Sum up lines of one currency, so many days after they went out."""
    counted = left_out = 0
    since = min(days, WINDOW)
    revenue = {"projected": Fraction(0), "actual": Fraction(0)}
    priced = {"projected": Fraction(0), "actual": Fraction(0)}
    costs = {"projected": Fraction(0), "actual": Fraction(0)}
    for line in lines:
        if line.sold_before is None or line.sold_now is None:
            left_out += 1
            continue
        counted += 1
        projected = Fraction(line.sold_before * since, WINDOW)
        actual = max(Fraction(0), line.sold_now - Fraction(line.sold_before * (WINDOW - since), WINDOW))
        for name, units in (("projected", projected), ("actual", actual)):
            revenue[name] += units * Fraction(line.price)
            if line.cost is not None:
                priced[name] += units * Fraction(line.price)
                costs[name] += units * Fraction(line.cost)
    change = _percent(revenue["actual"] - revenue["projected"], revenue["projected"])
    margins = {name: _percent(priced[name] - costs[name], priced[name]) for name in revenue}
    points = None
    if priced["projected"] and priced["actual"]:
        shares = {name: (priced[name] - costs[name]) / priced[name] for name in revenue}
        points = rounded((shares["actual"] - shares["projected"]) * 100)
    return Outcome(
        at=at,
        days=days,
        exact=days >= WINDOW,
        lines=counted,
        left_out=left_out,
        projected_revenue=rounded(revenue["projected"]),
        actual_revenue=rounded(revenue["actual"]),
        revenue_percent=change,
        projected_margin_percent=margins["projected"],
        actual_margin_percent=margins["actual"],
        margin_points=points,
        alarms=tuple(_alarms(change, points)),
    )


def next_review(published_at: datetime, now: datetime) -> datetime | None:
    """When a publication is looked at next, or None when it was looked at for the last time."""
    return next((published_at + after for after in REVIEWS if published_at + after > now), None)


def _alarms(change: Decimal | None, points: Decimal | None) -> Iterable[str]:
    if change is not None and change <= -REVENUE_ALARM_PERCENT:
        yield f"revenue is {-change} % below what was projected"
    if points is not None and points <= -MARGIN_ALARM_POINTS:
        yield f"the margin is {-points} points below what was projected"


def _percent(part: Fraction, whole: Fraction) -> Decimal | None:
    return share_of(part, whole) if whole else None
