"""What moved in the market: each change of a trusted price or stock between two looks at an offer.

A move is judged on the captured landed price in the page's own money: a rate that moves is no price that changes.
A price that nobody confirmed in time is stale, which is not the same as unchanged.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from pricing.domain.exact_percent import rounded
from pricing.domain.market import Offer
from pricing.domain.price_seen import PriceSeen, Rivals, standing_look, step_between


class Cause(StrEnum):
    """Why a row is listed; a closed list."""

    PRICE_CUT = "price_cut"
    PRICE_RISE = "price_rise"
    CURRENCY_CHANGED = "currency_changed"
    OUT_OF_STOCK = "out_of_stock"
    BACK_IN_STOCK = "back_in_stock"
    NEW_OFFER = "new_offer"
    SEEN_AGAIN = "seen_again"
    LOST = "lost"
    STALE = "stale"


class OfferMoved(StrEnum):
    """What became of an offer within a window; the first that fits, in this order."""

    LEFT_OUT = "left_out"
    LOST = "lost"
    NEVER_READ = "never_read"
    STALE = "stale"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True, kw_only=True)
class Spell:
    """From when on and until when is looked (the end not included), and how old a price may be at the end."""

    since: datetime
    until: datetime
    stale_after: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketChange:
    """One row. Amounts are landed and in `currency`, `percent` is of the price before.

    `taken_back_at` is when, within the spell, a cut was undone or a rise given up. A stale row's `at` is when the
    price became too old.
    """

    cause: Cause
    at: datetime
    offer_id: str
    product_id: str
    competitor_id: str
    currency: str | None = None
    before: Decimal | None = None
    after: Decimal | None = None
    percent: Decimal | None = None
    in_stock: bool | None = None
    seller: str | None = None
    observation_id: str | None = None
    before_observation_id: str | None = None
    taken_back_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class OfferMoves:
    """What happened to one offer, oldest first, what that makes of it, and since when it is stale."""

    state: OfferMoved
    changes: tuple[MarketChange, ...]
    stale_since: datetime | None = None


def moves_of(
    offer: Offer, before: PriceSeen | None, looks: Sequence[PriceSeen], rivals: Rivals, spell: Spell
) -> OfferMoves:
    """What happened to an offer in a spell. `before` is the newest look before it, `looks` those within, in order."""
    newest = _newest(offer, before, looks, spell.until)
    if newest is not None and rivals.leaves_out(newest):
        return OfferMoves(OfferMoved.LEFT_OUT, ())
    expiry = rivals.expires_after(offer.competitor_id)
    counted = [one for one in looks if not rivals.leaves_out(one)]
    start = before if before is not None and not rivals.leaves_out(before) else None
    changes = _moves(offer, start, counted, expiry, spell)
    lost = offer.is_lost and offer.failing_since is not None and offer.failing_since < spell.until
    if lost and offer.failing_since is not None and offer.failing_since >= spell.since:
        changes.append(_row(Cause.LOST, offer, offer.failing_since, newest, None))
    stale_since = None
    if newest is not None:
        too_old = newest.captured_at + min(spell.stale_after, expiry)
        stale_since = too_old if too_old < spell.until else None
    if stale_since is not None:
        changes.append(_row(Cause.STALE, offer, stale_since, newest, None))
    changes.sort(key=lambda one: (one.at, one.cause.value))
    return OfferMoves(
        _state(lost=lost, newest=newest, stale=stale_since is not None, changes=changes), tuple(changes), stale_since
    )


def _newest(offer: Offer, before: PriceSeen | None, looks: Sequence[PriceSeen], until: datetime) -> PriceSeen | None:
    if looks or before is not None:
        return looks[-1] if looks else before
    # Older than any price that counts: what stands says how old it is.
    standing = standing_look(offer)
    return standing if standing is not None and standing.captured_at < until else None


def _state(*, lost: bool, newest: PriceSeen | None, stale: bool, changes: Sequence[MarketChange]) -> OfferMoved:
    if lost:
        return OfferMoved.LOST
    if newest is None:
        return OfferMoved.NEVER_READ
    if stale:
        return OfferMoved.STALE
    return OfferMoved.CHANGED if changes else OfferMoved.UNCHANGED


def _moves(
    offer: Offer, start: PriceSeen | None, looks: Sequence[PriceSeen], expiry: timedelta, spell: Spell
) -> list[MarketChange]:
    found: list[MarketChange] = []
    last, stock = start, "unknown" if start is None else start.stock
    for place, seen in enumerate(looks):
        if last is None:
            # What was watched before the oldest price that counts was there already, unseen.
            known = offer.created_at < spell.since - expiry
            found.append(_row(Cause.SEEN_AGAIN if known else Cause.NEW_OFFER, offer, seen.captured_at, None, seen))
        elif seen.captured_at - last.captured_at > expiry:
            found.append(_row(Cause.SEEN_AGAIN, offer, seen.captured_at, last, seen))
        else:
            found += _between(offer, last, seen, stock, looks[place + 1 :])
        last, stock = seen, seen.stock if seen.stock != "unknown" else stock
    return found


def _between(
    offer: Offer, last: PriceSeen, seen: PriceSeen, stock: str, later: Sequence[PriceSeen]
) -> list[MarketChange]:
    found: list[MarketChange] = []
    if seen.currency != last.currency:
        found.append(_row(Cause.CURRENCY_CHANGED, offer, seen.captured_at, last, seen))
    elif seen.landed_price != last.landed_price:
        cut = seen.landed_price < last.landed_price
        row = _row(Cause.PRICE_CUT if cut else Cause.PRICE_RISE, offer, seen.captured_at, last, seen)
        found.append(replace(row, taken_back_at=_taken_back(last, later, cut=cut)))
    if "unknown" not in {stock, seen.stock} and seen.stock != stock:
        cause = Cause.BACK_IN_STOCK if seen.stock == "in" else Cause.OUT_OF_STOCK
        found.append(_row(cause, offer, seen.captured_at, last, seen))
    return found


def _taken_back(last: PriceSeen, later: Sequence[PriceSeen], *, cut: bool) -> datetime | None:
    """When the price was first again what it had been before the move, or beyond."""
    for one in later:
        if one.currency != last.currency:
            return None
        if one.landed_price >= last.landed_price if cut else one.landed_price <= last.landed_price:
            return one.captured_at
    return None


def _row(cause: Cause, offer: Offer, at: datetime, last: PriceSeen | None, seen: PriceSeen | None) -> MarketChange:
    shown = seen or last
    same_money = last is not None and seen is not None and last.currency == seen.currency
    # Two currencies stand in no one row: then only the new price does.
    before = last if last is not None and (seen is None or same_money) else None
    step = None if last is None or seen is None else step_between(last, seen)
    return MarketChange(
        cause=cause,
        at=at,
        offer_id=offer.offer_id,
        product_id=offer.product_id,
        competitor_id=offer.competitor_id,
        currency=None if shown is None else shown.currency,
        before=None if before is None else before.landed_price,
        after=None if seen is None else seen.landed_price,
        percent=None if step is None else rounded(step),
        in_stock=None if seen is None or seen.stock == "unknown" else seen.stock == "in",
        seller=None if shown is None else shown.seller,
        observation_id=None if seen is None else seen.observation_id,
        before_observation_id=None if last is None else last.observation_id,
    )
