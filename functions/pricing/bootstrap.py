"""Wire pricing: one function for each kind of door, so that a worker builds no more than it needs."""

import random
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from importlib import import_module
from typing import TYPE_CHECKING

from pricing.adapters import policy_text
from pricing.adapters.commands import DECIDE, PAGES, PUBLISH, REPORTS, ROLL_UPS, SIMULATIONS, UNREAD
from pricing.adapters.lambda_own_catalogue import LambdaOwnCatalogue
from pricing.adapters.lambda_page_model import LambdaPageModel
from pricing.adapters.lambda_stored_pages import LambdaStoredPages
from pricing.adapters.lambda_trials import LambdaTrials
from pricing.adapters.mongo_alert_desk import MongoAlertDesk
from pricing.adapters.mongo_alert_rules import MongoAlertRules
from pricing.adapters.mongo_alerts import MongoAlerts
from pricing.adapters.mongo_batches import MongoBatches
from pricing.adapters.mongo_candidates import MongoCandidates
from pricing.adapters.mongo_changes import MongoPriceChanges
from pricing.adapters.mongo_day_figures import MongoDayFigures
from pricing.adapters.mongo_emergency_stops import MongoEmergencyStops
from pricing.adapters.mongo_facts import MongoFacts
from pricing.adapters.mongo_filters import MongoFilters
from pricing.adapters.mongo_gauges import MongoGauges
from pricing.adapters.mongo_health import MongoHealth
from pricing.adapters.mongo_holds import MongoHolds
from pricing.adapters.mongo_late_moves import MongoLateMoves
from pricing.adapters.mongo_looks import MongoLooks
from pricing.adapters.mongo_market import MongoCompetitors, MongoOffers
from pricing.adapters.mongo_market_days import MongoMarketDays
from pricing.adapters.mongo_market_history import MongoMarketHistory
from pricing.adapters.mongo_new_prices import MongoNewPrices
from pricing.adapters.mongo_observations import MongoObservations, MongoScanLog
from pricing.adapters.mongo_overview import MongoOverview
from pricing.adapters.mongo_own_moves import MongoOwnMoves
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
from pricing.adapters.pages_later import PagesBack, PagesLater
from pricing.adapters.s3_lane_memory import S3LaneMemory
from pricing.adapters.s3_reports import S3ReportFiles
from pricing.adapters.s3_simulations import S3SimulationFiles
from pricing.adapters.sqs_rates import SqsRates
from pricing.adapters.sqs_webhooks import SqsAttempts
from pricing.domain.analysis import Answer
from pricing.domain.fetched import FetchLimits
from pricing.domain.promotions.law import the_law
from pricing.settings import (
    ApiSettings,
    AskDeliveriesSettings,
    CloseWorkSettings,
    DecideSettings,
    DeliverSettings,
    FetchRatesSettings,
    FollowPricesSettings,
    KeepTimeSettings,
    PlanSettings,
    PublishSettings,
    RaiseAlertsSettings,
    ReadUnreadSettings,
    RecordDeliveriesSettings,
    RecordObservationsSettings,
    RecordProductsSettings,
    RecordRatesSettings,
    RecordSettings,
    RelaySettings,
    ReturnSettings,
    RollUpSettings,
    ScannerSettings,
    StartRunSettings,
    StoredPagesSettings,
    StoreSettings,
    TellingSettings,
)
from pricing.usecases.alert_rules import SaveAlertRule
from pricing.usecases.analytics import ReadAnalysis
from pricing.usecases.approve import ApproveChanges, DenyChanges
from pricing.usecases.candidates import RecordCandidates, StartDiscovery
from pricing.usecases.close_work import CloseWork
from pricing.usecases.data_health import ReadDataHealth
from pricing.usecases.discover import DiscoverSite
from pricing.usecases.emergency_stops import LiftStop, StopWriting
from pricing.usecases.filters import PreviewFilter, SaveFilter
from pricing.usecases.holds import HoldProduct
from pricing.usecases.house import Check, Outside, Past, Pricing, Stores, TableFiles
from pricing.usecases.keep_time import KeepTime
from pricing.usecases.lane_manners import LaneManners
from pricing.usecases.market_changes import ReadMarketChanges
from pricing.usecases.market_days import MakeDays
from pricing.usecases.market_history import WalkMarket
from pricing.usecases.overview import ReadOverview
from pricing.usecases.policies import ApprovePolicy, SavePolicy
from pricing.usecases.price_index import ReadPriceIndex
from pricing.usecases.promotions.assess import AssessPromotion
from pricing.usecases.promotions.manage import (
    ApprovePromotion,
    ChangePromotion,
    EndPromotion,
    JudgePromotion,
    ProposePromotion,
)
from pricing.usecases.promotions.ports import DecidesAgain
from pricing.usecases.promotions.prior_price import ReadPriorPrices
from pricing.usecases.promotions.run import RunPromotions
from pricing.usecases.promotions.show import ReadEvidence
from pricing.usecases.publication_gate import Gate
from pricing.usecases.publication_settings import SetPublication
from pricing.usecases.publish import PublishAlone, PublishBatch, StartBatch
from pricing.usecases.questions import AskMarket
from pricing.usecases.raise_alerts import RaiseAlerts
from pricing.usecases.rates import FetchRates, RecordRates
from pricing.usecases.read_unread import ReadUnread
from pricing.usecases.rebuild_facts import RebuildFacts
from pricing.usecases.recipes import MendRecipe, ReadRecipe, RetireRecipe, SaveRecipe, TryRecipe
from pricing.usecases.record_observations import RecordObservations
from pricing.usecases.record_products import RecordProducts
from pricing.usecases.register import ImportOffers, RegisterCompetitor, RegisterOffers
from pricing.usecases.report import RequestReport, WriteReport
from pricing.usecases.reread import RereadObservation
from pricing.usecases.review_batch import ReviewBatch
from pricing.usecases.roll_ups import RebuildDays, RollUpMarket
from pricing.usecases.saved_views import AnswerView, SaveView
from pricing.usecases.scan import PlanScan
from pricing.usecases.scan_budget import ChooseByBudget, ReadBudget, SetBudget
from pricing.usecases.scan_pages import ScanPages
from pricing.usecases.simulations import LinkSimulationFile, RequestSimulation
from pricing.usecases.start_runs import FollowPrices, StartDueRun, StartRun
from pricing.usecases.tell_kpi import TellKpi
from pricing.usecases.undo import UndoBatch
from pricing.usecases.webhooks import AskDeliveries, RecordDelivery, RegisterEndpoint, Sender
from shared.contracts.policy_trials import (
    CheckPolicy,
    DecisionExplained,
    ExplainDecision,
    PolicyChecked,
    PolicyPreviewed,
    PreviewPolicy,
)
from shared.contracts.stored_pages import (
    FollowRecipe,
    PageReadAgain,
    ProposeRecipe,
    ReadAgain,
    RecipeFollowed,
    RecipeProposed,
)
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

