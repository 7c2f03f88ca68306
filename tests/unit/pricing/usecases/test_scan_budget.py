"""Spending the budget for looks: granted once for a job, where it is worth most."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from pricing.domain.errors import NoScanBudget
from pricing.domain.market import MISSES_UNTIL_LOST, Offer
from pricing.domain.scan_budget import Budget, Volatility
from pricing.usecases.scan_budget import ChooseByBudget, ReadBudget, SetBudget
from tests.builders.pricing import MONDAY, an_offer, some_facts
from tests.fakes.pricing import FakeFacts, FakeOffers
from tests.fakes.scan_budget import FakeBudgets

DAY = timedelta(days=1)
RESTLESS = Volatility(changes=100, hours=1000)


@dataclass
class World:
    """An organisation with a budget, its offers, and a clock."""

    now: datetime = MONDAY + DAY
    facts: FakeFacts = field(default_factory=FakeFacts)
    offers: FakeOffers = field(default_factory=FakeOffers)
    budgets: FakeBudgets = field(default_factory=FakeBudgets)

    def watch(self, offer_id: str, price: str = "50", product: str = "prd", **changes: object) -> None:
        offer: Offer = replace(an_offer(price, offer_id=offer_id), product_id=product, **changes)  # type: ignore[arg-type] # fields by name
        asyncio.run(self.offers.add([offer]))

    def sells(self, product: str, price: str, **changes: Decimal) -> None:
        self.facts.kept[product] = some_facts(price, product_id=product, **changes)

    def set(self, looks: int) -> None:
        setting = SetBudget(budgets=self.budgets, clock=lambda: self.now)
        asyncio.run(setting("org", Budget(looks_per_day=looks, max_hours=1000), "ann"))

    def choose(self, job: str = "job1", organisation_id: str = "org") -> list[str]:
        choosing = ChooseByBudget(facts=self.facts, offers=self.offers, budgets=self.budgets, clock=lambda: self.now)
        found: Sequence[Offer] = asyncio.run(choosing(organisation_id, job))
        return [one.offer_id for one in found]


def test_the_first_scan_has_a_days_looks_and_later_ones_what_the_time_brings() -> None:
    world = World()
    world.set(3)
    for name in "abcdefgh":
        world.watch(name)

    assert len(world.choose("job1")) == 3
    assert world.choose("job2") == []
    world.now += DAY / 2
    assert len(world.choose("job3")) == 1
    world.now += DAY / 2
    assert len(world.choose("job4")) == 2


def test_one_job_is_granted_its_looks_once_however_often_it_asks() -> None:
    world = World()
    world.set(3)
    for name in "abcdefgh":
        world.watch(name)

    first = world.choose()
    world.now += DAY / 3
    assert (len(first), len(world.choose("another"))) == (3, 1)
    assert len(world.choose()) == 3
    assert world.budgets.kept["org"].left == pytest.approx(0)


def test_looks_that_nothing_is_worth_are_not_spent() -> None:
    world = World()
    world.set(5)
    world.watch("only")

    assert world.choose("job1") == ["only"]
    assert world.budgets.kept["org"].left == pytest.approx(4)


def test_looks_go_to_what_changes_near_the_lowest_price_and_sells() -> None:
    world = World()
    world.set(2)
    world.sells("dear", "900")
    world.sells("cheap", "9")
    world.watch("calm", "800", "dear")
    world.watch("restless", "801", "dear", volatility=RESTLESS)
    world.watch("far", "2000", "dear", volatility=RESTLESS)
    world.watch("small", "8", "cheap", volatility=RESTLESS)

    assert world.choose() == ["restless", "far"]


def test_what_cannot_move_a_price_that_stays_at_its_floor_waits() -> None:
    world = World()
    world.set(1)
    world.sells("held", "100", min_price=Decimal(90))
    world.sells("free", "100")
    for product in ("held", "free"):
        world.watch(f"{product}-lowest", "50", product, volatility=RESTLESS)

    assert world.choose() == ["free-lowest"]


def test_lost_pages_are_left_to_the_rematch() -> None:
    world = World()
    world.set(5)
    world.watch("lost", misses=MISSES_UNTIL_LOST)

    assert world.choose() == []


def test_without_a_budget_nothing_is_chosen_and_the_mend_is_named() -> None:
    with pytest.raises(NoScanBudget, match="PUT /pricing/scan-budget"):
        World().choose()
    with pytest.raises(NoScanBudget):
        asyncio.run(ReadBudget(budgets=FakeBudgets(), clock=lambda: MONDAY)("org"))


def test_no_organisation_spends_the_budget_or_looks_at_the_offers_of_another() -> None:
    world = World()
    world.set(5)
    world.watch("ours")
    setting = SetBudget(budgets=world.budgets, clock=lambda: MONDAY)
    asyncio.run(setting("rival", Budget(looks_per_day=9), "eve"))

    assert world.choose("job1", "rival") == []
    assert world.choose() == ["ours"]
