"""A price on its way from decision to shop, and who may wave it through."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from pricing.domain.decision import Route

SHORTEST_JUSTIFICATION = 50
LONGEST_REASON = 200


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
    """One proposed price of one product."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Approver:
    """Who approves: the user, and whether they are a manager."""

    user_id: str
    manages: bool
    justification: str


def objection(change: PriceChange, approver: Approver, price_now: Decimal | None) -> str | None:
    """Why this person cannot approve this change now, or None when they can."""
    if change.state is not State.PROPOSED:
        return f"it is {change.state.value}, not PROPOSED"
    if change.policy_author_id == approver.user_id:
        return "you wrote the policy that decided it; a colleague must approve"
    if change.before != price_now:
        return (
            f"the shop's price is {price_now} now, it was {change.before} when this was decided; run the policy again"
        )
    if change.route == "manager" and not approver.manages:
        return "a move of this size needs a pricing manager"
    if change.route == "manager" and len(approver.justification.strip()) < SHORTEST_JUSTIFICATION:
        return f"a move of this size needs a justification of at least {SHORTEST_JUSTIFICATION} characters"
    return None
