"""Simulations are asked for, computed once, end with a reason, and are read by their own organisation alone."""

import asyncio
from dataclasses import replace
from decimal import Decimal
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from pricing.domain.errors import (
    InvalidSimulation,
    PolicyNotFound,
    RunNotFound,
    SimulationFileNotFound,
    SimulationNotFound,
    UnknownSimulation,
)
from pricing.domain.simulation import Asked, RivalPrice, RivalProduct, RivalSeller, checked
from pricing.usecases.close_work import CloseWork
from pricing.usecases.simulations import LinkSimulationFile, RequestSimulation
from tests.builders.pricing import MONDAY
from tests.builders.simulations import UNDER, SimulatedShop, a_document
from tests.fakes.pricing import FakeReports
from tests.fakes.publication import FakeBatches

CANDIDATE = a_document(follow=[UNDER])


@pytest.fixture
def shop() -> SimulatedShop:
    """A shop with one rival's price."""
    made = SimulatedShop()
    made.look("p1", "94.90", MONDAY)
    return made


def test_a_simulation_ends_with_its_answer_and_its_files(shop: SimulatedShop) -> None:
    done = shop.compute(shop.ask("difference", document=CANDIDATE, against="match"))

    assert (done.state, done.items, done.started_at, done.finished_at) == ("FINISHED", 2, MONDAY, MONDAY)
    assert done.summary is not None
    assert done.summary["prices_differ"] == 1
    assert done.files == ("result.json", "rows.csv", "prices.svg", "ladder.svg", "moves.svg")
    for name in done.files[2:]:
        assert ET.fromstring(shop.files.kept["org", "sim_0", name]) is not None


def test_the_same_request_twice_is_computed_once(shop: SimulatedShop) -> None:
    asked = shop.ask("difference", document=CANDIDATE, against="match")
    first = shop.compute(asked)
    shop.files.kept.clear()

    assert shop.compute(asked) == first
    assert shop.files.kept == {}


def test_what_cannot_be_computed_fails_with_the_reason(shop: SimulatedShop) -> None:
    done = shop.compute(shop.ask("difference", document=replace(CANDIDATE, shop="other"), against="match"))

    assert done.state == "FAILED"
    assert "other" in done.detail
    assert done.files == ()


def test_one_that_is_to_stop_ends_cancelled(shop: SimulatedShop) -> None:
    asked = shop.ask("difference", document=CANDIDATE, against="match")
    shop.stops.jobs.add(("org", asked.simulation_id))

    assert shop.compute(asked).state == "CANCELLED"
    assert shop.files.kept == {}


def test_one_whose_time_is_over_says_so(shop: SimulatedShop) -> None:
    done = shop.compute(shop.ask("difference", document=CANDIDATE, against="match"), seconds_left=10.0)

    assert (done.state, "fewer days" in done.detail) == ("FAILED", True)


def test_a_job_that_ended_elsewhere_closes_its_simulation(shop: SimulatedShop) -> None:
    asked = shop.ask("difference", document=CANDIDATE, against="match")
    close = CloseWork(
        runs=shop.runs,
        batches=FakeBatches(),
        reports=FakeReports(),
        simulations=shop.simulations,
        clock=lambda: MONDAY,
    )

    asyncio.run(close("org", asked.simulation_id))
    asyncio.run(close("rival", asked.simulation_id))

    assert shop.compute(asked).state == "CANCELLED"


def test_no_organisation_reads_the_simulations_of_another(shop: SimulatedShop) -> None:
    asked = shop.compute(shop.ask("difference", document=CANDIDATE, against="match"))
    link = LinkSimulationFile(simulations=shop.simulations, files=shop.files)

    assert asyncio.run(link("org", asked.simulation_id, "rows.csv")).endswith("/rows.csv")
    with pytest.raises(SimulationNotFound):
        asyncio.run(link("rival", asked.simulation_id, "rows.csv"))
    with pytest.raises(SimulationFileNotFound, match="result"):
        asyncio.run(link("org", asked.simulation_id, "secret.txt"))


def test_another_organisations_policy_is_not_there(shop: SimulatedShop) -> None:
    asked = shop.ask("difference", organisation_id="rival", document=CANDIDATE, against="match")

    assert shop.compute(asked).state == "FAILED"


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        (Asked(kind="backtest", against="gone"), PolicyNotFound),
        (Asked(kind="difference", policy_id="gone", against="match"), PolicyNotFound),
        (Asked(kind="replay", run_id="run_gone"), RunNotFound),
        (Asked(kind="weather"), UnknownSimulation),
    ],
)
def test_what_is_not_there_is_refused_at_once(shop: SimulatedShop, asked: Asked, error: type[Exception]) -> None:
    simulation = replace(shop.ask("replay", run_id="any"), simulation_id="sim_9", asked=asked)
    request = RequestSimulation(policies=shop.policies, runs=shop.runs, simulations=shop.simulations)

    with pytest.raises(error):
        asyncio.run(request(simulation))
    assert "sim_9" not in shop.simulations.kept


PRICES = (RivalPrice(seller="a", price=Decimal("12.00")),)
SELLERS = (RivalSeller(name="a", document=CANDIDATE), RivalSeller(name="b", policy_id="match"))


@pytest.mark.parametrize(
    ("asked", "fault"),
    [
        ({"kind": "difference", "against": "match"}, "#/document"),
        ({"kind": "difference", "document": CANDIDATE}, "#/against"),
        ({"kind": "difference", "document": CANDIDATE, "policy_id": "match", "against": "match"}, "#/policy_id"),
        ({"kind": "difference", "document": CANDIDATE, "against": "match", "days": 3}, "#/days"),
        ({"kind": "backtest", "against": "match", "days": 91}, "#/days"),
        ({"kind": "backtest", "against": "match", "days": 0}, "#/days"),
        ({"kind": "backtest", "against": "match", "run_id": "run"}, "#/run_id"),
        ({"kind": "convergence", "shop_id": "demo-eu", "days": 27}, "#/days"),
        ({"kind": "convergence"}, "#/shop_id"),
        ({"kind": "replay"}, "#/run_id"),
        ({"kind": "rivals", "sellers": SELLERS}, "#/products"),
        ({"kind": "rivals", "sellers": SELLERS[:1], "products": (RivalProduct(sku="X", prices=PRICES),)}, "#/sellers"),
        (
            {"kind": "rivals", "sellers": SELLERS, "products": (RivalProduct(sku="X", prices=PRICES),)},
            "#/products/0/prices",
        ),
        (
            {"kind": "rivals", "sellers": (*SELLERS, RivalSeller(name="c")), "products": ()},
            "#/products",
        ),
    ],
)
def test_each_field_that_is_in_the_way_is_named(asked: dict[str, Any], fault: str) -> None:
    with pytest.raises(InvalidSimulation) as refused:
        checked(Asked(**asked))

    assert fault in {one.pointer for one in refused.value.faults}
