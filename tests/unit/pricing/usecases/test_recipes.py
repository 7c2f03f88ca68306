"""Recipes: versions, trials on stored pages, and proposals only where something is broken."""

import asyncio
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest

from pricing.domain.errors import CompetitorNotFound, RecipeNotFound
from pricing.domain.market import Offer
from pricing.domain.recipe import Field, Recipe, Selector
from pricing.domain.repair import Proof
from pricing.usecases.recipes import Found, MendRecipe, ReadRecipe, RetireRecipe, SaveRecipe, TryRecipe
from tests.builders.pricing import MONDAY, a_competitor, an_observation, an_offer
from tests.fakes.pricing import FakeCompetitors, FakeOffers
from tests.fakes.recipes import FakeRecipes, FakeStoredPages

RECIPE = Recipe(name="c1", version=1, selectors=(Selector(field=Field.ITEM_PRICE, css="#now"),))
HOUR = timedelta(hours=1)


def at_price(text: str) -> Found:
    return Found(values={Field.ITEM_PRICE: text})


def watched(offer_id: str, price: str = "50", snapshot: str | None = "kept", **changes: Any) -> Offer:
    offer = an_offer(price, offer_id=offer_id)
    assert offer.latest is not None
    return replace(offer, latest=replace(offer.latest, snapshot=snapshot), **changes)


@dataclass
class World:
    """One competitor, its offers and its stored pages."""

    recipes: FakeRecipes = field(default_factory=FakeRecipes)
    offers: FakeOffers = field(default_factory=FakeOffers)
    pages: FakeStoredPages = field(default_factory=FakeStoredPages)
    competitors: FakeCompetitors = field(default_factory=lambda: FakeCompetitors({("org", "c1"): a_competitor()}))

    def watch(self, *offers: Offer) -> None:
        asyncio.run(self.offers.add(offers))

    def save(self, competitor_id: str = "c1") -> int:
        saving = SaveRecipe(competitors=self.competitors, recipes=self.recipes, clock=lambda: MONDAY)
        return asyncio.run(saving("org", competitor_id, RECIPE, "ann")).recipe.version

    def retire(self) -> None:
        asyncio.run(RetireRecipe(recipes=self.recipes, clock=lambda: MONDAY)("org", "c1", "ann"))

    def in_force(self) -> int:
        return asyncio.run(ReadRecipe(recipes=self.recipes)("org", "c1")).recipe.version

    def propose(self) -> Proof:
        proposing = MendRecipe(competitors=self.competitors, offers=self.offers, pages=self.pages)
        return asyncio.run(proposing("org", "c1"))


def test_every_saving_makes_the_next_version_also_after_a_retired_one() -> None:
    world = World()

    assert (world.save(), world.save(), world.in_force()) == (1, 2, 2)
    world.retire()
    world.retire()
    with pytest.raises(RecipeNotFound, match="PUT /pricing/competitors/c1/recipe"):
        world.in_force()
    assert (world.save(), world.in_force()) == (4, 4)


def test_a_recipe_belongs_to_a_competitor_that_is_known() -> None:
    with pytest.raises(CompetitorNotFound):
        World().save("nobody")


def test_a_trial_says_on_which_stored_pages_the_trusted_price_is_found() -> None:
    world = World()
    world.watch(
        watched("a", "50.00", "s1"), watched("b", "60", "s2"), watched("c", "70", None), watched("d", "80", "s3")
    )
    world.pages.found = {"s1": at_price("50"), "s2": at_price("6.0")}

    trials = asyncio.run(TryRecipe(offers=world.offers, pages=world.pages)("org", "c1", RECIPE))

    assert [(one.reproduces, one.found is not None) for one in trials] == [
        (True, True),
        (False, True),
        (False, False),
        (False, False),
    ]


def test_nothing_is_proposed_where_nothing_is_broken_or_nothing_is_known() -> None:
    world = World()
    assert "scan it first" in world.propose().detail
    world.watch(watched("a"))

    assert "nothing to mend" in world.propose().detail
    assert world.pages.asked == []


@pytest.mark.parametrize("place", ["last_failure", "quarantined"])
def test_a_proposal_is_asked_for_with_what_is_trusted_and_what_broke_since(place: str) -> None:
    world = World()
    since = an_observation("1", captured_at=MONDAY + HOUR, snapshot="broken")
    before = an_observation("1", captured_at=MONDAY - 99 * HOUR, snapshot="mended since")
    broken: dict[str, Any] = {place: since, "failing_since": MONDAY}
    mended: dict[str, Any] = {place: before, "failing_since": MONDAY}
    world.watch(replace(watched("a"), **broken), replace(watched("b"), **mended))
    world.pages.proposal = Proof(recipe=RECIPE, detail="proven", known=2, reproduced=2, changed=1, agreed=1)

    assert world.propose().recipe == RECIPE
    ((known, changed),) = world.pages.asked
    assert (len(known), [one.snapshot for one in changed]) == (2, ["broken"])
