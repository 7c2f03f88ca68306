"""Store recipes and stored pages in memory."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from pricing.domain.errors import RecipeChanged
from pricing.domain.market import Observation
from pricing.domain.recipe import Recipe
from pricing.domain.repair import Proof
from pricing.usecases.recipes import BrokenPage, Found, KeptRecipe


@dataclass
class FakeRecipes:
    """Recipes by organisation, competitor and version."""

    kept: dict[tuple[str, str, int], KeptRecipe] = field(default_factory=dict)

    async def add(self, kept: KeptRecipe) -> None:
        key = (kept.organisation_id, kept.competitor_id, kept.recipe.version)
        if key in self.kept:
            raise RecipeChanged("at the same moment")
        self.kept[key] = kept

    async def newest(self, organisation_id: str, competitor_id: str) -> KeptRecipe | None:
        own = [one for key, one in self.kept.items() if key[:2] == (organisation_id, competitor_id)]
        return max(own, key=lambda one: one.recipe.version, default=None)

    async def version(self, organisation_id: str, competitor_id: str, version: int) -> Recipe | None:
        kept = self.kept.get((organisation_id, competitor_id, version))
        return None if kept is None else kept.recipe

    async def in_force(self, organisation_id: str, competitor_ids: Sequence[str]) -> dict[str, Recipe]:
        newest = {one: await self.newest(organisation_id, one) for one in competitor_ids}
        return {one: kept.recipe for one, kept in newest.items() if kept is not None and not kept.retired}


@dataclass
class FakeStoredPages:
    """Pages by snapshot, each with what any recipe finds there, and what is asked for."""

    found: dict[str, Found] = field(default_factory=dict)
    proposal: Proof = field(default_factory=lambda: Proof(recipe=None, detail="nothing found", known=0))
    again: dict[str, Observation] = field(default_factory=dict)
    recipes_used: list[str | None] = field(default_factory=list)
    model_asked: list[bool] = field(default_factory=list)
    asked: list[tuple[Sequence[Observation], Sequence[BrokenPage]]] = field(default_factory=list)

    async def follow(self, recipe: Recipe, snapshots: Sequence[str]) -> dict[str, Found]:
        assert recipe.selectors
        return {one: self.found[one] for one in snapshots if one in self.found}

    async def read_again(self, seen: Observation, recipe: Recipe | None) -> Observation | None:
        self.recipes_used.append(None if recipe is None else recipe.label)
        return self.again.get(seen.snapshot or "")

    async def propose(
        self, name: str, known: Sequence[Observation], changed: Sequence[BrokenPage], *, ask_model: bool
    ) -> Proof:
        assert name
        self.model_asked.append(ask_model)
        self.asked.append((known, changed))
        return self.proposal
