"""Recipes as messages carry them, and back."""

from pricing.domain.recipe import Field, Pick, Recipe, Selector
from shared.contracts.pricing import RecipeSelector, StoreRecipe


def told_recipe(recipe: Recipe) -> StoreRecipe:
    """A recipe as its message says it."""
    selectors = tuple(
        RecipeSelector(
            field=one.field.value, css=one.css, attribute=one.attribute, pick=one.pick.value, strip=one.strip
        )
        for one in recipe.selectors
    )
    return StoreRecipe(name=recipe.name, version=recipe.version, selectors=selectors)


def recipe_of(told: StoreRecipe) -> Recipe:
    """The recipe that a message says."""
    selectors = tuple(
        Selector(field=Field(one.field), css=one.css, attribute=one.attribute, pick=Pick(one.pick), strip=one.strip)
        for one in told.selectors
    )
    return Recipe(name=told.name, version=told.version, selectors=selectors)
