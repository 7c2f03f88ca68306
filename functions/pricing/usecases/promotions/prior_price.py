"""See the prior price of products before anything is promised."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from pricing.domain.errors import InvalidPromotion, ProductUnknown
from pricing.domain.market import ProductFacts
from pricing.domain.promotions.evidence import Measured
from pricing.domain.promotions.law import PriorPriceRule
from pricing.domain.promotions.promotion import Item, Promotion
from pricing.usecases.ports import Facts
from pricing.usecases.promotions.assess import AssessPromotion
from pricing.usecases.promotions.ports import Promotions
from shared.kernel.clock import is_zone


@dataclass(frozen=True, slots=True, kw_only=True)
class PriorPrice:
    """A product's prior price at a moment: that of the promotion which is in force then, or as if one began then."""

    facts: ProductFacts
    country: str
    rule: PriorPriceRule
    measured: Measured
    promotion_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadPriorPrices:
    """Measure the prior prices of some SKUs of a shop."""

    facts: Facts
    promotions: Promotions
    assess: AssessPromotion

    async def __call__(
        self, organisation_id: str, shop_id: str, skus: Sequence[str], at: datetime, country: str | None
    ) -> Sequence[PriorPrice]:
        """Return them in the order of the SKUs; `ProductUnknown` when the shop lacks one."""
        products = await self.facts.by_sku(organisation_id, shop_id, skus)
        missing = [sku for sku in skus if sku not in products]
        if missing:
            raise ProductUnknown(f"no product «{missing[0]}» in shop «{shop_id}»; GET /products/items lists them")
        ids = [one.product_id for one in products.values()]
        running = await self.promotions.touching(organisation_id, ids, at)
        return [await self._one(products[sku], running, at, country) for sku in skus]

    async def _one(
        self, facts: ProductFacts, running: Sequence[Promotion], at: datetime, country: str | None
    ) -> PriorPrice:
        covering = [one for one in running if one.covers(at) and one.item_of(facts.product_id) is not None]
        promotion = covering[0] if covering else _as_if(facts, at)
        if country is not None:
            promotion = promotion.in_country(country)
        item = promotion.item_of(facts.product_id)
        found = await self.assess.prior_prices(promotion, [item] if item else [], {facts.product_id: facts})
        return PriorPrice(
            facts=facts,
            country=promotion.country,
            rule=self.assess.law.prior_price_in(promotion.country),
            measured=found[facts.product_id],
            promotion_id=promotion.promotion_id or None,
        )


def _as_if(facts: ProductFacts, at: datetime) -> Promotion:
    """A promotion that would begin at a moment; no price is so high that it would follow another reduction."""
    if facts.time_zone is None or not is_zone(facts.time_zone):
        raise InvalidPromotion("the catalogue does not say the shop's time zone; import its products again")
    return Promotion(
        promotion_id="",
        organisation_id=facts.organisation_id,
        shop_id=facts.shop_id,
        name="",
        country=facts.country or "EU",
        time_zone=facts.time_zone,
        starts_at=at,
        ends_at=at,
        items=(Item(product_id=facts.product_id, sku=facts.sku, price=Decimal("Infinity")),),
        authors=(),
        created_at=at,
        changed_at=at,
    )
