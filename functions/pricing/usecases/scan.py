"""A scan: plan which pages to read. A job is planned once, however often its message comes."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from pricing.domain.lanes import lane_of, packed
from pricing.domain.market import Offer
from pricing.domain.product_filter import Criteria
from pricing.domain.reading import READERS_VERSION
from pricing.domain.recipe import Recipe
from pricing.usecases.filters import Filters
from pricing.usecases.ports import Facts, Observations, Offers, PagesOfLane, PageToRead, ScanLog
from pricing.usecases.recipes import Recipes
from pricing.usecases.scan_budget import ChooseByBudget
from shared.kernel.clock import Clock
from shared.kernel.errors import Rejected

PRODUCTS_AT_ONCE = 500
# What the names of a page's, and of a recipe's, fields take in a message.
BYTES_OF_NAMES = 150


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketPart:
    """Which offers a scan is about: all, or those of some competitors, a category, a saved filter or a failed job.

    A re-match (`not_found`) takes up the offers whose pages were lost; every other scan leaves those out. A scan
    `by_budget` takes up those that the organisation's budget for looks is best spent on now.
    """

    competitor_ids: tuple[str, ...] = ()
    category: str | None = None
    filter_id: str | None = None
    failed_of: str | None = None
    not_found: bool = False
    by_budget: bool = False

    @property
    def is_all(self) -> bool:
        """Whether no part is named."""
        return not (self.competitor_ids or self.category or self.filter_id or self.failed_of)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanScan:
    """Split a scan into the pages of each lane and ask the scanners to read them."""

    facts: Facts
    filters: Filters
    offers: Offers
    observations: Observations
    recipes: Recipes
    choose: ChooseByBudget
    log: ScanLog
    lanes: int
    clock: Clock

    async def __call__(self, organisation_id: str, job_id: str, part: MarketPart) -> int:
        """Ask for the pages and announce how many there are; returns their number. A filter that is gone is told."""
        try:
            offers = _wanted(await self._offers(organisation_id, job_id, part), part)
        except Rejected as error:
            await self.log.refuse(organisation_id, job_id, error.detail, self.clock())
            return 0
        competitor_ids = sorted({offer.competitor_id for offer in offers})
        recipes = await self.recipes.in_force(organisation_id, competitor_ids)
        await self.log.plan(organisation_id, job_id, _parts(offers, recipes, self.lanes), self.clock())
        return len(offers)

    async def _offers(self, organisation_id: str, job_id: str, part: MarketPart) -> Sequence[Offer]:
        if part.by_budget:
            return await self.choose(organisation_id, job_id)
        if part.failed_of is not None:
            failed = await self.observations.failed_of(organisation_id, part.failed_of)
            return await self.offers.some(organisation_id, failed)
        if part.filter_id is not None:
            saved = await self.filters.get(organisation_id, part.filter_id)
            return await self._offers_of(organisation_id, saved.criteria)
        if part.category is not None:
            return await self._offers_of(organisation_id, Criteria(categories=(part.category,)))
        return await self.offers.to_scan(organisation_id, part.competitor_ids)

    async def _offers_of(self, organisation_id: str, criteria: Criteria) -> list[Offer]:
        found: list[Offer] = []
        after = ""
        while products := await self.facts.some_meant(organisation_id, criteria, PRODUCTS_AT_ONCE, after):
            of_products = await self.offers.of_products(organisation_id, [one.product_id for one in products])
            found += [offer for offers in of_products.values() for offer in offers]
            after = products[-1].product_id
        return found


def _wanted(offers: Sequence[Offer], part: MarketPart) -> list[Offer]:
    if part.not_found:
        # By the clock a lost page is looked for a few times; who names a part means all that is lost in it.
        return [offer for offer in offers if offer.is_lost and not (part.is_all and offer.is_given_up)]
    return [offer for offer in offers if not offer.is_lost or part.failed_of is not None]


def _parts(offers: Sequence[Offer], recipes: dict[str, Recipe], lanes: int) -> list[PagesOfLane]:
    def lane_and_host(offer: Offer) -> tuple[int, str]:
        return lane_of(offer.host, lanes), offer.host

    def bytes_of(pages: Sequence[PageToRead]) -> int:
        used = _used(pages, recipes).values()
        return sum(map(_page_bytes, pages)) + sum(map(_recipe_bytes, used))

    of_lanes: dict[int, dict[str, list[PageToRead]]] = {}
    for (lane, host), some in groupby(sorted(offers, key=lane_and_host), key=lane_and_host):
        of_host = sorted(some, key=lambda offer: offer.offer_id)
        of_lanes.setdefault(lane, {})[host] = [_page(offer, recipes.get(offer.competitor_id)) for offer in of_host]
    return [
        PagesOfLane(lane=lane, part=part, pages=tuple(pages), recipes=_used(pages, recipes))
        for lane, hosts in of_lanes.items()
        for part, pages in enumerate(packed(hosts, bytes_of))
    ]


def _page(offer: Offer, recipe: Recipe | None) -> PageToRead:
    """The page of an offer; only what these readers and this recipe read last may stay as it is."""
    stands = offer.latest
    if (
        stands is None
        or stands.readers_version != READERS_VERSION
        or stands.recipe != (None if recipe is None else recipe.label)
    ):
        return PageToRead(offer=offer)
    return PageToRead(offer=offer, etag=stands.etag, last_modified=stands.last_modified)


def _used(pages: Sequence[PageToRead], recipes: dict[str, Recipe]) -> dict[str, Recipe]:
    competitors = {page.offer.competitor_id for page in pages}
    return {competitor_id: recipe for competitor_id, recipe in recipes.items() if competitor_id in competitors}


def _page_bytes(page: PageToRead) -> int:
    offer = page.offer
    texts = (offer.offer_id, offer.product_id, offer.competitor_id, offer.url, page.etag, page.last_modified)
    return BYTES_OF_NAMES + sum(len(json.dumps(text)) for text in texts if text is not None)


def _recipe_bytes(recipe: Recipe) -> int:
    texts = [recipe.name] + [text for one in recipe.selectors for text in (one.css, one.attribute or "", *one.strip)]
    return BYTES_OF_NAMES * (1 + len(recipe.selectors)) + sum(len(json.dumps(text)) for text in texts)
