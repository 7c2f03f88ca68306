"""What the HTTP API is built on: pricing's stores, and the intents that people have."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from pricing.usecases.alert_ports import AlertRules, Alerts
from pricing.usecases.alert_rules import SaveAlertRule
from pricing.usecases.analytics import DayFigures, ReadAnalysis
from pricing.usecases.approve import ApproveChanges, DenyChanges
from pricing.usecases.candidates import Candidates, StartDiscovery
from pricing.usecases.connected_shops import CheckConnector, ConnectedShops
from pricing.usecases.data_health import HealthFacts, ReadDataHealth
from pricing.usecases.emergency_stops import LiftStop, StopWriting
from pricing.usecases.filters import Filters, PreviewFilter, SaveFilter
from pricing.usecases.holds import HoldProduct, Holds
from pricing.usecases.market_changes import ReadMarketChanges
from pricing.usecases.market_days import MarketDays
from pricing.usecases.market_history import MarketHistory
from pricing.usecases.moves import OwnMoves
from pricing.usecases.overview import ReadOverview
from pricing.usecases.own_prices import OwnPrices
from pricing.usecases.policies import ApprovePolicy, PolicyTexts, SavePolicy
from pricing.usecases.ports import Competitors, Facts, Observations, Offers, Policies, Quarantine, RateTables, Runs
from pricing.usecases.price_index import ReadPriceIndex
from pricing.usecases.promotions.manage import ApprovePromotion, ChangePromotion, EndPromotion, ProposePromotion
from pricing.usecases.promotions.ports import Promotions
from pricing.usecases.promotions.prior_price import ReadPriorPrices
from pricing.usecases.promotions.show import ReadEvidence
from pricing.usecases.publication_ports import (
    Batches,
    EmergencyStops,
    PriceChanges,
    PublicationSettingsStore,
)
from pricing.usecases.publication_settings import SetPublication
from pricing.usecases.publish import StartBatch
from pricing.usecases.rebuild_facts import RebuildFacts, Rebuilds
from pricing.usecases.receiver_ports import Receivers
from pricing.usecases.receivers import RegisterReceiver
from pricing.usecases.recipes import MendRecipe, ReadRecipe, Recipes, RetireRecipe, SaveRecipe, StoredPages, TryRecipe
from pricing.usecases.register import ImportOffers, RegisterCompetitor, RegisterOffers
from pricing.usecases.report import ReportFiles, Reports, RequestReport
from pricing.usecases.reread import RereadObservation
from pricing.usecases.roll_ups import RebuildDays, RollUps
from pricing.usecases.saved_views import AnswerView, SavedViews, SaveView
from pricing.usecases.scan_budget import Budgets, ReadBudget, SetBudget
from pricing.usecases.sealing import Seals
from pricing.usecases.simulations import LinkSimulationFile, RequestSimulation, SimulationFiles, Simulations
from pricing.usecases.start_runs import StartRun
from pricing.usecases.tables import TableFiles
from pricing.usecases.tell_kpi import TellKpi
from pricing.usecases.templates import PreviewTemplate
from pricing.usecases.trials import Trials
from pricing.usecases.undo import UndoBatch
from shared.kernel.clock import Clock
from shared.kernel.gauges import ReadGauges

type Check = Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stores:
    """Where pricing keeps what it knows."""

    facts: Facts
    competitors: Competitors
    offers: Offers
    observations: Observations
    quarantine: Quarantine
    health: HealthFacts
    rates: RateTables
    policies: Policies
    runs: Runs
    changes: PriceChanges
    batches: Batches
    publication: PublicationSettingsStore
    emergency_stops: EmergencyStops
    filters: Filters
    reports: Reports
    simulations: Simulations
    recipes: Recipes
    budgets: Budgets
    candidates: Candidates
    holds: Holds
    own_prices: OwnPrices
    promotions: Promotions
    alert_rules: AlertRules
    alerts: Alerts
    receivers: Receivers
    rebuilds: Rebuilds
    market_days: MarketDays
    roll_ups: RollUps
    views: SavedViews


@dataclass(frozen=True, slots=True, kw_only=True)
class Outside:
    """What pricing's API asks others for: files, stored pages read, policies tried, tables, shops, secrets sealed."""

    files: ReportFiles
    tables: TableFiles
    simulation_files: SimulationFiles
    pages: StoredPages
    trials: Trials
    shops: ConnectedShops
    sealer: Seals
    sends_mail: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """What was: the trusted looks at the market, the prices that we published, and what they make of each day."""

    history: MarketHistory
    moves: OwnMoves
    figures: DayFigures


@dataclass(frozen=True, slots=True, kw_only=True)
class Pricing:
    """Pricing's API side, wired."""

    stores: Stores
    register_competitor: RegisterCompetitor
    register_offers: RegisterOffers
    import_offers: ImportOffers
    start_discovery: StartDiscovery
    set_budget: SetBudget
    read_budget: ReadBudget
    save_recipe: SaveRecipe
    read_recipe: ReadRecipe
    retire_recipe: RetireRecipe
    try_recipe: TryRecipe
    mend_recipe: MendRecipe
    reread: RereadObservation
    texts: PolicyTexts
    trials: Trials
    save_policy: SavePolicy
    approve_policy: ApprovePolicy
    hold_product: HoldProduct
    start_run: StartRun
    rebuild_facts: RebuildFacts
    rebuild_days: RebuildDays
    approve_changes: ApproveChanges
    deny_changes: DenyChanges
    start_batch: StartBatch
    undo_batch: UndoBatch
    tell_kpi: TellKpi
    set_publication: SetPublication
    check_connector: CheckConnector
    stop_writing: StopWriting
    lift_stop: LiftStop
    propose_promotion: ProposePromotion
    change_promotion: ChangePromotion
    approve_promotion: ApprovePromotion
    end_promotion: EndPromotion
    read_evidence: ReadEvidence
    read_prior_prices: ReadPriorPrices
    register_receiver: RegisterReceiver
    preview_template: PreviewTemplate
    save_alert_rule: SaveAlertRule
    save_filter: SaveFilter
    preview_filter: PreviewFilter
    request_report: RequestReport
    report_files: ReportFiles
    request_simulation: RequestSimulation
    link_simulation_file: LinkSimulationFile
    read_overview: ReadOverview
    read_data_health: ReadDataHealth
    market_changes: ReadMarketChanges
    price_index: ReadPriceIndex
    read_analysis: ReadAnalysis
    save_view: SaveView
    answer_view: AnswerView
    table_files: TableFiles
    gauges: ReadGauges
    clock: Clock
    checks: dict[str, Check]
