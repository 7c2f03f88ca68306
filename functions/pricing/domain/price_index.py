"""The price index: our price over the average landed price in stock, times 100; below 100 we are the cheaper.

A product's index of a day is taken at the day's end from the newest look at each offer, of a period it is the mean of
its days, and of a group the mean of its products. Everything is exact until the one rounding at the end.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Literal, Protocol

from pricing.domain.exact_percent import mean, rounded, scaled
from pricing.domain.market import ProductFacts
from pricing.domain.price_seen import PriceSeen, Rivals

type Grouping = Literal["category", "brand", "competitor", "none"]

_EXACT = 60
"""Digits enough to add prices without a rounding."""

DIRECTION = "our price / average landed in-stock price x 100; below 100 we are cheaper"


class Published(Protocol):
    """A price of ours that was published."""

    @property
    def at(self) -> datetime:
        """When it was published."""

    @property
    def before(self) -> Decimal | None:
        """What stood before it."""

    @property
    def after(self) -> Decimal:
        """What stood from then on."""


@dataclass(frozen=True, slots=True)
class Day:
    """A day in UTC and the moment that it is looked at: its end, or now."""

    date: date
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DayIndex:
    """A product on one day, against all its rivals. `index` is None without a price of ours or without a rival."""

    day: date
    ours: Decimal | None
    offers: tuple[PriceSeen, ...]
    average: Fraction | None
    index: Fraction | None

    @property
    def shown(self) -> tuple[Decimal | None, Decimal | None]:
        """The average and the index at two digits."""
        average = None if self.average is None else rounded(self.average)
        return average, None if self.index is None else rounded(self.index)


def days_until(now: datetime, count: int) -> list[Day]:
    """The last days before a moment, its own included, oldest first."""
    today = now.astimezone(UTC).date()
    dates = [today - timedelta(days=back) for back in range(count - 1, -1, -1)]
    ends = [datetime.combine(one + timedelta(days=1), time(), UTC) for one in dates]
    return [Day(one, min(end, now)) for one, end in zip(dates, ends, strict=True)]


def price_at(facts: ProductFacts, published: Sequence[Published], at: datetime) -> Decimal | None:
    """What our price was; None when nobody knows. `published` is in the order of time."""
    if facts.price is None or facts.price_since is None or facts.price_since <= at:
        return facts.price
    earlier = [one for one in published if one.at <= at]
    if earlier:
        return earlier[-1].after
    return published[0].before if published else None


def index_of_days(
    days: Sequence[Day], ours: Sequence[Decimal | None], looks: Iterable[PriceSeen], rivals: Rivals
) -> list[DayIndex]:
    """A product on some days, in order; `ours` are its prices on them.

    Of each offer's newest look before a day's end those count that are in stock, a rival's, and not expired then.
    """
    coming = sorted(looks, key=lambda seen: (seen.captured_at, seen.observation_id), reverse=True)
    newest: dict[str, PriceSeen] = {}
    found: list[DayIndex] = []
    for day, price in zip(days, ours, strict=True):
        while coming and coming[-1].captured_at < day.at:
            seen = coming.pop()
            newest[seen.offer_id] = seen
        offers = tuple(one for _, one in sorted(newest.items()) if _counts(one, rivals, day.at))
        found.append(_index(day.date, price, offers, rivals))
    return found


def _index(day: date, ours: Decimal | None, offers: tuple[PriceSeen, ...], rivals: Rivals) -> DayIndex:
    prices = [price for one in offers if (price := one.in_money_of(rivals.facts)) is not None]
    if not prices:
        return DayIndex(day=day, ours=ours, offers=offers, average=None, index=None)
    with localcontext(prec=_EXACT):
        total = Fraction(sum(prices, Decimal(0)))
    index = None if ours is None else Fraction(ours) * (100 * len(prices)) / total
    return DayIndex(day=day, ours=ours, offers=offers, average=total / len(prices), index=index)


def _counts(seen: PriceSeen, rivals: Rivals, at: datetime) -> bool:
    if seen.stock != "in" or rivals.leaves_out(seen):
        return False
    if at - seen.captured_at > rivals.expires_after(seen.competitor_id):
        return False
    price = seen.in_money_of(rivals.facts)
    return price is not None and price > 0


@dataclass(slots=True)
class PeriodFigure:
    """The sum of a group's product indexes in one period, and what has none."""

    total: int = 0
    products: int = 0
    without_competition: int = 0
    without_price: int = 0

    @property
    def index(self) -> Decimal | None:
        """The group's index at two digits."""
        return mean(self.total, self.products) if self.products else None

    def take(self, days: Sequence[DayIndex]) -> None:
        """Count a product by its days of the period."""
        known = [one.index for one in days if one.index is not None]
        if known:
            self.total += scaled(sum(known, Fraction(0)) / len(known))
            self.products += 1
        elif any(one.average is not None for one in days):
            self.without_price += 1
        else:
            self.without_competition += 1


def product_index(days: Sequence[DayIndex]) -> Decimal | None:
    """A product's index over the days of a period at two digits."""
    known = [one.index for one in days if one.index is not None]
    return rounded(sum(known, Fraction(0)) / len(known)) if known else None


def of_competitor(days: Sequence[DayIndex], competitor_id: str, rivals: Rivals) -> list[DayIndex]:
    """A product's days against one competitor alone."""
    return [
        _index(day.day, day.ours, tuple(one for one in day.offers if one.competitor_id == competitor_id), rivals)
        for day in days
    ]


def keys_of(facts: ProductFacts, by: Grouping, watched: Mapping[str, Sequence[str]]) -> Sequence[str | None]:
    """The groups that a product counts in; None is that of those without a category or brand."""
    if by == "competitor":
        return sorted(set(watched.get(facts.product_id, ())))
    if by == "none":
        return (None,)
    return (facts.category if by == "category" else facts.brand,)
