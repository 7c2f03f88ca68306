"""Repeat a past reading: read the page that was kept again, by the recipe of that time, and compare."""

from dataclasses import dataclass
from typing import Any

from pricing.domain.errors import PageNotKept
from pricing.domain.market import Observation
from pricing.domain.recipe import Recipe
from pricing.usecases.ports import Observations
from pricing.usecases.recipes import Recipes, StoredPages

# What a page says; everything else of an observation says how and when it was looked at.
SAID = (
    "outcome",
    "item_price",
    "list_price",
    "shipping",
    "currency",
    "availability",
    "condition",
    "seller",
    "fulfilment",
    "promotion",
    "pack",
    "gtin",
    "mpn",
    "sku",
    "brand",
    "title",
    "reader",
    "agreement",
    "confidence",
    "votes",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reread:
    """An observation, what its page says to the readers of today, and the fields in which the two differ."""

    then: Observation
    now: Observation
    differs: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RereadObservation:
    """Read the page of an observation again."""

    observations: Observations
    recipes: Recipes
    pages: StoredPages

    async def __call__(self, organisation_id: str, observation_id: str) -> Reread:
        """Return both readings; `PageNotKept` when there is no page to read."""
        then = await self.observations.get(organisation_id, observation_id)
        if then.snapshot is None:
            raise PageNotKept(f"the page of «{observation_id}» was not kept: its look ended as «{then.outcome}»")
        now = await self.pages.read_again(then, await self._recipe(organisation_id, then))
        if now is None:
            raise PageNotKept(f"the page of «{observation_id}» is no longer kept")
        return Reread(then=then, now=now, differs=tuple(name for name in SAID if _said(then, name) != _said(now, name)))

    async def _recipe(self, organisation_id: str, then: Observation) -> Recipe | None:
        if then.recipe is None:
            return None
        version = then.recipe.rpartition("@")[2]
        if not version.isdecimal():
            return None
        return await self.recipes.version(organisation_id, then.competitor_id, int(version))


def _said(seen: Observation, name: str) -> Any:  # noqa: ANN401 - any field
    # That the server said «unchanged» says that the page is as it was when it was read.
    value = getattr(seen, name)
    return "read" if name == "outcome" and value == "unchanged" else value
