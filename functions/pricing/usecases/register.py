"""Register competitors, and the offers on their pages that are to be watched."""

from collections.abc import Sequence
from dataclasses import dataclass

from pricing.domain.market import Competitor, MatchType, Offer, ProductFacts
from pricing.usecases.ports import Competitors, Facts, Offers
from shared.kernel.clock import Clock
from shared.kernel.errors import Invalid
from shared.kernel.identifiers import derived_id
from shared.kernel.public_url import checked_url, host_of


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferDraft:
    """A product of a shop, by SKU, and the page of a competitor that offers it."""

    shop_id: str
    sku: str
    competitor_id: str
    url: str
    match_type: MatchType


@dataclass(frozen=True, slots=True)
class OfferResult:
    """What became of one line: the offer's id, or what is wrong with it and how to mend that."""

    line: int
    offer_id: str | None
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterCompetitor:
    """Register a competitor by the domain its pages stand on."""

    competitors: Competitors

    async def __call__(self, competitor: Competitor) -> Competitor:
        """Keep the competitor; its domain must be one that a scanner may visit."""
        checked_url(f"https://{competitor.domain}/")
        await self.competitors.add(competitor)
        return competitor


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterOffers:
    """Watch offers: a product on a competitor's page. Registering one twice is registering it once."""

    facts: Facts
    competitors: Competitors
    offers: Offers
    clock: Clock

    async def __call__(self, organisation_id: str, drafts: Sequence[OfferDraft]) -> Sequence[OfferResult]:
        """Keep the good lines; return for each line its offer's id or what is wrong with it."""
        known = await self._products(organisation_id, drafts)
        competitors = await self.competitors.some(organisation_id, list({draft.competitor_id for draft in drafts}))
        results: list[OfferResult] = []
        kept: list[Offer] = []
        for line, draft in enumerate(drafts):
            try:
                offer = self._offer(draft, known.get((draft.shop_id, draft.sku)), competitors.get(draft.competitor_id))
            except Invalid as error:
                results.append(OfferResult(line, None, error.detail))
                continue
            kept.append(offer)
            results.append(OfferResult(line, offer.offer_id, ""))
        await self.offers.add(kept)
        return results

    async def _products(
        self, organisation_id: str, drafts: Sequence[OfferDraft]
    ) -> dict[tuple[str, str], ProductFacts]:
        found: dict[tuple[str, str], ProductFacts] = {}
        for shop_id in {draft.shop_id for draft in drafts}:
            skus = [draft.sku for draft in drafts if draft.shop_id == shop_id]
            products = await self.facts.by_sku(organisation_id, shop_id, skus)
            found |= {(shop_id, sku): facts for sku, facts in products.items()}
        return found

    def _offer(self, draft: OfferDraft, facts: ProductFacts | None, competitor: Competitor | None) -> Offer:
        if facts is None:
            raise Invalid(
                f"the shop «{draft.shop_id}» has no SKU «{draft.sku}»; import it first (an import takes some seconds)",
            )
        if competitor is None:
            raise Invalid(f"no competitor «{draft.competitor_id}»; register it with POST /pricing/competitors")
        url = checked_url(draft.url)
        host = host_of(url)
        if not competitor.owns(host):
            raise Invalid(f"«{host}» is not on {competitor.domain}, the domain of «{competitor.competitor_id}»")
        return Offer(
            offer_id=derived_id("off", facts.organisation_id, facts.product_id, url),
            organisation_id=facts.organisation_id,
            product_id=facts.product_id,
            shop_id=facts.shop_id,
            competitor_id=competitor.competitor_id,
            url=url,
            host=host,
            match_type=draft.match_type,
            created_at=self.clock(),
        )