if TYPE_CHECKING:
    from pricing.usecases.decide import DecidePart, PlanRun
    from pricing.usecases.deciding import DecideProducts
    from pricing.usecases.simulate import Simulate

type ServesPages = Callable[
    [FollowRecipe | ReadAgain | ProposeRecipe], Awaitable[RecipeFollowed | PageReadAgain | RecipeProposed]
]
type ServesTrials = Callable[
    [CheckPolicy | PreviewPolicy | ExplainDecision], Awaitable[PolicyChecked | PolicyPreviewed | DecisionExplained]
]


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
        quarantine=MongoQuarantine(mongo, system_clock),
        health=MongoHealth(mongo),
        rates=MongoRates(mongo),
        policies=MongoPolicies(mongo),
        runs=MongoRuns(mongo, outbox),
        changes=MongoPriceChanges(mongo, outbox, lambda prefix: sortable_id(prefix, system_clock())),
        batches=MongoBatches(mongo, outbox),
        publication=MongoPublicationSettings(mongo),
        emergency_stops=MongoEmergencyStops(mongo),
        filters=MongoFilters(mongo),
        reports=MongoReports(mongo, outbox),
        simulations=MongoSimulations(mongo, outbox),
        recipes=MongoRecipes(mongo),
        budgets=MongoBudgets(mongo),
        candidates=MongoCandidates(mongo, outbox, system_clock),
        holds=MongoHolds(mongo),
        own_prices=MongoOwnPrices(mongo),
        promotions=MongoPromotions(mongo),
        alert_rules=MongoAlertRules(mongo),
        alerts=MongoAlerts(mongo),
        webhooks=MongoWebhooks(mongo),
        rebuilds=OutboxRebuilds(outbox),
        market_days=MongoMarketDays(mongo),
        views=MongoSavedViews(mongo),
        roll_ups=OutboxRollUps(mongo, outbox),
    )


