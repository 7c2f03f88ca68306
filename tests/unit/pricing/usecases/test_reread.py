"""Past readings repeated from the pages that were kept."""

import asyncio
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from pricing.domain.errors import ObservationNotFound, PageNotKept
from pricing.domain.market import Observation
from pricing.domain.recipe import Field, Recipe, Selector
from pricing.usecases.recipes import KeptRecipe
from pricing.usecases.reread import Reread, RereadObservation
from tests.builders.pricing import MONDAY, an_observation
from tests.fakes.pricing import FakeObservations, FakeScanLog
from tests.fakes.recipes import FakeRecipes, FakeStoredPages

THEN = an_observation("50", observation_id="obs", snapshot="page")


def reread(
    then: Observation, now: Observation | None, recipes: FakeRecipes | None = None, organisation_id: str = "org"
) -> tuple[Reread, FakeStoredPages]:
    pages = FakeStoredPages(again={} if now is None else {"page": now})
    observations = FakeObservations(FakeScanLog(kept={then.observation_id: then}))
    rereading = RereadObservation(observations=observations, recipes=recipes or FakeRecipes(), pages=pages)
    return asyncio.run(rereading(organisation_id, "obs")), pages


def test_a_page_that_says_the_same_differs_in_nothing() -> None:
    again, _ = reread(THEN, replace(THEN, duration_ms=9, item_price=Decimal("50.00"), http_status=None))

    assert again.differs == ()


@pytest.mark.parametrize(
    "change", [{"item_price": Decimal("5.0")}, {"currency": "USD"}, {"outcome": "no_price"}, {"agreement": 9}]
)
def test_what_the_readers_of_today_say_otherwise_is_named(change: dict[str, Any]) -> None:
    again, _ = reread(THEN, replace(THEN, **change))

    assert again.differs == tuple(change)


def test_a_look_that_was_told_nothing_changed_is_compared_as_a_reading() -> None:
    again, _ = reread(replace(THEN, outcome="unchanged"), THEN)

    assert again.differs == ()


def test_the_recipe_of_that_time_is_followed_and_not_a_newer_one() -> None:
    recipes = FakeRecipes()
    for version in (1, 2):
        recipe = Recipe(name="c1", version=version, selectors=(Selector(field=Field.ITEM_PRICE, css="#now"),))
        kept = KeptRecipe(organisation_id="org", competitor_id="c1", recipe=recipe, author_id="ann", saved_at=MONDAY)
        asyncio.run(recipes.add(kept))

    _, pages = reread(replace(THEN, recipe="c1@1"), THEN, recipes)

    assert pages.recipes_used == ["c1@1"]


@pytest.mark.parametrize(("snapshot", "why"), [(None, "was not kept"), ("gone", "no longer kept")])
def test_a_page_that_is_not_there_is_said_so(snapshot: str | None, why: str) -> None:
    with pytest.raises(PageNotKept, match=why):
        reread(replace(THEN, snapshot=snapshot), None)


def test_no_organisation_rereads_the_pages_of_another() -> None:
    with pytest.raises(ObservationNotFound):
        reread(THEN, THEN, organisation_id="rival")
