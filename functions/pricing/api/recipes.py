"""Store recipes, over HTTP."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Response
from pydantic import Field as Limits

from pricing.domain.recipe import MOST_SELECTORS, MOST_WORDS, Field, Pick, Recipe, Selector
from pricing.domain.repair import Proof
from pricing.usecases.house import Pricing
from pricing.usecases.recipes import Found, KeptRecipe, Trial
from shared.runtime.answers import Body, View, answer, timestamp
from shared.runtime.described_problems import described
from shared.runtime.http_api import Asking

type FieldName = Literal[
    "item_price", "list_price", "shipping", "currency", "availability", "condition",
    "seller", "gtin", "mpn", "sku", "brand", "title",
]  # fmt: skip
type Word = Annotated[str, Limits(min_length=1, max_length=40)]


class SelectorBody(Body):
    """Where one field stands on the store's pages."""

    field: FieldName
    css: str = Limits(
        min_length=1,
        max_length=200,
        examples=["#price .now"],
        description="By tag, #id, .class, [attribute], :first-child, :last-child, :nth-child(2); joined by space or >",
    )
    attribute: str | None = Limits(default=None, description="The attribute that holds it, instead of the text")
    pick: Literal["first", "last", "join"] = "first"
    strip: list[Word] = Limits(default=[], max_length=MOST_WORDS, description="Words to leave out")


class RecipeBody(Body):
    """A recipe as it is written, exported and shared."""

    name: str = Limits(min_length=1, max_length=80, examples=["shop.example product pages"])
    selectors: list[SelectorBody] = Limits(min_length=1, max_length=MOST_SELECTORS)


class SelectorView(View):
    """Where one field stands."""

    field: str
    css: str
    attribute: str | None
    pick: str
    strip: list[str]


class RecipeDocument(View):
    """A recipe as it is written, exported and shared: `PUT` takes it as it stands."""

    name: str
    selectors: list[SelectorView]


class RecipeView(View):
    """The recipe in force."""

    competitor_id: str
    version: int
    recipe: RecipeDocument
    author_id: str
    saved_at: str


class SelectorFaultView(View):
    """A selector that failed on a page."""

    field: str
    why: str
    text: str | None


class TrialView(View):
    """A recipe on one stored page."""

    observation_id: str
    url: str
    captured_at: str
    trusted_price: str | None
    kept: bool
    found: dict[str, str]
    faults: list[SelectorFaultView]
    reproduces: bool


class TrialsView(View):
    """A recipe on stored pages; `reproduced` counts those where it finds the price that was trusted."""

    pages: int
    reproduced: int
    trials: list[TrialView]


class ProposalView(View):
    """A recipe that was proven on stored pages and written by nobody yet, or why there is none."""

    recipe: RecipeDocument | None
    detail: str
    known: int
    reproduced: int
    changed: int
    agreed: int


def recipe_routes(house: Pricing) -> APIRouter:
    """The routes of recipes."""
    router = APIRouter(tags=["recipes"])

    @router.put(
        "/competitors/{competitor_id}/recipe",
        response_model=RecipeView,
        responses=described(404, 409),
        summary="Write the recipe that a competitor's pages are read with",
    )
    async def put_recipe(asking: Asking, competitor_id: str, body: RecipeBody) -> Response:
        """Every saving makes a version that never changes; scans follow the newest. Try it first."""
        asking.must("market:write")
        saved = await house.save_recipe(asking.organisation_id, competitor_id, recipe_of(body), asking.user_id)
        return answer(_shown(saved))

    @router.get(
        "/competitors/{competitor_id}/recipe",
        response_model=RecipeView,
        responses=described(404),
        summary="Read a competitor's recipe",
    )
    async def get_recipe(asking: Asking, competitor_id: str) -> Response:
        """Its `recipe` is what `PUT` takes, here or in another organisation."""
        asking.must("market:read")
        return answer(_shown(await house.read_recipe(asking.organisation_id, competitor_id)))

    @router.delete(
        "/competitors/{competitor_id}/recipe", status_code=204, summary="Follow a competitor's recipe no longer"
    )
    async def delete_recipe(asking: Asking, competitor_id: str) -> Response:
        asking.must("market:write")
        await house.retire_recipe(asking.organisation_id, competitor_id, asking.user_id)
        return Response(status_code=204)

    @router.post(
        "/competitors/{competitor_id}/recipe/trials",
        response_model=TrialsView,
        summary="Try a recipe on the pages that scans kept",
    )
    async def try_recipe(asking: Asking, competitor_id: str, body: RecipeBody) -> Response:
        """Nothing is kept and no shop is asked. Up to ten pages, each with the price that was trusted there."""
        asking.must("market:read")
        return answer(_tried(await house.try_recipe(asking.organisation_id, competitor_id, recipe_of(body))))

    @router.post(
        "/competitors/{competitor_id}/recipe/proposals",
        response_model=ProposalView,
        responses=described(404),
        summary="Ask for a recipe that mends what a shop's change broke",
    )
    async def mend_recipe(asking: Asking, competitor_id: str) -> Response:
        """Proposed is what finds the trusted prices on stored pages and agrees with a second reader on changed ones.

        Nothing is kept: the recipe is followed once you `PUT` it.
        """
        asking.must("market:read")
        return answer(_proposed(await house.mend_recipe(asking.organisation_id, competitor_id)))

    return router


def recipe_of(body: RecipeBody) -> Recipe:
    """The recipe that a body says, as a first version."""
    selectors = tuple(
        Selector(
            field=Field(one.field),
            css=one.css,
            attribute=one.attribute,
            pick=Pick(one.pick),
            strip=tuple(one.strip),
        )
        for one in body.selectors
    )
    return Recipe(name=body.name, version=1, selectors=selectors)


def _document(recipe: Recipe) -> dict[str, Any]:
    selectors = [
        {
            "field": one.field.value,
            "css": one.css,
            "attribute": one.attribute,
            "pick": one.pick.value,
            "strip": list(one.strip),
        }
        for one in recipe.selectors
    ]
    return {"name": recipe.name, "selectors": selectors}


def _shown(kept: KeptRecipe) -> dict[str, Any]:
    return {
        "competitor_id": kept.competitor_id,
        "version": kept.recipe.version,
        "recipe": _document(kept.recipe),
        "author_id": kept.author_id,
        "saved_at": timestamp(kept.saved_at),
    }


def _tried(trials: list[Trial]) -> dict[str, Any]:
    return {
        "pages": len(trials),
        "reproduced": sum(one.reproduces for one in trials),
        "trials": [_trial(one) for one in trials],
    }


def _trial(trial: Trial) -> dict[str, Any]:
    seen, found = trial.observation, trial.found or Found()
    return {
        "observation_id": seen.observation_id,
        "url": seen.url,
        "captured_at": timestamp(seen.captured_at),
        "trusted_price": seen.item_price,
        "kept": trial.found is not None,
        "found": {field.value: value for field, value in found.values.items()},
        "faults": [{"field": one.field.value, "why": one.why, "text": one.text} for one in found.faults],
        "reproduces": trial.reproduces,
    }


def _proposed(proposal: Proof) -> dict[str, Any]:
    return {
        "recipe": None if proposal.recipe is None else _document(proposal.recipe),
        "detail": proposal.detail,
        "known": proposal.known,
        "reproduced": proposal.reproduced,
        "changed": proposal.changed,
        "agreed": proposal.agreed,
    }