def _kept_for(settings: TellingSettings, **queue_urls: str) -> Stores:
    mongo = database(settings)
    return stores(mongo, outbox_of(mongo, settings, **queue_urls))


class TablesLater:
    """Writes answers as files; what that takes is loaded with the first of them."""

    def csv(self, answer: Answer) -> bytes:
        """A CSV file."""
        return self._files().csv(answer)

    def xlsx(self, answer: Answer) -> bytes:
        """A workbook."""
        return self._files().xlsx(answer)

    def svg(self, answer: Answer) -> bytes:
        """A history as a picture."""
        return self._files().svg(answer)

    def _files(self) -> TableFiles:
        made: TableFiles = import_module("pricing.adapters.table_files").TableFiles()
        return made


def past_of(mongo: Mongo) -> Past:
    """What the pricing database tells of the past."""
    return Past(history=MongoMarketHistory(mongo), moves=MongoOwnMoves(mongo), figures=MongoDayFigures(mongo))


def days_of(kept: Stores, past: Past) -> MakeDays:
    """The maker of days of the market."""
    return MakeDays(
        days=kept.market_days,
        history=past.history,
        moves=past.moves,
        offers=kept.offers,
        competitors=kept.competitors,
    )


def gate_of(kept: Stores) -> Gate:
    """What stands between approved prices and a shop."""
    return Gate(settings=kept.publication, emergency_stops=kept.emergency_stops)


def starts_batch(kept: Stores, clock: Clock = system_clock) -> StartBatch:
    """The starter of publications."""
    return StartBatch(changes=kept.changes, batches=kept.batches, gate=gate_of(kept), clock=clock)


def assesses(kept: Stores) -> AssessPromotion:
    """What checks promotions."""
    return AssessPromotion(
        facts=kept.facts,
        own_prices=kept.own_prices,
        holds=kept.holds,
        promotions=kept.promotions,
        law=the_law(),
    )


