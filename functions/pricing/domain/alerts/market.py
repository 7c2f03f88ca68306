"""What happened to an offer, as alerts see it: how it stood before a change, and how it stands now."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

from pricing.domain.market import Offer
from pricing.domain.price_seen import Stock, standing_look

EPOCH = datetime.fromisoformat("2000-01-01T00:00:00+00:00")


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferState:
    """What a trusted look showed of an offer. `landed` is as captured in `currency`, `compared` in the shop's money.

    Without a price nobody has read one yet. `lost` says that its page is gone.
    """

    landed: Decimal | None = None
    currency: str | None = None
    compared: Decimal | None = None
    compared_currency: str | None = None
    stock: Stock = "unknown"
    lost: bool = False
    seller: str | None = None
    observation_id: str | None = None

    @property
    def on_sale(self) -> Decimal | None:
        """What it sells for in the shop's money; None when it cannot be bought or compared."""
        return None if self.lost or self.stock == "out" else self.compared

    def shows(self, other: "OfferState") -> bool:
        """Whether a buyer sees the same in both; a rate that moved is nothing that a buyer sees."""
        mine = (self.landed, self.currency, self.stock, self.lost, self.seller)
        return mine == (other.landed, other.currency, other.stock, other.lost, other.seller)


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketEvent:
    """A change of one offer. `at` is when it was first seen to differ from `before`, `changes` how often it moved.

    An offer has one event at most that waits: a price that returns before it is taken up leaves nothing to tell.
    """

    organisation_id: str
    shop_id: str
    product_id: str
    competitor_id: str
    offer_id: str
    at: datetime
    before: OfferState
    after: OfferState
    changes: int = 1

    @property
    def percent(self) -> Decimal | None:
        """By how much the captured price moved, in percent of the one before; None across currencies."""
        old, new = self.before.landed, self.after.landed
        if not old or new is None or self.before.currency != self.after.currency:
            return None
        return ((new - old) / old * 100).quantize(Decimal("0.01"))

    @property
    def returned(self) -> bool:
        """Whether the offer shows again what it showed before."""
        return self.before.shows(self.after)


def state_of(offer: Offer) -> OfferState:
    """How an offer stands."""
    seen = standing_look(offer)
    if seen is None:
        return OfferState(lost=offer.is_lost)
    same_money = seen.compared_price is not None
    return OfferState(
        landed=seen.landed_price,
        currency=seen.currency,
        compared=seen.compared_price if same_money else seen.landed_price,
        compared_currency=seen.compared_currency if same_money else seen.currency,
        stock=seen.stock,
        lost=offer.is_lost,
        seller=seen.seller,
        observation_id=seen.observation_id,
    )


def event_of(before: Offer, after: Offer, at: datetime) -> MarketEvent | None:
    """What changed of an offer, or None where a buyer sees no difference."""
    old, new = state_of(before), state_of(after)
    if old.shows(new):
        return None
    return MarketEvent(
        organisation_id=after.organisation_id,
        shop_id=after.shop_id,
        product_id=after.product_id,
        competitor_id=after.competitor_id,
        offer_id=after.offer_id,
        at=at,
        before=old,
        after=new,
    )


def followed(earlier: MarketEvent, later: MarketEvent) -> MarketEvent:
    """Two changes of one offer as one: from where the first began to where the second ended."""
    return replace(earlier, after=later.after, changes=earlier.changes + later.changes)


def ripe_before(now: datetime, pause: timedelta) -> datetime:
    """The end (not included) of the events that have waited: those of one window of a pause are taken up together.

    An event waits one to two pauses, counted in windows of the clock, so that a scan is told as a whole.
    """
    return EPOCH + ((now - EPOCH) // pause - 1) * pause
