"""Recipes: fake and MongoDB keep the same promises."""

from dataclasses import replace
from typing import Any

import pytest

from pricing.domain.errors import RecipeChanged
from pricing.domain.recipe import Field, Pick, Recipe, Selector
from pricing.usecases.recipes import KeptRecipe
from tests.builders.pricing import MONDAY
from tests.fakes.pricing import Kept
from tests.fakes.runs import Run

PRICE = Selector(field=Field.ITEM_PRICE, css="#now", attribute="content", pick=Pick.LAST, strip=("only",))
BRAND = Selector(field=Field.BRAND, css=".brand")


def a_recipe(version: int = 1, **changes: Any) -> KeptRecipe:
    fields: dict[str, Any] = {
        "organisation_id": "org",
        "competitor_id": "c1",
        "recipe": Recipe(name="c1.example pages", version=version, selectors=(PRICE, BRAND)),
        "author_id": "ann",
        "saved_at": MONDAY,
    }
    return KeptRecipe(**(fields | changes))


def test_a_recipe_comes_back_as_it_was_written(kept: Kept, run: Run) -> None:
    run(kept.stores.recipes.add(a_recipe()))

    assert run(kept.stores.recipes.newest("org", "c1")) == a_recipe()


def test_the_newest_version_is_the_one_in_force(kept: Kept, run: Run) -> None:
    for version in (1, 10, 2):
        run(kept.stores.recipes.add(a_recipe(version)))

    assert run(kept.stores.recipes.newest("org", "c1")) == a_recipe(10)
    assert run(kept.stores.recipes.in_force("org", ["c1", "c2"])) == {"c1": a_recipe(10).recipe}
    assert run(kept.stores.recipes.version("org", "c1", 2)) == a_recipe(2).recipe
    assert run(kept.stores.recipes.version("org", "c1", 3)) is None
    assert run(kept.stores.recipes.version("rival", "c1", 2)) is None


def test_a_retired_recipe_is_kept_and_no_longer_followed(kept: Kept, run: Run) -> None:
    run(kept.stores.recipes.add(a_recipe(1)))
    run(kept.stores.recipes.add(a_recipe(2, retired=True)))

    assert run(kept.stores.recipes.newest("org", "c1")).retired
    assert run(kept.stores.recipes.in_force("org", ["c1"])) == {}


def test_two_who_save_at_the_same_moment_do_not_overwrite_each_other(kept: Kept, run: Run) -> None:
    run(kept.stores.recipes.add(a_recipe()))

    with pytest.raises(RecipeChanged):
        run(kept.stores.recipes.add(a_recipe(author_id="bob")))

    assert run(kept.stores.recipes.newest("org", "c1")).author_id == "ann"


def test_no_organisation_reads_or_follows_the_recipes_of_another(kept: Kept, run: Run) -> None:
    theirs = replace(a_recipe(), organisation_id="rival")
    run(kept.stores.recipes.add(theirs))

    assert run(kept.stores.recipes.newest("org", "c1")) is None
    assert run(kept.stores.recipes.in_force("org", ["c1"])) == {}
    run(kept.stores.recipes.add(a_recipe()))
    assert run(kept.stores.recipes.newest("rival", "c1")) == theirs