def wire(
    kept: Stores,
    outside: Outside,
    *,
    lanes: int,
    overview: ReadOverview,
    past: Past,
    gauges: ReadGauges,
    clock: Clock = system_clock,
    checks: dict[str, Check] | None = None,
) -> Pricing:
    """The API's side of pricing over the given ports."""
    walk = WalkMarket(history=past.history, facts=kept.facts, offers=kept.offers, competitors=kept.competitors)
    read_analysis = ReadAnalysis(figures=past.figures, make=days_of(kept, past), facts=kept.facts, clock=clock)
    register_offers = RegisterOffers(
        facts=kept.facts,
        competitors=kept.competitors,
        offers=kept.offers,
        clock=clock,
    )
    assess = assesses(kept)
    judge = JudgePromotion(facts=kept.facts, assess=assess, clock=clock)
    return Pricing(
        stores=kept,
        register_competitor=RegisterCompetitor(competitors=kept.competitors),
        register_offers=register_offers,
        import_offers=ImportOffers(register=register_offers),
        start_discovery=StartDiscovery(
            competitors=kept.competitors, candidates=kept.candidates, lanes=lanes, clock=clock
        ),
        set_budget=SetBudget(budgets=kept.budgets, clock=clock),
        read_budget=ReadBudget(budgets=kept.budgets, clock=clock),
        save_recipe=SaveRecipe(competitors=kept.competitors, recipes=kept.recipes, clock=clock),
        read_recipe=ReadRecipe(recipes=kept.recipes),
        retire_recipe=RetireRecipe(recipes=kept.recipes, clock=clock),
        try_recipe=TryRecipe(offers=kept.offers, pages=outside.pages),
        reread=RereadObservation(observations=kept.observations, recipes=kept.recipes, pages=outside.pages),
        mend_recipe=MendRecipe(competitors=kept.competitors, offers=kept.offers, pages=outside.pages),
        texts=policy_text,
        trials=outside.trials,
        save_policy=SavePolicy(policies=kept.policies, trials=outside.trials, clock=clock),
        approve_policy=ApprovePolicy(policies=kept.policies, clock=clock),
        hold_product=HoldProduct(facts=kept.facts, holds=kept.holds, changes=kept.changes, clock=clock),
        start_run=StartRun(policies=kept.policies, runs=kept.runs, clock=clock),
        rebuild_days=RebuildDays(roll_ups=kept.roll_ups, clock=clock),
        rebuild_facts=RebuildFacts(rebuilds=kept.rebuilds, clock=clock),
        approve_changes=ApproveChanges(changes=kept.changes, facts=kept.facts, holds=kept.holds, clock=clock),
        deny_changes=DenyChanges(changes=kept.changes, clock=clock),
        start_batch=starts_batch(kept, clock),
        undo_batch=UndoBatch(changes=kept.changes, batches=kept.batches, gate=gate_of(kept), clock=clock),
        tell_kpi=TellKpi(batches=kept.batches, gate=gate_of(kept)),
        set_publication=SetPublication(settings=kept.publication, clock=clock),
        stop_writing=StopWriting(emergency_stops=kept.emergency_stops, facts=kept.facts, clock=clock),
        lift_stop=LiftStop(emergency_stops=kept.emergency_stops, clock=clock),
        propose_promotion=ProposePromotion(judge=judge, promotions=kept.promotions),
        change_promotion=ChangePromotion(judge=judge, promotions=kept.promotions),
        approve_promotion=ApprovePromotion(assess=assess, promotions=kept.promotions, clock=clock),
        end_promotion=EndPromotion(promotions=kept.promotions, clock=clock),
        read_evidence=ReadEvidence(promotions=kept.promotions, assess=assess, clock=clock),
        read_prior_prices=ReadPriorPrices(facts=kept.facts, promotions=kept.promotions, assess=assess),
        register_endpoint=RegisterEndpoint(webhooks=kept.webhooks, clock=clock, draw=secrets.token_bytes),
        save_alert_rule=SaveAlertRule(rules=kept.alert_rules),
        save_filter=SaveFilter(filters=kept.filters),
        preview_filter=PreviewFilter(facts=kept.facts),
        request_report=RequestReport(filters=kept.filters, reports=kept.reports),
        report_files=outside.files,
        request_simulation=RequestSimulation(policies=kept.policies, runs=kept.runs, simulations=kept.simulations),
        link_simulation_file=LinkSimulationFile(simulations=kept.simulations, files=outside.simulation_files),
        read_overview=overview,
        read_data_health=ReadDataHealth(health=kept.health, facts=kept.facts, clock=clock),
        market_changes=ReadMarketChanges(history=past.history, walk=walk, clock=clock),
        price_index=ReadPriceIndex(history=past.history, walk=walk, moves=past.moves, clock=clock),
        read_analysis=read_analysis,
        save_view=SaveView(views=kept.views, filters=kept.filters),
        answer_view=AnswerView(views=kept.views, filters=kept.filters, read=read_analysis, clock=clock),
        table_files=outside.tables,
        gauges=gauges,
        clock=clock,
        checks=checks or {},
    )


def bootstrap(settings: ApiSettings | None = None, edge: Edge | None = None) -> Pricing:
    """The API's side of pricing over MongoDB, EventBridge and SQS."""
    known = settings or ApiSettings()
    mongo = database(known) if edge is None else edge.mongo
    queues = {
        DECIDE: known.decide_queue_url,
        PAGES: known.pages_queue_url,
        PUBLISH: known.publish_queue_url,
        REPORTS: known.reports_queue_url,
        ROLL_UPS: known.roll_ups_queue_url,
        SIMULATIONS: known.simulations_queue_url,
    }
    kept = stores(mongo, outbox_of(mongo, known, **queues))
    valkey = Valkey(known.valkey_url) if edge is None else edge.valkey
    overview = ReadOverview(facts=MongoOverview(mongo), memory=Cache(valkey, "pricing"), clock=system_clock)
    return wire(
        kept,
        Outside(
            files=S3ReportFiles(known.work_bucket),
            tables=TablesLater(),
            simulation_files=S3SimulationFiles(known.work_bucket),
            pages=LambdaStoredPages(known.stored_pages_function),
            trials=LambdaTrials(known.trial_function),
        ),
        lanes=known.scanner_lanes,
        overview=overview,
        past=past_of(mongo),
        gauges=MongoGauges(mongo, system_clock),
        checks={"mongodb": mongo.ping},
    )


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


