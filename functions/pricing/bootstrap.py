"""Wire pricing: one function for each kind of door, so that a worker builds no more than it needs."""

from importlib import import_module

from pricing.adapters.commands import DECIDE, PAGES, PUBLISH, REPORTS
from pricing.adapters.lambda_own_catalogue import LambdaOwnCatalogue
from pricing.adapters.mongo_batches import MongoBatches
from pricing.adapters.mongo_changes import MongoPriceChanges
from pricing.adapters.mongo_facts import MongoFacts
from pricing.adapters.mongo_filters import MongoFilters
from pricing.adapters.mongo_gauges import MongoGauges
from pricing.adapters.mongo_market import MongoCompetitors, MongoOffers
from pricing.adapters.mongo_observations import MongoObservations, MongoScanLog
from pricing.adapters.mongo_overview import MongoOverview
from pricing.adapters.mongo_policies import MongoPolicies
from pricing.adapters.mongo_reports import MongoReports
from pricing.adapters.mongo_runs import MongoRuns
from pricing.adapters.s3_reports import S3ReportFiles
from pricing.domain.fetched import FetchLimits
from pricing.settings import (
    ApiSettings,
    PlanSettings,
    PublishSettings,
    RecordProductsSettings,
    RecordSettings,
    RelaySettings,
    ScannerSettings,
    StartRunSettings,
    StoreSettings,
    TellingSettings,
)
from pricing.usecases.approve import ApproveChanges, DenyChanges
from pricing.usecases.close_work import CloseWork
from pricing.usecases.decide import DecideRun, StartDueRun, StartRun
from pricing.usecases.filters import PreviewFilter, SaveFilter
from pricing.usecases.house import Check, Pricing, Stores
from pricing.usecases.overview import ReadOverview
from pricing.usecases.policies import SavePolicy
from pricing.usecases.publish import PublishBatch, StartBatch
from pricing.usecases.questions import AskMarket
from pricing.usecases.record_products import RecordProducts
from pricing.usecases.register import RegisterCompetitor, RegisterOffers
from pricing.usecases.report import ReportFiles, RequestReport, WriteReport
from pricing.usecases.scan import PlanScan, RecordObservations
from pricing.usecases.scan_pages import ScanPages
from shared.kernel.clock import Clock, system_clock
from shared.kernel.gauges import ReadGauges
from shared.kernel.identifiers import sortable_id
from shared.runtime.cache import Cache
from shared.runtime.claims import Claims
from shared.runtime.edge import Edge
from shared.runtime.mongo import Mongo
from shared.runtime.outbox import Outbox
from shared.runtime.queues import Queue
from shared.runtime.stops import Stops
from shared.runtime.valkey import Valkey


def database(settings: StoreSettings | None = None) -> Mongo:
    """The pricing database, which connects on first use."""
    known = settings or StoreSettings()
    return Mongo(known.mongodb_secret_arn, known.mongodb_database)


def outbox_of(mongo: Mongo, settings: TellingSettings, **queue_urls: str) -> Outbox:
    """The outbox of the pricing database, with the ways that this function knows."""
    queues = {name: Queue(url) for name, url in queue_urls.items()}
    return Outbox(mongo, "pricing", bus=settings.event_bus_name, queues=queues)


def stores(mongo: Mongo, outbox: Outbox) -> Stores:
    """Everything that pricing keeps, in one database."""
    return Stores(
        facts=MongoFacts(mongo),
        competitors=MongoCompetitors(mongo),
        offers=MongoOffers(mongo),
        observations=MongoObservations(mongo),
        policies=MongoPolicies(mongo),
        runs=MongoRuns(mongo, outbox),
        changes=MongoPriceChanges(mongo, outbox, lambda prefix: sortable_id(prefix, system_clock())),
        batches=MongoBatches(mongo, outbox),
        filters=MongoFilters(mongo),
        reports=MongoReports(mongo, outbox),
    )


def _kept_for(settings: TellingSettings, **queue_urls: str) -> Stores:
    mongo = database(settings)
    return stores(mongo, outbox_of(mongo, settings, **queue_urls))


def wire(
    kept: Stores,
    files: ReportFiles,
    *,
    overview: ReadOverview,
    gauges: ReadGauges,
    clock: Clock = system_clock,
    checks: dict[str, Check] | None = None,
) -> Pricing:
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
        start_run=StartRun(policies=kept.policies, runs=kept.runs, clock=clock),
        approve_changes=ApproveChanges(changes=kept.changes, facts=kept.facts, clock=clock),
        deny_changes=DenyChanges(changes=kept.changes, clock=clock),
        start_batch=StartBatch(changes=kept.changes, batches=kept.batches, clock=clock),
        save_filter=SaveFilter(filters=kept.filters),
        preview_filter=PreviewFilter(facts=kept.facts),
        request_report=RequestReport(filters=kept.filters, reports=kept.reports),
        report_files=files,
        read_overview=overview,
        gauges=gauges,
        clock=clock,
        checks=checks or {},
    )


