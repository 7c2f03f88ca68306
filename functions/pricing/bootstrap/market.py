"""Wire the doors that plan scans and keep what catalogue, scanners and rates tell."""

from pricing.adapters.commands import PAGES, UNREAD
from pricing.adapters.mongo_candidates import MongoCandidates
from pricing.adapters.mongo_facts import MongoFacts
from pricing.adapters.mongo_filters import MongoFilters
from pricing.adapters.mongo_late_moves import MongoLateMoves
from pricing.adapters.mongo_market import MongoCompetitors, MongoOffers
from pricing.adapters.mongo_observations import MongoObservations, MongoScanLog
from pricing.adapters.mongo_own_prices import MongoOwnPrices
from pricing.adapters.mongo_rates import MongoRates
from pricing.adapters.mongo_recipes import MongoRecipes
from pricing.adapters.mongo_scan_budget import MongoBudgets
from pricing.adapters.pages_later import PagesBack, PagesLater
from pricing.bootstrap.database import database, outbox_of
from pricing.settings import (
    PlanSettings,
    RecordObservationsSettings,
    RecordProductsSettings,
    RecordRatesSettings,
    RecordSettings,
    ReturnSettings,
)
from pricing.usecases.candidates import RecordCandidates
from pricing.usecases.rates import RecordRates
from pricing.usecases.record_observations import RecordObservations
from pricing.usecases.record_products import RecordProducts
from pricing.usecases.scan import PlanScan
from pricing.usecases.scan_budget import ChooseByBudget
from shared.kernel.clock import system_clock
from shared.runtime.queues import Queue


def record_products() -> RecordProducts:
    """The keeper of the catalogue's announcements."""
    mongo = database(RecordProductsSettings())
    return RecordProducts(
        facts=MongoFacts(mongo), own_prices=MongoOwnPrices(mongo), moves=MongoLateMoves(mongo), clock=system_clock
    )


def plan_scan() -> PlanScan:
    """The planner of scans."""
    settings = PlanSettings()
    mongo = database(settings)
    outbox = outbox_of(mongo, settings, **{PAGES: settings.pages_queue_url})
    facts, offers = MongoFacts(mongo), MongoOffers(mongo)
    return PlanScan(
        facts=facts,
        filters=MongoFilters(mongo),
        offers=offers,
        observations=MongoObservations(mongo),
        recipes=MongoRecipes(mongo),
        choose=ChooseByBudget(facts=facts, offers=offers, budgets=MongoBudgets(mongo), clock=system_clock),
        log=MongoScanLog(mongo, outbox, system_clock),
        lanes=settings.scanner_lanes,
        clock=system_clock,
    )


def record_observations() -> RecordObservations:
    """The recorder of what scanners read."""
    settings = RecordObservationsSettings()
    mongo = database(settings)
    log = MongoScanLog(mongo, outbox_of(mongo, settings, **{UNREAD: settings.unread_queue_url}), system_clock)
    return RecordObservations(
        log=log,
        facts=MongoFacts(mongo),
        competitors=MongoCompetitors(mongo),
        rates=MongoRates(mongo),
        clock=system_clock,
    )


def record_rates() -> RecordRates:
    """The keeper of exchange rates."""
    return RecordRates(rates=MongoRates(database(RecordRatesSettings())))


def record_candidates() -> RecordCandidates:
    """The keeper of pages that were found."""
    settings = RecordSettings()
    mongo = database(settings)
    candidates = MongoCandidates(mongo, outbox_of(mongo, settings), system_clock)
    return RecordCandidates(facts=MongoFacts(mongo), candidates=candidates, clock=system_clock)


def return_pages() -> PagesBack:
    """The way of waiting pages back to their lanes."""
    settings = ReturnSettings()
    later = PagesLater(Queue(settings.pages_later_queue_url), system_clock)
    return PagesBack(later, Queue(settings.pages_queue_url))
