"""The evidence pack of a promotion."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pricing.domain.promotions.promotion import Promotion
from pricing.usecases.promotions.assess import AssessPromotion
from pricing.usecases.promotions.ports import Promotions
from shared.kernel.clock import Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadEvidence:
    """Show what the verdicts of a promotion rest on: as kept when it began, or as it would be now."""

    promotions: Promotions
    assess: AssessPromotion
    clock: Clock

    async def __call__(self, organisation_id: str, promotion_id: str) -> tuple[Promotion, Sequence[dict[str, Any]]]:
        """Return the promotion and the evidence for each product, by SKU; `PromotionNotFound` when there is none."""
        promotion = await self.promotions.get(organisation_id, promotion_id)
        kept = await self.promotions.evidence(organisation_id, promotion_id)
        if kept and promotion.began_at is not None:
            return promotion, kept
        made = [one.data() for one in await self.assess(promotion, self.clock())]
        return promotion, sorted(made, key=lambda one: str(one["sku"]))
