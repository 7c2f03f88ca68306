"""Everything that pricing keeps, over its one database."""

from pricing.adapters.mongo_alert_rules import MongoAlertRules
from pricing.adapters.mongo_alerts import MongoAlerts
from pricing.adapters.mongo_batches import MongoBatches
from pricing.adapters.mongo_candidates import MongoCandidates
from pricing.adapters.mongo_changes import MongoPriceChanges
from pricing.adapters.mongo_day_figures import MongoDayFigures
from pricing.adapters.mongo_emergency_stops import MongoEmergencyStops
from pricing.adapters.mongo_facts import MongoFacts
from pricing.adapters.mongo_filters import MongoFilters
from pricing.adapters.mongo_health import MongoHealth
from pricing.adapters.mongo_holds import MongoHolds
from pricing.adapters.mongo_market import MongoCompetitors, MongoOffers
from pricing.adapters.mongo_market_days import MongoMarketDays
from pricing.adapters.mongo_market_history import MongoMarketHistory
from pricing.adapters.mongo_observations import MongoObservations
from pricing.adapters.mongo_own_moves import MongoOwnMoves
from pricing.adapters.mongo_own_prices import MongoOwnPrices
from pricing.adapters.mongo_policies import MongoPolicies
from pricing.adapters.mongo_promotions import MongoPromotions
from pricing.adapters.mongo_publication_settings import MongoPublicationSettings
from pricing.adapters.mongo_quarantine import MongoQuarantine
from pricing.adapters.mongo_rates import MongoRates
from pricing.adapters.mongo_receivers import MongoReceivers
from pricing.adapters.mongo_recipes import MongoRecipes
from pricing.adapters.mongo_reports import MongoReports
from pricing.adapters.mongo_runs import MongoRuns
from pricing.adapters.mongo_saved_views import MongoSavedViews
from pricing.adapters.mongo_scan_budget import MongoBudgets
from pricing.adapters.mongo_simulations import MongoSimulations
from pricing.adapters.outbox_rebuilds import OutboxRebuilds
from pricing.adapters.outbox_roll_ups import OutboxRollUps
from pricing.bootstrap.database import database, outbox_of
from pricing.settings import TellingSettings
from pricing.usecases.house import Past, Stores
from shared.kernel.clock import Clock, system_clock
from shared.kernel.identifiers import sortable_id
from shared.runtime.mongo import Mongo
from shared.runtime.outbox import Outbox


def stores(mongo: Mongo, outbox: Outbox, clock: Clock = system_clock) -> Stores:
    """Everything that pricing keeps, in one database."""
    return Stores(
        facts=MongoFacts(mongo),
        competitors=MongoCompetitors(mongo),
        offers=MongoOffers(mongo),
        observations=MongoObservations(mongo),
        quarantine=MongoQuarantine(mongo, clock),
        health=MongoHealth(mongo),
        rates=MongoRates(mongo),
        policies=MongoPolicies(mongo),
        runs=MongoRuns(mongo, outbox),
        changes=MongoPriceChanges(mongo, outbox, lambda prefix: sortable_id(prefix, clock())),
        batches=MongoBatches(mongo, outbox),
        publication=MongoPublicationSettings(mongo),
        emergency_stops=MongoEmergencyStops(mongo),
        filters=MongoFilters(mongo),
        reports=MongoReports(mongo, outbox),
        simulations=MongoSimulations(mongo, outbox),
        recipes=MongoRecipes(mongo),
        budgets=MongoBudgets(mongo),
        candidates=MongoCandidates(mongo, outbox, clock),
        holds=MongoHolds(mongo),
        own_prices=MongoOwnPrices(mongo),
        promotions=MongoPromotions(mongo),
        alert_rules=MongoAlertRules(mongo),
        alerts=MongoAlerts(mongo),
        receivers=MongoReceivers(mongo),
        rebuilds=OutboxRebuilds(outbox),
        market_days=MongoMarketDays(mongo),
        views=MongoSavedViews(mongo),
        roll_ups=OutboxRollUps(mongo, outbox),
    )


def kept_for(settings: TellingSettings, **queue_urls: str) -> Stores:
    """Everything that pricing keeps, for a function that knows these ways of its outbox."""
    mongo = database(settings)
    return stores(mongo, outbox_of(mongo, settings, **queue_urls))


def past_of(mongo: Mongo) -> Past:
    """What the pricing database tells of the past."""
    return Past(history=MongoMarketHistory(mongo), moves=MongoOwnMoves(mongo), figures=MongoDayFigures(mongo))