def fetch_rates() -> FetchRates:
    """The fetcher of exchange rates, which meets the web and no store."""
    settings = FetchRatesSettings()
    # Fetching weighs more than the rest of the house: only who fetches loads it.
    rates = import_module("pricing.adapters.aiohttp_rates")
    files = rates.AioHttpRates(settings.rates_url, settings.scanner_user_agent, connect_to=settings.detour)
    return FetchRates(files=files, told=SqsRates(Queue(settings.rates_queue_url)), clock=system_clock)


def record_rates() -> RecordRates:
    """The keeper of exchange rates."""
    return RecordRates(rates=MongoRates(database(RecordRatesSettings())))


def record_candidates() -> RecordCandidates:
    """The keeper of pages that were found."""
    settings = RecordSettings()
    mongo = database(settings)
    candidates = MongoCandidates(mongo, outbox_of(mongo, settings), system_clock)
    return RecordCandidates(facts=MongoFacts(mongo), candidates=candidates, clock=system_clock)


def decider() -> "tuple[PlanRun, DecidePart]":
    """The planner of runs and the taker of decisions."""
    settings = DecideSettings()
    mongo = database(settings)
    queues = {DECIDE: settings.decide_queue_url, PUBLISH: settings.publish_queue_url}
    outbox = outbox_of(mongo, settings, **queues)
    kept = stores(mongo, outbox)
    # The kernel brings numpy: only who decides loads it.
    deciding = import_module("pricing.usecases.decide")
    return (
        deciding.PlanRun(facts=kept.facts, runs=kept.runs, clock=system_clock),
        deciding.DecidePart(
            facts=kept.facts,
            decided=decides(mongo, kept),
            policies=kept.policies,
            runs=kept.runs,
            reminders=MongoNewPrices(mongo, outbox),
            publish=PublishAlone(start=starts_batch(kept), gate=gate_of(kept)),
            stops=Stops(settings.work_bucket),
            clock=system_clock,
        ),
    )


def decides(mongo: Mongo, kept: Stores) -> "DecideProducts":
    """What decides products as they stand."""
    reading, heeding = import_module("pricing.usecases.subjects"), import_module("pricing.usecases.loops")
    subjects = reading.ReadSubjects(
        facts=kept.facts,
        offers=kept.offers,
        competitors=kept.competitors,
        holds=kept.holds,
        moves=MongoOwnMoves(mongo),
    )
    made: DecideProducts = import_module("pricing.usecases.deciding").DecideProducts(
        subjects=subjects, loops=heeding.HeedLoops(looks=MongoLooks(mongo))
    )
    return made


def trial() -> ServesTrials:
    """The trier of policies."""
    mongo = database()
    kept = stores(mongo, Outbox(mongo, "pricing"))
    trying, door = import_module("pricing.usecases.try_policies"), import_module("pricing.adapters.trial_door")
    serves: ServesTrials = door.TrialDoor(
        check=trying.CheckPolicy(facts=kept.facts, competitors=kept.competitors, clock=system_clock),
        preview=trying.PreviewPolicy(
            facts=kept.facts, decided=decides(mongo, kept), policies=kept.policies, clock=system_clock
        ),
        explain=trying.ExplainDecision(facts=kept.facts, policies=kept.policies, runs=kept.runs),
    )
    return serves


def follow_prices() -> FollowPrices:
    """The starter of the runs that follow prices."""
    settings = FollowPricesSettings()
    mongo = database(settings)
    outbox = outbox_of(mongo, settings, **{DECIDE: settings.decide_queue_url})
    return FollowPrices(prices=MongoNewPrices(mongo, outbox), facts=MongoFacts(mongo), clock=system_clock)


