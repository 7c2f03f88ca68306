"""A promotion: some products' prices for a time, and what is claimed of them; price and claim are checked apart."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Literal

from pricing.domain.errors import InvalidPromotion

PROMOTION_PREFIX = "prm"
MOST_ITEMS = 500
LONGEST = timedelta(days=366)
# Products are held so long before their promotion begins, that nothing is on its way to the shop when it does.
HELD_AHEAD = timedelta(minutes=2)
SETTLES = timedelta(minutes=1)
LATE = timedelta(minutes=5)

type ClaimKind = Literal["none", "was", "percent"]


class PromotionState(StrEnum):
    """From PROPOSED to ENDED; what somebody called off before it began is CANCELLED."""

    PROPOSED = "PROPOSED"
    APPROVED = "APPROVED"
    HELD = "HELD"
    RUNNING = "RUNNING"
    ENDING = "ENDING"
    ENDED = "ENDED"
    CANCELLED = "CANCELLED"


LIVE = (PromotionState.APPROVED, PromotionState.HELD, PromotionState.RUNNING, PromotionState.ENDING)
BEGUN = (PromotionState.RUNNING, PromotionState.ENDING)
UNBEGUN = (PromotionState.PROPOSED, PromotionState.APPROVED)


class ItemState(StrEnum):
    """What became of a product: PLANNED, ON (its price is asked for), and then one of the ends."""

    PLANNED = "PLANNED"
    ON = "ON"
    BLOCKED = "BLOCKED"
    UNTOUCHED = "UNTOUCHED"
    RETURNED = "RETURNED"
    CONTINUED = "CONTINUED"
    CONFLICT = "CONFLICT"
    FAILED = "FAILED"
    UNKNOWN = "UNKNOWN"


@dataclass(frozen=True, slots=True)
class Claim:
    """What is said of the price: nothing, «was so much», or «so many percent off»."""

    kind: ClaimKind = "none"
    value: Decimal | None = None

    def __str__(self) -> str:
        return {"none": "no claim", "was": f"was {self.value}", "percent": f"{self.value} % off"}[self.kind]


NO_CLAIM = Claim()


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A product in a promotion. `on_market_since` is said by a person, of a product that is new.

    From its beginning on it knows the price `before` it, and the `standing` price that comes back after it.
    """

    product_id: str
    sku: str
    price: Decimal
    claim: Claim = NO_CLAIM
    on_market_since: datetime | None = None
    state: ItemState = ItemState.PLANNED
    before: Decimal | None = None
    standing: Decimal | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Promotion:
    """Prices of one shop from `starts_at` until `ends_at` (UTC), in a country and on a calendar.

    Nobody of its `authors` approves it. `revision` grows with each change. `due_at` is when there is something to do.
    It really began and ended at `began_at` and `ended_at`. `publications` counts those that were tried.
    """

    promotion_id: str
    organisation_id: str
    shop_id: str
    name: str
    country: str
    time_zone: str
    starts_at: datetime
    ends_at: datetime
    items: tuple[Item, ...]
    authors: tuple[str, ...]
    created_at: datetime
    changed_at: datetime
    state: PromotionState = PromotionState.PROPOSED
    revision: int = 1
    approved_by: str | None = None
    approved_at: datetime | None = None
    began_at: datetime | None = None
    ended_at: datetime | None = None
    ended_by: str | None = None
    end_reason: str = ""
    due_at: datetime | None = None
    publications: int = 0
    detail: str = ""

    @property
    def product_ids(self) -> tuple[str, ...]:
        """Its products."""
        return tuple(item.product_id for item in self.items)

    @property
    def begins(self) -> datetime:
        """When it began, or is to begin."""
        return self.began_at or self.starts_at

    def item_of(self, product_id: str) -> Item | None:
        """Its item of a product, if it has one."""
        return next((item for item in self.items if item.product_id == product_id), None)

    def in_country(self, country: str) -> "Promotion":
        """The same by the law of another country."""
        return replace(self, country=country)

    def covers(self, at: datetime) -> bool:
        """Whether its prices are, were, or are to be in force at a moment."""
        return self.begins <= at < (self.ended_at or self.ends_at)

    def is_followed_by(self, other: "Promotion") -> bool:
        """Whether the other is to begin at the moment at which this one is to end, and this one was not ended early."""
        early = self.ended_at is not None and self.ended_at < self.ends_at
        return other.starts_at == self.ends_at and not early

    def changed(self, at: datetime, **changes: object) -> "Promotion":
        """Its next revision."""
        return replace(self, revision=self.revision + 1, changed_at=at, **changes)  # type: ignore[arg-type]

    def approved(self, user_id: str, at: datetime) -> "Promotion":
        """Its revision that a colleague vouches for."""
        return self.changed(
            at,
            state=PromotionState.APPROVED,
            approved_by=user_id,
            approved_at=at,
            due_at=max(at, self.starts_at - HELD_AHEAD),
        )


def checked(promotion: Promotion, at: datetime) -> Promotion:
    """A new or changed promotion as it is, when its times and its size make sense."""
    if not promotion.items:
        raise InvalidPromotion("it has no product; name SKUs in items or skus, or a filter that means some")
    if len(promotion.items) > MOST_ITEMS:
        raise InvalidPromotion(f"it has {len(promotion.items)} products, at most {MOST_ITEMS} go into one; divide it")
    if promotion.ends_at <= promotion.starts_at:
        raise InvalidPromotion(f"it ends at {promotion.ends_at.isoformat()}, not after it starts")
    if promotion.ends_at - promotion.starts_at > LONGEST:
        raise InvalidPromotion(f"it is longer than {LONGEST.days} days; then its price is simply the price")
    if promotion.starts_at < at - LATE:
        raise InvalidPromotion(f"it starts at {promotion.starts_at.isoformat()}, which is past; leave it out for now")
    return promotion
