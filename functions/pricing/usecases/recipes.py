"""Store recipes: write them, try them on stored pages, and mend what a shop's change broke.

A recipe belongs to a competitor and is kept in versions that never change. Trying one asks no shop: it is followed on
pages that scans kept, and compared with what was trusted of them. Who reads those pages holds no store.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Protocol

from pricing.domain.errors import RecipeNotFound
from pricing.domain.market import Observation, Offer
from pricing.domain.recipe import Field, Recipe
from pricing.domain.repair import Proof
from pricing.usecases.ports import Competitors, Offers
from shared.kernel.clock import Clock

PAGES_IN_A_TRIAL = 10
PAGES_LOOKED_THROUGH = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptRecipe:
    """A version of a competitor's recipe, and who wrote it; a retired one is kept and no longer followed."""

    organisation_id: str
    competitor_id: str
    recipe: Recipe
    author_id: str
    saved_at: datetime
    retired: bool = False


class Recipes(Protocol):
    """The recipes of every organisation, every version for ever."""

    async def add(self, kept: KeptRecipe) -> None:
        """Keep a new version; `RecipeChanged` when somebody else kept it first."""

    async def newest(self, organisation_id: str, competitor_id: str) -> KeptRecipe | None:
        """Return the newest version, retired or not."""

    async def version(self, organisation_id: str, competitor_id: str, version: int) -> Recipe | None:
        """Return the recipe of one version, if there is one."""

    async def in_force(self, organisation_id: str, competitor_ids: Sequence[str]) -> dict[str, Recipe]:
        """Return the recipes to follow, by competitor."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SelectorFault:
    """A selector that failed on a page: why, and on which text."""

    field: Field
    why: str
    text: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a recipe found on a page, as text, and which of its selectors failed there."""

    values: dict[Field, str] = field(default_factory=dict)
    faults: tuple[SelectorFault, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokenPage:
    """A kept page that nobody can read or believe, and what was trusted of its offer before."""

    snapshot: str
    trusted: Observation


class StoredPages(Protocol):
    """The pages that scans kept, and their readers."""

    async def follow(self, recipe: Recipe, snapshots: Sequence[str]) -> dict[str, Found]:
        """Follow a recipe on stored pages; those no longer kept are left out."""

    async def read_again(self, seen: Observation, recipe: Recipe | None) -> Observation | None:
        """Read the page of an observation again; None when it is no longer kept."""

    async def propose(
        self, name: str, known: Sequence[Observation], changed: Sequence[BrokenPage], *, ask_model: bool
    ) -> Proof:
        """Propose a recipe for pages that changed, and prove it on those whose prices are trusted.

        `ask_model` says that a language model may be shown the pages, when nobody else proposes one that is proven.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """A recipe on one stored page. `reproduces` says whether it finds the price that was trusted there."""

    observation: Observation
    found: Found | None
    """None when the page is no longer kept."""
    reproduces: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SaveRecipe:
    """Keep the next version of a competitor's recipe."""

    competitors: Competitors
    recipes: Recipes
    clock: Clock

    async def __call__(self, organisation_id: str, competitor_id: str, recipe: Recipe, author_id: str) -> KeptRecipe:
        """Keep the recipe as the version after the newest; a competitor nobody knows is refused."""
        await self.competitors.get(organisation_id, competitor_id)
        newest = await self.recipes.newest(organisation_id, competitor_id)
        kept = KeptRecipe(
            organisation_id=organisation_id,
            competitor_id=competitor_id,
            recipe=replace(recipe, version=1 if newest is None else newest.recipe.version + 1),
            author_id=author_id,
            saved_at=self.clock(),
        )
        await self.recipes.add(kept)
        return kept


@dataclass(frozen=True, slots=True, kw_only=True)
class RetireRecipe:
    """Follow a competitor's recipe no longer."""

    recipes: Recipes
    clock: Clock

    async def __call__(self, organisation_id: str, competitor_id: str, author_id: str) -> None:
        """Retire the newest version; retiring it twice is retiring it once."""
        newest = await self.recipes.newest(organisation_id, competitor_id)
        if newest is None or newest.retired:
            return
        recipe = replace(newest.recipe, version=newest.recipe.version + 1)
        await self.recipes.add(replace(newest, recipe=recipe, author_id=author_id, saved_at=self.clock(), retired=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadRecipe:
    """Read the recipe that a competitor's pages are read with."""

    recipes: Recipes

    async def __call__(self, organisation_id: str, competitor_id: str) -> KeptRecipe:
        """Return the recipe in force; `RecipeNotFound` when there is none."""
        newest = await self.recipes.newest(organisation_id, competitor_id)
        if newest is None or newest.retired:
            detail = f"«{competitor_id}» has no recipe; PUT /pricing/competitors/{competitor_id}/recipe writes one"
            raise RecipeNotFound(detail)
        return newest


@dataclass(frozen=True, slots=True, kw_only=True)
class TryRecipe:
    """Follow a recipe on the pages of a competitor that scans kept."""

    offers: Offers
    pages: StoredPages

    async def __call__(self, organisation_id: str, competitor_id: str, recipe: Recipe) -> list[Trial]:
        """Return what the recipe finds on up to ten stored pages, whose trusted prices are known."""
        offers = await self.offers.of_competitor(organisation_id, competitor_id, PAGES_IN_A_TRIAL)
        seen = [offer.latest for offer in offers if offer.latest is not None]
        snapshots = [one.snapshot for one in seen if one.snapshot is not None]
        found = await self.pages.follow(recipe, snapshots) if snapshots else {}
        return [_trial(one, None if one.snapshot is None else found.get(one.snapshot)) for one in seen]


def _trial(seen: Observation, found: Found | None) -> Trial:
    price = None if found is None else found.values.get(Field.ITEM_PRICE)
    same = price is not None and seen.item_price is not None and Decimal(price) == seen.item_price
    return Trial(observation=seen, found=found, reproduces=same)


@dataclass(frozen=True, slots=True, kw_only=True)
class MendRecipe:
    """Mend what a shop's change broke: propose a recipe, proven on stored pages. A person writes it, or does not."""

    competitors: Competitors
    offers: Offers
    pages: StoredPages

    async def __call__(self, organisation_id: str, competitor_id: str) -> Proof:
        """Return a proven recipe, or why there is none."""
        competitor = await self.competitors.get(organisation_id, competitor_id)
        read = await self.offers.of_competitor(organisation_id, competitor_id, PAGES_LOOKED_THROUGH)
        broken = await self.offers.broken(organisation_id, competitor_id, PAGES_LOOKED_THROUGH)
        known = [one.latest for one in read if one.latest is not None and one.latest.snapshot is not None]
        changed = [one for one in map(_changed, broken) if one is not None]
        if not known:
            detail = "no page of this shop is kept with a trusted price; scan it first"
            return Proof(recipe=None, detail=detail, known=0, changed=len(changed))
        if not changed:
            detail = "no page of this shop failed or is doubted; there is nothing to mend"
            return Proof(recipe=None, detail=detail, known=len(known), changed=0)
        trusted, doubted = known[:PAGES_IN_A_TRIAL], changed[:PAGES_IN_A_TRIAL]
        name = f"{competitor.domain} pages"
        return await self.pages.propose(name, trusted, doubted, ask_model=competitor.model_reader)


def _changed(offer: Offer) -> BrokenPage | None:
    trusted = offer.latest
    if trusted is None:
        return None
    for newer in (offer.quarantined, offer.last_failure):
        if newer is not None and newer.snapshot is not None and newer.captured_at > trusted.captured_at:
            return BrokenPage(snapshot=newer.snapshot, trusted=trusted)
    return None
