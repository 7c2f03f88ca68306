"""Pricing's ports, once in memory and once in MongoDB: the same tests hold for both."""

from collections.abc import Callable

import pytest

from pricing.adapters.mongo_observations import MongoScanLog
from pricing.bootstrap.stores import stores
from pricing.usecases.house import Stores
from shared.runtime.mongo import Mongo
from shared.runtime.outbox import Outbox
from shared.runtime.queues import Queue
from tests.builders.pricing import MONDAY
from tests.fakes.alerts import FakeAlertDesk, FakeAlertRules, FakeAlerts
from tests.fakes.candidates import FakeCandidates
from tests.fakes.cloud import FakeCloud
from tests.fakes.holds import FakeHolds
from tests.fakes.market_days import FakeMarketDays, FakeRollUps, FakeSavedViews
from tests.fakes.own_prices import FakeOwnPrices
from tests.fakes.pricing import (
    FakeCompetitors,
    FakeFacts,
    FakeFilters,
    FakeHealth,
    FakeObservations,
    FakeOffers,
    FakePolicies,
    FakeQuarantine,
    FakeRates,
    FakeReports,
    FakeRuns,
    FakeScanLog,
    Kept,
)
from tests.fakes.promotions import FakePromotions
from tests.fakes.publication import FakeBatches, FakeChanges, FakeEmergencyStops, FakePublicationSettings
from tests.fakes.rebuilds import FakeRebuilds
from tests.fakes.receivers import FakeReceivers
from tests.fakes.recipes import FakeRecipes
from tests.fakes.simulations import FakeSimulations


def _in_memory() -> Kept:
    log, changes, desk = FakeScanLog(), FakeChanges(), FakeAlertDesk()
    made = Stores(
        facts=FakeFacts(),
        competitors=FakeCompetitors(),
        offers=log.offers,
        observations=FakeObservations(log),
        quarantine=FakeQuarantine(log),
        health=FakeHealth(log.offers),
        rates=FakeRates(),
        policies=FakePolicies(),
        runs=FakeRuns(changes),
        changes=changes,
        batches=FakeBatches(changes),
        publication=FakePublicationSettings(),
        emergency_stops=FakeEmergencyStops(),
        filters=FakeFilters(),
        reports=FakeReports(),
        simulations=FakeSimulations(),
        recipes=FakeRecipes(),
        budgets=log.budgets,
        candidates=FakeCandidates(log.offers),
        holds=FakeHolds(),
        own_prices=FakeOwnPrices(),
        promotions=FakePromotions(),
        alert_rules=FakeAlertRules(desk),
        alerts=FakeAlerts(desk),
        receivers=FakeReceivers(),
        rebuilds=FakeRebuilds(),
        market_days=FakeMarketDays(),
        roll_ups=FakeRollUps(),
        views=FakeSavedViews(),
    )
    assert isinstance(made.offers, FakeOffers)
    return Kept(made, log)


def _in_mongodb(mongo: Mongo) -> Kept:
    outbox = Outbox(
        mongo,
        "pricing",
        bus="bus",
        queues={name: Queue(name) for name in ("decide", "pages", "publish", "reports", "roll_ups", "simulations")},
    )
    return Kept(stores(mongo, outbox, lambda: MONDAY), MongoScanLog(mongo, outbox, lambda: MONDAY))


@pytest.fixture(params=["fake", "mongodb"])
def kept(request: pytest.FixtureRequest) -> Kept:
    """The stores under test."""
    if request.param == "fake":
        return _in_memory()
    assert isinstance(request.getfixturevalue("cloud"), FakeCloud)
    store: Callable[[str], Mongo] = request.getfixturevalue("store")
    return _in_mongodb(store("pricing"))
