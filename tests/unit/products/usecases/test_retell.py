"""Telling a shop's products again: in batches, as far as the time reaches, whoever dies."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from products.usecases import retell
from products.usecases.retell import TellAgain
from shared.kernel.errors import Unavailable
from tests.builders.products import MONDAY, a_draft, a_shop, an_origin
from tests.fakes.pricing import FakeStops
from tests.fakes.products import FakeCatalogue, FakeShops
from tests.fakes.retellings import FakeRetellings

HOW_MANY = 7


@dataclass
class World:
    """A catalogue of seven products, told three at once."""

    shops: FakeShops = field(default_factory=FakeShops)
    catalogue: FakeCatalogue = field(default_factory=FakeCatalogue)
    retellings: FakeRetellings = field(default_factory=FakeRetellings)
    stops: FakeStops = field(default_factory=FakeStops)

    def tell(self, shop_id: str = "demo-eu", organisation_id: str = "org", **other: Callable[[], bool]) -> None:
        """Take up the job's message."""
        work = TellAgain(
            shops=self.shops,
            catalogue=self.catalogue,
            retellings=self.retellings,
            stops=self.stops,
            clock=lambda: MONDAY,
        )
        asyncio.run(work(organisation_id, "job", shop_id, other.get("has_time", lambda: True)))

    @property
    def told(self) -> list[str]:
        """The ids that were told, in order."""
        return [one.product_id for one in self.retellings.told]


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    """Two shops, and another organisation's of the same name."""
    monkeypatch.setattr(retell, "PRODUCTS_AT_ONCE", 3)
    made = World()
    drafts = [a_draft(f"S{place}") for place in range(HOW_MANY)]
    for changes in ({}, {"shop_id": "other"}, {"organisation_id": "rival"}):
        asyncio.run(made.shops.add(a_shop(**changes)))
        asyncio.run(made.catalogue.take_in(drafts, an_origin(**changes)))
    return made


def test_every_product_of_the_shop_is_told_once_in_order(world: World) -> None:
    world.tell()
    world.tell()

    own = [one for one in world.catalogue.kept.values() if (one.organisation_id, one.shop_id) == ("org", "demo-eu")]
    assert world.told == sorted(one.product_id for one in own)
    assert world.retellings.planned == {"job": HOW_MANY}
    (job,) = world.retellings.kept.values()
    assert (job.told, job.finished_at, world.retellings.rest) == (HOW_MANY, MONDAY, [])


def test_an_empty_shop_is_told_at_once(world: World) -> None:
    asyncio.run(world.shops.add(a_shop(shop_id="empty")))

    world.tell("empty")

    (job,) = world.retellings.kept.values()
    assert (world.told, world.retellings.planned, job.finished_at) == ([], {"job": 0}, MONDAY)


@pytest.mark.parametrize(("shop_id", "organisation_id"), [("nothing", "org"), ("demo-eu", "stranger")])
def test_a_shop_that_is_not_there_ends_the_job_by_name(shop_id: str, organisation_id: str, world: World) -> None:
    world.tell(shop_id, organisation_id)

    assert world.retellings.refused["job"].startswith("products/shop-not-found: ")
    assert (world.told, world.retellings.kept) == ([], {})


@pytest.mark.parametrize("batches", [0, 1, 2, 3])
def test_who_comes_after_a_worker_that_died_goes_on_where_it_was(batches: int, world: World) -> None:
    world.retellings.killed_after = batches
    with pytest.raises(Unavailable):
        world.tell()
    assert len(world.told) == min(batches * 3, HOW_MANY)
    world.retellings.killed_after = None

    world.tell()

    assert len(world.told) == len(set(world.told)) == HOW_MANY
    assert world.retellings.planned == {"job": HOW_MANY}


def test_when_the_time_is_over_the_rest_is_asked_for(world: World) -> None:
    left = iter([True, False])

    world.tell(has_time=lambda: next(left))
    (rest,) = world.retellings.rest
    assert (len(world.told), rest.after) == (3, world.told[-1])

    world.tell()
    assert len(set(world.told)) == HOW_MANY


def test_when_enough_was_told_the_rest_is_asked_for(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retell, "PRODUCTS_FOR_A_MESSAGE", 3)

    world.tell()
    world.tell()

    assert (len(world.told), len(world.retellings.rest)) == (6, 2)
    world.tell()
    assert (len(world.told), len(world.retellings.rest)) == (HOW_MANY, 2)


def test_a_job_that_is_to_stop_ends_between_two_batches(world: World) -> None:
    world.stops = FakeStops(jobs={("org", "job")}, after=1)

    world.tell()
    world.stops = FakeStops()
    world.tell()

    assert (len(world.told), world.retellings.rest) == (3, [])


def test_products_that_come_meanwhile_are_told_too(world: World) -> None:
    origin = an_origin(at=MONDAY + timedelta(hours=1))
    left = iter([True, False])
    world.tell(has_time=lambda: next(left))
    asyncio.run(world.catalogue.take_in([a_draft("NEW")], origin))

    world.tell()

    later = next(one for one in world.catalogue.told if one.draft.sku == "NEW").product_id
    assert later in world.told or later < world.told[2]
