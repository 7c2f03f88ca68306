"""Answer questions about the market with numbers that each name the record they were read from."""

from collections.abc import Sequence
from dataclasses import dataclass

from pricing.domain.errors import ProductUnknown
from pricing.domain.market import Offer, ProductFacts
from pricing.domain.position import LostFirstPlace, current, lost_first_place
from pricing.usecases.ports import Competitors, Facts, Offers, Runs, StoredDecision
from shared.kernel.clock import Clock


@dataclass(frozen=True, slots=True)
class Loss:
    """A lost first place with what was decided since, if anything was."""

    lost: LostFirstPlace
    decision: StoredDecision | None


@dataclass(frozen=True, slots=True)
class Losses:
    """The largest losses first, how many there are in all, and the offers looked at."""

    losses: tuple[Loss, ...]
    total: int
    offers: tuple[Offer, ...]


@dataclass(frozen=True, slots=True)
class ProductPosition:
    """One product, its offers, and its newest decision."""

    facts: ProductFacts
    offers: tuple[Offer, ...]
    decision: StoredDecision | None


@dataclass(frozen=True, slots=True)
class Summary:
    """How much is watched."""

    products: int
    offers: tuple[Offer, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AskMarket:
    """What pricing knows, for the assistant."""

    facts: Facts
    offers: Offers
    competitors: Competitors
    runs: Runs
    clock: Clock

    async def lost_first_place(self, organisation_id: str, limit: int) -> Losses:
        """For which products did a competitor's newest price take the first place from us?"""
        offers = await self._all(organisation_id)
        of_product: dict[str, list[Offer]] = {}
        for offer in offers:
            of_product.setdefault(offer.product_id, []).append(offer)
        facts = await self.facts.by_id(organisation_id, list(of_product))
        losses = [
            lost
            for product_id, some in of_product.items()
            if product_id in facts and (lost := lost_first_place(facts[product_id], tuple(some))) is not None
        ]
        losses.sort(key=lambda lost: lost.gap, reverse=True)
        named = losses[:limit]
        decisions = await self.runs.newest_decisions(organisation_id, [one.facts.product_id for one in named])
        found = tuple(Loss(one, decisions.get(one.facts.product_id)) for one in named)
        return Losses(found, len(losses), offers)

    async def product_position(self, organisation_id: str, sku: str) -> ProductPosition:
        """What does the market show for one product, and what was decided?"""
        facts = await self.facts.find_sku(organisation_id, sku)
        if facts is None:
            raise ProductUnknown(f"no product with the SKU «{sku}»")
        offers = await self.offers.of_products(organisation_id, [facts.product_id])
        decisions = await self.runs.newest_decisions(organisation_id, [facts.product_id])
        seen = await self._current(organisation_id, offers.get(facts.product_id, ()))
        return ProductPosition(facts, seen, decisions.get(facts.product_id))

    async def market_summary(self, organisation_id: str) -> Summary:
        """How many products and offers are there?"""
        return Summary(await self.facts.count(organisation_id), await self._all(organisation_id))

    async def _all(self, organisation_id: str) -> tuple[Offer, ...]:
        return await self._current(organisation_id, [one async for one in self.offers.walk(organisation_id)])

    async def _current(self, organisation_id: str, offers: Sequence[Offer]) -> tuple[Offer, ...]:
        named = sorted({offer.competitor_id for offer in offers})
        return current(offers, await self.competitors.some(organisation_id, named), self.clock())
