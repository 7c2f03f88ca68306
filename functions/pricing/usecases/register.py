"""Register competitors, and the offers on their pages that are to be watched."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import batched

from pricing.domain.market import Competitor, Offer, ProductFacts
from pricing.domain.offer_draft import BadDraft, OfferDraft, offer_of
from pricing.domain.offer_file import read_offers, refused
from pricing.usecases.ports import Competitors, Facts, Offers
from shared.kernel.clock import Clock
from shared.kernel.public_url import checked_url
from shared.kernel.tables import FAULTS_IN_A_REPORT, RowFault

DRAFTS_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class OfferResult:
    """What became of one line: the offer's id, or which field is wrong, with what and how to mend that."""

    line: int
    offer_id: str | None
    detail: str
    field: str = ""


@dataclass(frozen=True, slots=True)
class Registered:
    """What became of each line, and how many offers that were watched already are another match or pack now."""

    results: Sequence[OfferResult]
    changed: int


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
    """Watch offers: a product on a competitor's page. Registering one twice is registering it once.

    What a draft says of an offer that is watched already is the newest word on it, and stands.
    """

    facts: Facts
    competitors: Competitors
    offers: Offers
    clock: Clock

    async def __call__(self, organisation_id: str, drafts: Sequence[OfferDraft]) -> Registered:
        """Keep the good lines; return for each line its offer's id or what is wrong with it."""
        known = await self._products(organisation_id, drafts)
        competitors = await self._competitors(organisation_id, drafts)
        at = self.clock()
        results: list[OfferResult] = []
        kept: dict[str, Offer] = {}
        said: dict[str, frozenset[str]] = {}
        for line, draft in enumerate(drafts):
            try:
                offer = offer_of(draft, known.get((draft.shop_id, draft.sku)), competitors, at)
            except BadDraft as error:
                results.append(OfferResult(line, None, error.detail, error.field))
                continue
            before = said.get(offer.offer_id, frozenset())
            words = {name: getattr(kept[offer.offer_id], name) for name in before - draft.said}
            kept[offer.offer_id] = replace(offer, **words)
            said[offer.offer_id] = before | draft.said
            results.append(OfferResult(line, offer.offer_id, ""))
        return Registered(results, await self.offers.add(list(kept.values()), said))

    async def _products(
        self, organisation_id: str, drafts: Sequence[OfferDraft]
    ) -> dict[tuple[str, str], ProductFacts]:
        found: dict[tuple[str, str], ProductFacts] = {}
        for shop_id in {draft.shop_id for draft in drafts}:
            skus = [draft.sku for draft in drafts if draft.shop_id == shop_id]
            products = await self.facts.by_sku(organisation_id, shop_id, skus)
            found |= {(shop_id, sku): facts for sku, facts in products.items()}
        return found

    async def _competitors(self, organisation_id: str, drafts: Sequence[OfferDraft]) -> dict[str, Competitor]:
        named = {draft.competitor_id for draft in drafts}
        if None in named:
            return {one.competitor_id: one async for one in self.competitors.walk(organisation_id)}
        return await self.competitors.some(organisation_id, [one for one in named if one is not None])


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferImport:
    """What became of a file of offers; `faults` has the first thousand of the rejected rows, by line.

    `changed` counts the accepted offers that were watched already and are another match now.
    """

    rows: int
    accepted: int
    changed: int
    rejected: int
    faults: tuple[RowFault, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportOffers:
    """Watch the offers of a file: the good rows are watched, the others told by line and column."""

    register: RegisterOffers

    async def __call__(self, organisation_id: str, shop_id: str, text: str) -> OfferImport:
        """Return the report. Importing the same file again changes nothing."""
        read = read_offers(text, shop_id)
        faults = list(read.faults)
        accepted = changed = 0
        for some in batched(read.good, DRAFTS_AT_ONCE, strict=False):
            registered = await self.register(organisation_id, [draft for _, draft in some])
            results = registered.results
            changed += registered.changed
            accepted += sum(one.offer_id is not None for one in results)
            faults += [
                refused(row, one.field, one.detail)
                for (row, _), one in zip(some, results, strict=True)
                if one.offer_id is None
            ]
        faults.sort(key=lambda one: one.line)
        return OfferImport(
            rows=read.rows,
            accepted=accepted,
            changed=changed,
            rejected=read.rows - accepted,
            faults=tuple(faults[:FAULTS_IN_A_REPORT]),
        )
