"""Wire pricing: one function for each kind of door, so that a worker builds no more than it needs."""

from importlib import import_module

from pricing.adapters.lambda_own_catalogue import LambdaOwnCatalogue
from pricing.adapters.mongo_changes import MongoBatches, MongoPriceChanges
from pricing.adapters.mongo_facts import MongoFacts
from pricing.adapters.mongo_market import MongoCompetitors, MongoOffers
from pricing.adapters.mongo_observations import MongoObservations, MongoScanLog
from pricing.adapters.mongo_policies import MongoPolicies
from pricing.adapters.mongo_runs import MongoRuns
from pricing.adapters.sqs_work import SqsScanners, SqsWork
from pricing.domain.fetched import FetchLimits
from pricing.settings import ApiSettings, PlanSettings, PublishSettings, ScannerSettings, StoreSettings, TellingSettings
from pricing.usecases.approve import ApproveChanges, DenyChanges
from pricing.usecases.decide import DecideRun, StartRun
from pricing.usecases.house import Check, Pricing, Stores
from pricing.usecases.policies import SavePolicy
from pricing.usecases.ports import Work
from pricing.usecases.publish import PublishBatch, StartBatch
from pricing.usecases.questions import AskMarket
from pricing.usecases.record_products import RecordProducts
from pricing.usecases.register import RegisterCompetitor, RegisterOffers
from pricing.usecases.scan import PlanScan, RecordObservations
from pricing.usecases.scan_pages import ScanPages
from shared.kernel.clock import Clock, system_clock
from shared.kernel.identifiers import sortable_id
from shared.runtime.mongo import Mongo
from shared.runtime.outbox import Outbox
from shared.runtime.queues import Queue


def database(settings: StoreSettings | None = None) -> Mongo:
    """The pricing database, which connects on first use."""
    known = settings or StoreSettings()
    return Mongo(known.mongodb_secret_arn, known.mongodb_database)


def outbox_of(mongo: Mongo, settings: TellingSettings) -> Outbox:
    """The outbox of the pricing database."""
    return Outbox(mongo, settings.event_bus_name, "pricing")


def stores(mongo: Mongo) -> Stores:
    """Everything that pricing keeps, in one database."""
    return Stores(
        facts=MongoFacts(mongo),
        competitors=MongoCompetitors(mongo),
        offers=MongoOffers(mongo),
        observations=MongoObservations(mongo),
        policies=MongoPolicies(mongo),
        runs=MongoRuns(mongo),
        changes=MongoPriceChanges(mongo, lambda prefix: sortable_id(prefix, system_clock())),
        batches=MongoBatches(mongo),
    )


def wire(kept: Stores, work: Work, *, clock: Clock = system_clock, checks: dict[str, Check] | None = None) -> Pricing:
    """The API's side of pricing over the given ports."""
    return Pricing(
        stores=kept,
        register_competitor=RegisterCompetitor(competitors=kept.competitors),
        register_offers=RegisterOffers(
            facts=kept.facts,
            competitors=kept.competitors,
            offers=kept.offers,
            clock=clock,
        ),
        save_policy=SavePolicy(policies=kept.policies),
        start_run=StartRun(policies=kept.policies, runs=kept.runs, work=work, clock=clock),
        approve_changes=ApproveChanges(changes=kept.changes, facts=kept.facts, clock=clock),
        deny_changes=DenyChanges(changes=kept.changes, clock=clock),
        start_batch=StartBatch(changes=kept.changes, batches=kept.batches, work=work, clock=clock),
        clock=clock,
        checks=checks or {},
    )


def bootstrap(settings: ApiSettings | None = None) -> Pricing:
    """The API's side of pricing over MongoDB and SQS."""
    known = settings or ApiSettings()
    mongo = database(known)
    work = SqsWork(Queue(known.decide_queue_url), Queue(known.publish_queue_url))
    return wire(stores(mongo), work, checks={"mongodb": mongo.ping})


def record_products() -> RecordProducts:
    """The keeper of the catalogue's announcements."""
    return RecordProducts(facts=MongoFacts(database()))


def plan_scan() -> PlanScan:
    """The planner of scans."""
    settings = PlanSettings()
    mongo = database(settings)
    return PlanScan(
        offers=MongoOffers(mongo),
        scanners=SqsScanners(Queue(settings.pages_queue_url)),
        log=MongoScanLog(mongo, outbox_of(mongo, settings)),
        clock=system_clock,
    )


def record_observations() -> RecordObservations:
    """The recorder of what scanners read."""
    settings = TellingSettings()
    mongo = database(settings)
    return RecordObservations(log=MongoScanLog(mongo, outbox_of(mongo, settings)), clock=system_clock)


def decide_run() -> DecideRun:
    """The taker of decisions."""
    kept = stores(database())
    return DecideRun(facts=kept.facts, offers=kept.offers, policies=kept.policies, runs=kept.runs, clock=system_clock)


def publish_batch() -> PublishBatch:
    """The publisher of approved prices."""
    settings = PublishSettings()
    kept = stores(database(settings))
    shop = LambdaOwnCatalogue(settings.products_prices_function)
    return PublishBatch(changes=kept.changes, batches=kept.batches, shop=shop, clock=system_clock)


def ask_market() -> AskMarket:
    """The answerer of the assistant's questions."""
    kept = stores(database())
    return AskMarket(facts=kept.facts, offers=kept.offers, runs=kept.runs)


def relay() -> Outbox:
    """The outbox, for the relay."""
    settings = TellingSettings()
    return outbox_of(database(settings), settings)


def scanner(settings: ScannerSettings | None = None) -> tuple[ScanPages, Queue]:
    """The reader of pages, and the queue that it answers on."""
    known = settings or ScannerSettings()
    # Fetching and parsing weigh more than all other workers together: only the scanner loads them.
    pages = import_module("pricing.adapters.aiohttp_pages")
    reading = import_module("pricing.adapters.page_reading")
    fetcher = pages.AioHttpPages(
        user_agent=known.scanner_user_agent,
        limits=FetchLimits(min_delay_seconds=known.scanner_min_delay_seconds),
        connect_to=known.detour,
    )
    return ScanPages(pages=fetcher, read=reading.read_fetched, clock=system_clock), Queue(known.observed_queue_url)