def bootstrap(settings: ApiSettings | None = None, edge: Edge | None = None) -> Pricing:
    """The API's side of pricing over MongoDB, EventBridge and SQS."""
    known = settings or ApiSettings()
    mongo = database(known) if edge is None else edge.mongo
    queues = {DECIDE: known.decide_queue_url, PUBLISH: known.publish_queue_url, REPORTS: known.reports_queue_url}
    kept = stores(mongo, outbox_of(mongo, known, **queues))
    valkey = Valkey(known.valkey_url) if edge is None else edge.valkey
    overview = ReadOverview(facts=MongoOverview(mongo), memory=Cache(valkey, "pricing"), clock=system_clock)
    return wire(
        kept,
        S3ReportFiles(known.work_bucket),
        overview=overview,
        gauges=MongoGauges(mongo, system_clock),
        checks={"mongodb": mongo.ping},
    )


def record_products() -> RecordProducts:
    """The keeper of the catalogue's announcements."""
    return RecordProducts(facts=MongoFacts(database(RecordProductsSettings())))


def plan_scan() -> PlanScan:
    """The planner of scans."""
    settings = PlanSettings()
    mongo = database(settings)
    outbox = outbox_of(mongo, settings, **{PAGES: settings.pages_queue_url})
    return PlanScan(
        facts=MongoFacts(mongo),
        filters=MongoFilters(mongo),
        offers=MongoOffers(mongo),
        observations=MongoObservations(mongo),
        log=MongoScanLog(mongo, outbox, system_clock),
        clock=system_clock,
    )


def record_observations() -> RecordObservations:
    """The recorder of what scanners read."""
    settings = RecordSettings()
    mongo = database(settings)
    log = MongoScanLog(mongo, outbox_of(mongo, settings), system_clock)
    return RecordObservations(log=log, clock=system_clock)


def decide_run() -> DecideRun:
    """The taker of decisions."""
    settings = RecordSettings()
    kept = _kept_for(settings)
    return DecideRun(
        facts=kept.facts,
        offers=kept.offers,
        policies=kept.policies,
        runs=kept.runs,
        stops=Stops(settings.work_bucket),
        clock=system_clock,
    )


def start_due_run() -> StartDueRun:
    """The starter of the runs that schedules ask for."""
    settings = StartRunSettings()
    kept = _kept_for(settings, **{DECIDE: settings.decide_queue_url})
    start = StartRun(policies=kept.policies, runs=kept.runs, clock=system_clock)
    return StartDueRun(start=start, runs=kept.runs, clock=system_clock)


def write_report() -> WriteReport:
    """The writer of reports."""
    settings = RecordSettings()
    kept = _kept_for(settings)
    return WriteReport(
        facts=kept.facts,
        filters=kept.filters,
        offers=kept.offers,
        runs=kept.runs,
        reports=kept.reports,
        files=S3ReportFiles(settings.work_bucket),
        clock=system_clock,
    )


def close_work() -> CloseWork:
    """The closer of work whose job was ended."""
    settings = RecordSettings()
    kept = _kept_for(settings)
    return CloseWork(runs=kept.runs, batches=kept.batches, reports=kept.reports, clock=system_clock)


def publish_batch() -> PublishBatch:
    """The publisher of approved prices."""
    settings = PublishSettings()
    kept = _kept_for(settings)
    return PublishBatch(
        changes=kept.changes,
        batches=kept.batches,
        shop=LambdaOwnCatalogue(settings.products_prices_function),
        stops=Stops(settings.work_bucket),
        clock=system_clock,
    )


def ask_market() -> AskMarket:
    """The answerer of the assistant's questions."""
    mongo = database()
    kept = stores(mongo, Outbox(mongo, "pricing"))
    return AskMarket(facts=kept.facts, offers=kept.offers, runs=kept.runs)


def relay() -> Outbox:
    """The outbox with every way from it, for the relay."""
    settings = RelaySettings()
    urls = {
        DECIDE: settings.decide_queue_url,
        PAGES: settings.pages_queue_url,
        PUBLISH: settings.publish_queue_url,
        REPORTS: settings.reports_queue_url,
    }
    return Outbox(
        database(settings),
        "pricing",
        bus=settings.event_bus_name,
        queues={name: Queue(url) for name, url in urls.items()},
        claims=Claims(settings.work_bucket),
    )


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
    stops = Stops(known.work_bucket)
    scan = ScanPages(pages=fetcher, read=reading.read_fetched, stops=stops, clock=system_clock)
    return scan, Queue(known.observed_queue_url)
