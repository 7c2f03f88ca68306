"""What promotions need from outside, in pricing's own words."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Protocol

from pricing.domain.promotions.promotion import Promotion, PromotionState
from shared.kernel.paging import Page, Window


class Promotions(Protocol):
    """The promotions of every organisation, and the evidence for them."""

    async def add(self, promotion: Promotion) -> Promotion:
        """Keep a new promotion; one of this id stays as it is and is returned."""

    async def get(self, organisation_id: str, promotion_id: str) -> Promotion:
        """Return one promotion; `PromotionNotFound` when there is none."""

    async def page(
        self, organisation_id: str, window: Window, shop_id: str | None, state: PromotionState | None
    ) -> Page[Promotion]:
        """Return some promotions, newest first: all, or those of a shop or in a state."""

    async def save(self, promotion: Promotion) -> None:
        """Keep the next revision; `PromotionChanged` when the stored one is not the one before it."""

    async def approve(self, promotion: Promotion) -> Sequence[str]:
        """Keep the approved revision, unless a live promotion of its products overlaps it; return the ids of those.

        Of two that are approved at one moment one sees the other.
        """

    async def overlapping(self, promotion: Promotion, states: Collection[PromotionState]) -> Sequence[Promotion]:
        """Return others of its products in some states, whose time meets its own."""

    async def begun(self, organisation_id: str, product_ids: Sequence[str]) -> Sequence[Promotion]:
        """Return promotions of some products that began and are not over."""

    async def touching(self, organisation_id: str, product_ids: Sequence[str], at: datetime) -> Sequence[Promotion]:
        """Return promotions of some products that were approved and begin, end, or are to be in force at a moment."""

    async def due(self, at: datetime, limit: int) -> Sequence[Promotion]:
        """Return promotions of every organisation with something to do by then, longest due first."""

    async def keep_evidence(self, organisation_id: str, promotion_id: str, evidence: Sequence[dict[str, Any]]) -> None:
        """Keep the evidence for products of a promotion in place of what was kept for them."""

    async def evidence(self, organisation_id: str, promotion_id: str) -> Sequence[dict[str, Any]]:
        """Return the evidence that was kept for a promotion, by SKU."""


class DecidesAgain(Protocol):
    """Whoever makes policies decide products once more."""

    async def decide_again(self, organisation_id: str, shop_id: str, partitions: Collection[str], at: datetime) -> None:
        """Note for every policy that follows the prices of a shop that some partitions are to be decided again."""