def raise_alerts() -> RaiseAlerts:
    """The raiser of alerts."""
    settings = RaiseAlertsSettings()
    mongo = database(settings)
    return RaiseAlerts(
        desk=MongoAlertDesk(mongo),
        facts=MongoFacts(mongo),
        offers=MongoOffers(mongo),
        competitors=MongoCompetitors(mongo),
        runs=MongoRuns(mongo, Outbox(mongo, "pricing")),
        clock=system_clock,
        pause=timedelta(minutes=settings.alert_pause_minutes),
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
    mongo = database(settings)
    kept = stores(mongo, outbox_of(mongo, settings))
    past = past_of(mongo)
    read = ReadAnalysis(figures=past.figures, make=days_of(kept, past), facts=kept.facts, clock=system_clock)
    return WriteReport(
        answer_view=AnswerView(views=kept.views, filters=kept.filters, read=read, clock=system_clock),
        facts=kept.facts,
        filters=kept.filters,
        offers=kept.offers,
        competitors=kept.competitors,
        runs=kept.runs,
        reports=kept.reports,
        files=S3ReportFiles(settings.work_bucket),
        clock=system_clock,
    )


def close_work() -> CloseWork:
    """The closer of work whose job was ended."""
    settings = CloseWorkSettings()
    kept = _kept_for(settings, **{PUBLISH: settings.publish_queue_url})
    return CloseWork(
        runs=kept.runs, batches=kept.batches, reports=kept.reports, simulations=kept.simulations, clock=system_clock
    )


def simulator() -> "Simulate":
    """What computes simulations."""
    settings = RecordSettings()
    mongo = database(settings)
    kept = stores(mongo, outbox_of(mongo, settings))
    made: Simulate = import_module("pricing.usecases.simulate").Simulate(
        simulations=kept.simulations,
        files=S3SimulationFiles(settings.work_bucket),
        kinds=import_module("pricing.usecases.simulating.kinds").kinds(
            kept=kept,
            decide=decides(mongo, kept),
            moves=MongoOwnMoves(mongo),
            past=import_module("pricing.adapters.mongo_past").MongoPast(mongo),
            clock=system_clock,
        ),
        draw=import_module("pricing.adapters.pictures").SvgPictures(),
        stops=Stops(settings.work_bucket),
        clock=system_clock,
    )
    return made


def publish_batch() -> PublishBatch:
    """The publisher of approved prices."""
    settings = PublishSettings()
    kept = _kept_for(settings)
    return PublishBatch(
        changes=kept.changes,
        batches=kept.batches,
        holds=kept.holds,
        facts=kept.facts,
        law=the_law(),
        gate=gate_of(kept),
        shop=LambdaOwnCatalogue(settings.products_prices_function),
        review=ReviewBatch(changes=kept.changes, batches=kept.batches, facts=kept.facts, clock=system_clock),
        stops=Stops(settings.work_bucket),
        clock=system_clock,
    )


def runs_promotions(kept: Stores, decides: DecidesAgain, clock: Clock = system_clock) -> RunPromotions:
    """What begins and ends promotions."""
    return RunPromotions(
        promotions=kept.promotions,
        assess=assesses(kept),
        facts=kept.facts,
        holds=kept.holds,
        changes=kept.changes,
        start=starts_batch(kept, clock),
        gate=gate_of(kept),
        decides=decides,
        clock=clock,
    )


def keep_time() -> KeepTime:
    """The doer of what is due by the clock."""
    settings = KeepTimeSettings()
    mongo = database(settings)
    queues = {PUBLISH: settings.publish_queue_url, ROLL_UPS: settings.roll_ups_queue_url}
    outbox = outbox_of(mongo, settings, **queues)
    kept = stores(mongo, outbox)
    return KeepTime(
        changes=kept.changes,
        batches=kept.batches,
        promotions=runs_promotions(kept, MongoNewPrices(mongo, outbox)),
        roll_ups=kept.roll_ups,
        clock=system_clock,
    )


def roll_up_market() -> RollUpMarket:
    """The maker of the days that are asked for."""
    settings = RollUpSettings()
    mongo = database(settings)
    kept = stores(mongo, outbox_of(mongo, settings, **{ROLL_UPS: settings.roll_ups_queue_url}))
    return RollUpMarket(
        facts=kept.facts, days=kept.market_days, make=days_of(kept, past_of(mongo)), roll_ups=kept.roll_ups
    )


def ask_market() -> AskMarket:
    """The answerer of the assistant's questions."""
    mongo = database()
    kept = stores(mongo, Outbox(mongo, "pricing"))
    return AskMarket(
        facts=kept.facts, offers=kept.offers, competitors=kept.competitors, runs=kept.runs, clock=system_clock
    )


def relay() -> Outbox:
    """The outbox with every way from it, for the relay."""
    settings = RelaySettings()
    urls = {
        DECIDE: settings.decide_queue_url,
        PAGES: settings.pages_queue_url,
        PUBLISH: settings.publish_queue_url,
        REPORTS: settings.reports_queue_url,
        ROLL_UPS: settings.roll_ups_queue_url,
        SIMULATIONS: settings.simulations_queue_url,
        UNREAD: settings.unread_queue_url,
    }
    return Outbox(
        database(settings),
        "pricing",
        bus=settings.event_bus_name,
        queues={name: Queue(url) for name, url in urls.items()},
        claims=Claims(settings.work_bucket),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Scanner:
    """What reads pages and looks for them, the queue that it answers on, and the way back for what must wait."""

    scan: ScanPages
    discover: DiscoverSite
    observed: Queue
    later: PagesLater


def scanner(settings: ScannerSettings | None = None) -> Scanner:
    """Everything that meets the web, over one polite fetcher."""
    known = settings or ScannerSettings()
    # Fetching and parsing weigh more than all other workers together: only the scanner loads them.
    pages = import_module("pricing.adapters.aiohttp_pages")
    reading = import_module("pricing.adapters.page_reading")
    site_files = import_module("pricing.adapters.readers.sitemap")
    snapshots = import_module("pricing.adapters.s3_snapshots")
    fetcher = pages.AioHttpPages(
        user_agent=known.scanner_user_agent,
        limits=FetchLimits(min_delay_seconds=known.scanner_min_delay_seconds),
        connect_to=known.detour,
    )
    stops = Stops(known.work_bucket)
    manners = LaneManners(pages=fetcher, memory=S3LaneMemory(known.work_bucket), clock=system_clock)
    return Scanner(
        scan=ScanPages(
            pages=fetcher,
            read=reading.read_fetched,
            snapshots=snapshots.S3Snapshots(known.work_bucket, system_clock),
            manners=manners,
            stops=stops,
            clock=system_clock,
        ),
        discover=DiscoverSite(
            pages=fetcher,
            manners=manners,
            read=site_files.read_site_file,
            site_maps_of=site_files.site_maps_of,
            stops=stops,
            clock=system_clock,
        ),
        observed=Queue(known.observed_queue_url),
        later=PagesLater(Queue(known.pages_later_queue_url), system_clock),
    )


def ask_deliveries() -> AskDeliveries:
    """What asks for attempts to tell webhooks."""
    settings = AskDeliveriesSettings()
    wanted = SqsAttempts(Queue(settings.deliver_queue_url), system_clock)
    return AskDeliveries(webhooks=MongoWebhooks(database(settings)), wanted=wanted, clock=system_clock)


def record_deliveries() -> RecordDelivery:
    """The keeper of what attempts came to."""
    return RecordDelivery(
        webhooks=MongoWebhooks(database(RecordDeliveriesSettings())), clock=system_clock, draw=random.random
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookSender:
    """What meets receivers of webhooks, and the queue that it answers on."""

    sender: Sender
    delivered: Queue


def webhook_sender(settings: DeliverSettings | None = None) -> WebhookSender:
    """The sender of webhooks."""
    known = settings or DeliverSettings()
    made = import_module("pricing.adapters.aiohttp_webhooks")
    sender = made.AioHttpWebhooks(known.scanner_user_agent, connect_to=known.detour)
    return WebhookSender(sender=sender, delivered=Queue(known.delivered_queue_url))


def return_pages() -> PagesBack:
    """The way of waiting pages back to their lanes."""
    settings = ReturnSettings()
    later = PagesLater(Queue(settings.pages_later_queue_url), system_clock)
    return PagesBack(later, Queue(settings.pages_queue_url))


def stored_pages() -> ServesPages:
    """The reader of pages that scans kept."""
    settings = StoredPagesSettings()
    door = import_module("pricing.adapters.stored_page_door")
    snapshots = import_module("pricing.adapters.s3_snapshots")
    kept, model = (
        snapshots.S3Snapshots(settings.work_bucket, system_clock),
        LambdaPageModel(settings.read_page_function),
    )
    served: ServesPages = door.StoredPageDoor(kept, model)
    return served


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondReader:
    """What reads pages that no reader found a price on, and the queue that it answers on."""

    read: ReadUnread
    observed: Queue


def second_reader() -> SecondReader:
    """The language model as a reader of kept pages."""
    settings = ReadUnreadSettings()
    opening = import_module("pricing.adapters.page_opening")
    snapshots = import_module("pricing.adapters.s3_snapshots")
    read = ReadUnread(
        pages=snapshots.S3Snapshots(settings.work_bucket, system_clock),
        opened=opening.opened,
        model=LambdaPageModel(settings.read_page_function),
    )
    return SecondReader(read=read, observed=Queue(settings.observed_queue_url))
