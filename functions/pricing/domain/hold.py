"""A mark that keeps a product out of automatic pricing: a person's lock, or a promotion."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal

from pricing.domain.errors import HoldOfPromotion, InvalidHold

type HoldKind = Literal["lock", "promotion"]

# What the ids of holds begin with; the price that a hold names is proposed under its id in place of a run's.
HOLD_PREFIX = "hld"
SHORTEST_REASON = 3
LONGEST_REASON = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """Keeps one product's price as it is, from `starts_at` until `ends_at` (UTC), or until somebody takes it away.

    A lock may name the `price` that a person wants, in the shop's currency; it is proposed like any other. The hold
    of a promotion that we run names it: its prices pass, and it ends with the promotion.
    """

    hold_id: str
    organisation_id: str
    shop_id: str
    product_id: str
    sku: str
    kind: HoldKind
    reason: str
    starts_at: datetime
    ends_at: datetime | None
    set_by: str
    set_at: datetime
    price: Decimal | None = None
    promotion_id: str | None = None

    def holds(self, at: datetime) -> bool:
        """Whether it is in force."""
        return self.starts_at <= at and (self.ends_at is None or at < self.ends_at)


def checked(hold: Hold) -> Hold:
    """A new hold as it is, when it says why it is there and ends after it starts."""
    if not SHORTEST_REASON <= len(hold.reason.strip()) <= LONGEST_REASON:
        detail = f"say in {SHORTEST_REASON} to {LONGEST_REASON} characters why «{hold.sku}» is held"
        raise InvalidHold(detail)
    if hold.ends_at is not None and hold.ends_at <= hold.starts_at:
        detail = f"it ends at {hold.ends_at.isoformat()}, not after it starts at {hold.starts_at.isoformat()}"
        raise InvalidHold(detail)
    if hold.price is not None and hold.kind != "lock":
        raise InvalidHold("a promotion names no price; lock the product to set one")
    if hold.price is not None and hold.starts_at > hold.set_at:
        detail = f"its price is proposed at once, but it starts at {hold.starts_at.isoformat()}: leave one of them out"
        raise InvalidHold(detail)
    return hold


def held_back(run_id: str, holds: Collection[Hold]) -> str | None:
    """Why a price that came from a run, a hold or a promotion may not be set while these hold its product, or None."""
    others = [hold for hold in holds if hold.promotion_id is None or hold.promotion_id != run_id]
    if not others or any(hold.hold_id == run_id for hold in others):
        return None
    first = min(others, key=lambda hold: hold.hold_id)
    return f"the product is held by {first.hold_id} ({first.kind}: {first.reason}); end the hold first"


def not_of_a_promotion(hold: Hold) -> Hold:
    """The hold, when people may end it; a promotion's prices would be written over while it runs."""
    if hold.promotion_id is not None:
        path = f"/pricing/promotions/{hold.promotion_id}/ends"
        raise HoldOfPromotion(f"«{hold.hold_id}» ends with {hold.promotion_id}; POST {path} ends it")
    return hold
