"""Stored pages, read by a function that holds no store: pages are untrusted, and this process is not."""

from collections.abc import Sequence

from pricing.adapters.messages import seen_in
from pricing.adapters.recipe_messages import recipe_of, told_recipe
from pricing.domain.market import Observation
from pricing.domain.recipe import Field, Recipe
from pricing.domain.repair import Proof
from pricing.usecases.recipes import BrokenPage, Found, SelectorFault
from shared.contracts.pricing import PageToScan
from shared.contracts.stored_pages import (
    FollowedPage,
    FollowRecipe,
    PageReadAgain,
    ProposeRecipe,
    ReadAgain,
    RecipeFollowed,
    RecipeProposed,
    TrustedPage,
)
from shared.runtime.aws import invoke


class LambdaStoredPages:
    """Asks the function that reads stored pages."""

    def __init__(self, function: str) -> None:
        self._function = function

    async def follow(self, recipe: Recipe, snapshots: Sequence[str]) -> dict[str, Found]:
        """Follow a recipe on stored pages; those no longer kept are left out."""
        question = FollowRecipe(recipe=told_recipe(recipe), snapshots=tuple(snapshots))
        told = RecipeFollowed.model_validate_json(await invoke(self._function, question.model_dump_json()))
        return {page.snapshot: _found(page) for page in told.pages if page.kept}

    async def read_again(self, seen: Observation, recipe: Recipe | None) -> Observation | None:
        """Read the page of an observation again; None when it is no longer kept."""
        page = PageToScan(
            offer_id=seen.offer_id, product_id=seen.product_id, competitor_id=seen.competitor_id, url=seen.url
        )
        question = ReadAgain(
            snapshot=str(seen.snapshot),
            page=page,
            captured_at=seen.captured_at,
            recipe=None if recipe is None else told_recipe(recipe),
        )
        told = PageReadAgain.model_validate_json(await invoke(self._function, question.model_dump_json()))
        if told.reading is None:
            return None
        return seen_in(told.reading, seen.observation_id, seen.organisation_id, seen.job_id)

    async def propose(
        self, name: str, known: Sequence[Observation], changed: Sequence[BrokenPage], *, ask_model: bool
    ) -> Proof:
        """Propose a recipe for pages that changed, and prove it on those whose prices are trusted."""
        question = ProposeRecipe(
            name=name,
            known=tuple(_known(one.snapshot, one) for one in known if one.snapshot is not None),
            changed=tuple(_known(one.snapshot, one.trusted) for one in changed),
            ask_model=ask_model,
        )
        told = RecipeProposed.model_validate_json(await invoke(self._function, question.model_dump_json()))
        return Proof(
            recipe=None if told.recipe is None else recipe_of(told.recipe),
            detail=told.detail,
            known=told.known,
            reproduced=told.reproduced,
            changed=told.changed,
            agreed=told.agreed,
        )


def _found(page: FollowedPage) -> Found:
    faults = tuple(SelectorFault(field=Field(one.field), why=one.why, text=one.text) for one in page.faults)
    return Found(values={Field(name): value for name, value in page.values.items()}, faults=faults)


def _known(snapshot: str, seen: Observation) -> TrustedPage:
    price = "0" if seen.item_price is None else f"{seen.item_price:f}"
    return TrustedPage(snapshot=snapshot, item_price=price, currency=seen.currency, title=seen.title)
