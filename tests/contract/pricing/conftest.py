"""Pricing's ports, once in memory and once in MongoDB: the same tests hold for both."""

from collections.abc import Callable

import pytest

from pricing.adapters.mongo_alert_rules import MongoAlertRules
from pricing.adapters.mongo_alerts import MongoAlerts
from pricing.adapters.mongo_batches import MongoBatches
from pricing.adapters.mongo_candidates import MongoCandidates
from pricing.adapters.mongo_changes import MongoPriceChanges
from pricing.adapters.mongo_emergency_stops import MongoEmergencyStops
from pricing.adapters.mongo_facts import MongoFacts
from pricing.adapters.mongo_filters import MongoFilters
from pricing.adapters.mongo_health import MongoHealth
from pricing.adapters.mongo_holds import MongoHolds
from pricing.adapters.mongo_market import MongoCompetitors, MongoOffers
from pricing.adapters.mongo_market_days import MongoMarketDays
from pricing.adapters.mongo_observations import MongoObservations, MongoScanLog
from pricing.adapters.mongo_own_prices import MongoOwnPrices
from pricing.adapters.mongo_policies import MongoPolicies
from pricing.adapters.mongo_promotions import MongoPromotions
from pricing.adapters.mongo_publication_settings import MongoPublicationSettings
from pricing.adapters.mongo_quarantine import MongoQuarantine
from pricing.adapters.mongo_rates import MongoRates
from pricing.adapters.mongo_recipes import MongoRecipes
from pricing.adapters.mongo_reports import MongoReports
from pricing.adapters.mongo_runs import MongoRuns
from pricing.adapters.mongo_saved_views import MongoSavedViews
from pricing.adapters.mongo_scan_budget import MongoBudgets
from pricing.adapters.mongo_simulations import MongoSimulations
from pricing.adapters.mongo_webhooks import MongoWebhooks
from pricing.adapters.outbox_rebuilds import OutboxRebuilds
from pricing.adapters.outbox_roll_ups import OutboxRollUps
from pricing.usecases.house import Stores
from shared.kernel.identifiers import sortable_id
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
from tests.fakes.recipes import FakeRecipes
from tests.fakes.simulations import FakeSimulations
from tests.fakes.webhooks import FakeWebhooks


def _in_memory() -> Kept:
    log, changes, desk = FakeScanLog(), FakeChanges(), FakeAlertDesk()
    stores = Stores(
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
        webhooks=FakeWebhooks(),
        rebuilds=FakeRebuilds(),
        market_days=FakeMarketDays(),
        roll_ups=FakeRollUps(),
        views=FakeSavedViews(),
    )
    assert isinstance(stores.offers, FakeOffers)
    return Kept(stores, log)


def _in_mongodb(mongo: Mongo) -> Kept:
    outbox = Outbox(
        mongo,
        "pricing",
        bus="bus",
        queues={name: Queue(name) for name in ("decide", "pages", "publish", "reports", "roll_ups", "simulations")},
    )
    stores = Stores(
        facts=MongoFacts(mongo),
        competitors=MongoCompetitors(mongo),
        offers=MongoOffers(mongo),
        observations=MongoObservations(mongo),
        quarantine=MongoQuarantine(mongo, lambda: MONDAY),
        health=MongoHealth(mongo),
        rates=MongoRates(mongo),
        policies=MongoPolicies(mongo),
        runs=MongoRuns(mongo, outbox),
        changes=MongoPriceChanges(mongo, outbox, lambda prefix: sortable_id(prefix, MONDAY)),
        batches=MongoBatches(mongo, outbox),
        publication=MongoPublicationSettings(mongo),
        emergency_stops=MongoEmergencyStops(mongo),
        filters=MongoFilters(mongo),
        reports=MongoReports(mongo, outbox),
        simulations=MongoSimulations(mongo, outbox),
        recipes=MongoRecipes(mongo),
        budgets=MongoBudgets(mongo),
        candidates=MongoCandidates(mongo, outbox, lambda: MONDAY),
        holds=MongoHolds(mongo),
        own_prices=MongoOwnPrices(mongo),
        promotions=MongoPromotions(mongo),
        alert_rules=MongoAlertRules(mongo),
        alerts=MongoAlerts(mongo),
        webhooks=MongoWebhooks(mongo),
        rebuilds=OutboxRebuilds(outbox),
        market_days=MongoMarketDays(mongo),
        roll_ups=OutboxRollUps(mongo, outbox),
        views=MongoSavedViews(mongo),
    )
    return Kept(stores, MongoScanLog(mongo, outbox, lambda: MONDAY))


@pytest.fixture(params=["fake", "mongodb"])
def kept(request: pytest.FixtureRequest) -> Kept:
    """The stores under test."""
    if request.param == "fake":
        return _in_memory()
    assert isinstance(request.getfixturevalue("cloud"), FakeCloud)
    store: Callable[[str], Mongo] = request.getfixturevalue("store")
    return _in_mongodb(store("pricing"))
