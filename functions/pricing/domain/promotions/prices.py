"""The price changes that a promotion makes: at its beginning, and back at its end."""

from datetime import datetime
from decimal import Decimal
from typing import Literal

from pricing.domain.market import ProductFacts
from pricing.domain.price_change import PriceChange, State, weighed
from pricing.domain.promotions.promotion import Item, ItemState, Promotion
from shared.kernel.identifiers import derived_id

type Phase = Literal["on", "off"]
type Move = tuple[Decimal | None, Decimal]

OPEN = frozenset({State.PROPOSED, State.APPROVED, State.SENT})
# What stands in the shop, or may.
STANDS = frozenset({State.APPLIED, State.UNKNOWN})


def change_id(promotion: Promotion, phase: Phase, product_id: str) -> str:
    """The id of a price change of a promotion, the same however often it is made."""
    return derived_id("chg", promotion.promotion_id, phase, product_id)


def shown(item: Item, on: PriceChange | None) -> Decimal | None:
    """The price that a promotion leaves in the shop: its own, or the one that it found and never wrote over."""
    return item.price if on is not None and on.state in STANDS else item.before


def wanted(promotion: Promotion, item: Item, phase: Phase, on: PriceChange | None = None) -> Move | None:
    """From which price to which a product moves in a phase; None where there is nothing to do.

    What it moves back from at the end depends on what became of the change that it began with, `on`.
    """
    before, after = (item.before, item.price) if phase == "on" else (shown(item, on), item.standing)
    if item.state is not ItemState.ON or promotion.began_at is None or after is None or before == after:
        return None
    return before, after


def change_of(
    promotion: Promotion, item: Item, phase: Phase, move: Move, facts: ProductFacts, at: datetime
) -> PriceChange:
    """The price change of a product in a phase: approved by whoever approved the promotion."""
    change = PriceChange(
        change_id=change_id(promotion, phase, item.product_id),
        organisation_id=promotion.organisation_id,
        shop_id=promotion.shop_id,
        run_id=promotion.promotion_id,
        decision_id=promotion.promotion_id,
        product_id=item.product_id,
        sku=item.sku,
        currency=facts.currency,
        before=move[0],
        after=move[1],
        reason="IN_PROMOTION",
        route="manager",
        state=State.APPROVED,
        policy_author_id=promotion.authors[-1],
        product_revision=facts.revision,
        proposed_at=at,
        decided_by=promotion.approved_by,
        decided_at=promotion.approved_at,
        justification=f"the promotion «{promotion.name}» {'begins' if phase == 'on' else 'ended'}",
    )
    return weighed(change, facts)


def ended(item: Item, on: PriceChange | None, off: PriceChange | None) -> tuple[ItemState, str]:
    """What became of a product at the end of its promotion."""
    if item.state is not ItemState.ON:
        return item.state, item.detail
    if off is not None:
        return _returned(off)
    if on is None or on.state is State.REVERTED:
        return ItemState.UNTOUCHED, "" if on is None else "its price was taken back before"
    if on.state not in STANDS:
        return ItemState.FAILED, on.detail or on.deny_reason or ""
    return ItemState.CONFLICT, "it had no price before the promotion; set one"


def _returned(off: PriceChange) -> tuple[ItemState, str]:
    if off.state is State.APPLIED:
        return ItemState.RETURNED, ""
    if off.state is State.UNKNOWN:
        return ItemState.UNKNOWN, off.detail
    return (ItemState.CONFLICT if off.failure == "conflict" else ItemState.FAILED), off.detail or off.deny_reason or ""
