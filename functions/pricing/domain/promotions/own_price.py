"""What a product cost in our shop, and its prior price: the lowest of the days before a reduction began.

Directive 98/6/EC, Article 6a. A history that is not known without a gap has no prior price: it is never guessed.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from decimal import Decimal
from itertools import pairwise
from zoneinfo import ZoneInfo

from pricing.domain.market import ProductFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnPrice:
    """A price that our shop showed from `valid_from` (UTC) until the next one; None while it showed no price.

    `number` counts the prices of the product: between two that follow each other there was no third. `revision` is the
    catalogue's when it told of it, `source` what set it.
    """

    organisation_id: str
    product_id: str
    amount: Decimal | None
    currency: str
    valid_from: datetime
    number: int | None
    revision: int
    source: str | None = None


@dataclass(frozen=True, slots=True)
class Window:
    """From `start` up to `end`, without it (UTC)."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Prior:
    """A prior price, or None and why there is none."""

    amount: Decimal | None
    why_none: str = ""


def own_price_of(facts: ProductFacts) -> OwnPrice | None:
    """The price that the catalogue tells of; None when it never had one, or does not say since when."""
    if facts.price_since is None:
        return None
    return OwnPrice(
        organisation_id=facts.organisation_id,
        product_id=facts.product_id,
        amount=facts.price,
        currency=facts.currency,
        valid_from=facts.price_since,
        number=facts.price_number,
        revision=facts.revision,
        source=facts.price_source,
    )


def window_before(begins: datetime, days: int, zone: ZoneInfo) -> Window:
    """The days before a reduction begins: from the start of a day on the shop's own calendar.

    So it holds at least that many days, whatever the clocks did meanwhile.
    """
    day = begins.astimezone(zone).date() - timedelta(days=days)
    start = datetime.combine(day, time(), zone)
    return Window(start.astimezone(begins.tzinfo), begins)


def lowest_in(history: Sequence[OwnPrice], window: Window, currency: str) -> Prior:
    """The lowest price that was shown in the window; `history` holds the price that stood at its start, and later ones.

    What follows the last known price is taken to be that price.
    """
    known = sorted(history, key=lambda one: (one.valid_from, one.number or 0))
    before = [one for one in known if one.valid_from <= window.start]
    if not before:
        return Prior(None, f"no price is known for {window.start.isoformat()}, where the time before it begins")
    shown = [before[-1], *(one for one in known if window.start < one.valid_from < window.end)]
    gap = _gap(shown, currency)
    if gap:
        return Prior(None, gap)
    applied = list(_applied(shown, window))
    unpriced = next((one for one in applied if one.amount is None), None)
    if unpriced is not None:
        return Prior(None, f"the product had no price from {unpriced.valid_from.isoformat()} on")
    if not applied:
        return Prior(None, "no time lies before it")
    return Prior(min(one.amount for one in applied if one.amount is not None))


def last_before(history: Sequence[OwnPrice], moment: datetime, currency: str) -> Prior:
    """The price that stood right before a moment."""
    known = sorted(history, key=lambda one: (one.valid_from, one.number or 0))
    before = [one for one in known if one.valid_from < moment]
    if not before:
        return Prior(None, f"no price is known before {moment.isoformat()}")
    if before[-1].amount is None:
        return Prior(None, f"the product had no price before {moment.isoformat()}")
    return Prior(None, _gap(before[-1:], currency)) if _gap(before[-1:], currency) else Prior(before[-1].amount)


def rose_between(history: Sequence[OwnPrice], first: datetime, until: datetime) -> bool:
    """Whether a price rose, or was none for a while, after a moment and before another."""
    known = sorted(history, key=lambda one: (one.valid_from, one.number or 0))
    standing = [one for one in known if one.valid_from <= first][-1:]
    shown = [*standing, *(one for one in known if first < one.valid_from < until)]
    return any(
        one.amount is None or following.amount is None or following.amount > one.amount
        for one, following in pairwise(shown)
    )


def _gap(shown: Sequence[OwnPrice], currency: str) -> str:
    """Why prices that follow each other are not the whole of what was shown."""
    for one in shown:
        if one.currency != currency:
            return f"the price of {one.valid_from.isoformat()} is in {one.currency}, the product in {currency}"
    for one, following in pairwise(shown):
        between = f"between {one.valid_from.isoformat()} and {following.valid_from.isoformat()}"
        if one.number is None or following.number is None:
            return f"the catalogue does not say whether there was another price {between}"
        if following.number != one.number + 1:
            return f"the history has a gap: what was shown {between} was not told"
    return ""


def _applied(shown: Sequence[OwnPrice], window: Window) -> Iterator[OwnPrice]:
    """The prices that stood for any time of the window; of two that were set at one moment the first never stood."""
    ends = [*(one.valid_from for one in shown[1:]), window.end]
    for one, end in zip(shown, ends, strict=True):
        if max(one.valid_from, window.start) < min(end, window.end):
            yield one
