"""A price on its way from decision to shop, and who may wave it through."""

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import ROUND_HALF_EVEN, Decimal
from enum import StrEnum
from typing import Literal

from pricing.domain.decision import Route
from pricing.domain.market import ProductFacts

SHORTEST_JUSTIFICATION = 50
LONGEST_REASON = 200
UNDO_ENDED = "the undo that wanted it ended before it was written"
SHARES = 10_000

type Failure = Literal["compliance", "conflict", "held", "refused"]
"""Why a price was not written: a law or a contract forbids it, the shop shows another one, the product is held, or the
shop did not take it."""


class State(StrEnum):
    """Sent is not applied: a price counts as applied when it was read back from the shop."""

    PROPOSED = "PROPOSED"
    APPROVED = "APPROVED"
    DENIED = "DENIED"
    SENT = "SENT"
    APPLIED = "APPLIED"
    UNKNOWN = "UNKNOWN"
    REVERTED = "REVERTED"
    FAILED = "FAILED"


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceChange:
    """One proposed price of one product.

    `stake` is the money a week that it moves: its size times the units sold in a week (one, where that is not known).
    `size_percent` is its size beside the price before, `sold_28d` the units sold before it. `facts_hash` names what the
    catalogue said when it was decided.
    """

    change_id: str
    organisation_id: str
    shop_id: str
    run_id: str
    decision_id: str
    product_id: str
    sku: str
    currency: str
    before: Decimal | None
    after: Decimal
    reason: str
    route: Route
    state: State
    policy_author_id: str
    product_revision: int
    proposed_at: datetime
    decided_by: str | None = None
    decided_at: datetime | None = None
    justification: str | None = None
    deny_reason: str | None = None
    batch_id: str | None = None
    detail: str = ""
    failure: Failure | None = None
    brand: str | None = None
    stake: Decimal = Decimal(0)
    size_percent: Decimal | None = None
    facts_hash: str = ""
    expires_at: datetime | None = None
    undoes: str | None = None
    applied_at: datetime | None = None
    sold_28d: int | None = None

    @property
    def mends(self) -> bool:
        """Whether it takes back, by an undo or at a promotion's end, and raises by that the price that stands."""
        takes_back = self.undoes is not None or self.reason == "IN_PROMOTION"
        return takes_back and self.before is not None and self.after > self.before

    @property
    def share(self) -> int:
        """Its place among ten thousand, drawn once from its id: the first ones of a publication go out ahead."""
        return int.from_bytes(hashlib.sha256(self.change_id.encode()).digest()[:8]) % SHARES


@dataclass(frozen=True, slots=True, kw_only=True)
class Approver:
    """Who approves: the user, and whether they are a manager."""

    user_id: str
    manages: bool
    justification: str


def facts_hash(facts: ProductFacts) -> str:
    """What the catalogue says of a product that a price of it rests on, as a name; its price itself stands apart."""
    amounts = (facts.cost, facts.min_price, facts.max_price, facts.map_price, facts.msrp)
    told = [facts.currency, facts.tax_basis, facts.active, *(one and f"{one.normalize():f}" for one in amounts)]
    return hashlib.sha256("|".join(map(str, told)).encode()).hexdigest()[:16]


def weighed(change: PriceChange, facts: ProductFacts) -> PriceChange:
    """The change with what a person weighs it by: brand, money a week, size, and what the catalogue says now."""
    size = None if not change.before else abs(change.after - change.before) / change.before * 100
    stake = abs(change.after - (change.before or 0)) * facts.units_a_week
    return replace(
        change,
        brand=facts.brand,
        stake=stake.quantize(change.after, ROUND_HALF_EVEN),
        size_percent=None if size is None else size.quantize(Decimal("0.01"), ROUND_HALF_EVEN),
        facts_hash=facts_hash(facts),
        sold_28d=facts.sold_28d,
    )


def objection(change: PriceChange, approver: Approver, facts: ProductFacts, at: datetime) -> str | None:
    """Why this person cannot approve this change at this moment, or None when they can."""
    if change.state is not State.PROPOSED:
        return f"it is {change.state.value}, not PROPOSED"
    if change.expires_at is not None and change.expires_at <= at:
        return f"it expired at {change.expires_at.isoformat()}; run the policy again"
    if change.policy_author_id == approver.user_id:
        return "you wrote the policy that decided it; a colleague must approve"
    if change.before != facts.price:
        return (
            f"the shop's price is {facts.price} now, it was {change.before} when this was decided; run the policy again"
        )
    if change.facts_hash and change.facts_hash != facts_hash(facts):
        return "the product's cost, bounds or status changed since this was decided; run the policy again"
    if change.route == "manager" and not approver.manages:
        return "a move of this size needs a pricing manager"
    if change.route == "manager" and len(approver.justification.strip()) < SHORTEST_JUSTIFICATION:
        return f"a move of this size needs a justification of at least {SHORTEST_JUSTIFICATION} characters"
    return None
