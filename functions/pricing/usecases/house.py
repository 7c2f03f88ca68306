"""What the HTTP API is built on: pricing's stores, and the intents that people have."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from pricing.usecases.approve import ApproveChanges, DenyChanges
from pricing.usecases.candidates import Candidates, StartDiscovery
from pricing.usecases.data_health import HealthFacts, ReadDataHealth
from pricing.usecases.decide import StartRun
from pricing.usecases.filters import Filters, PreviewFilter, SaveFilter
from pricing.usecases.overview import ReadOverview
from pricing.usecases.policies import SavePolicy
from pricing.usecases.ports import (
    Batches,
    Competitors,
    Facts,
    Observations,
    Offers,
    Policies,
    PriceChanges,
    Quarantine,
    RateTables,
    Runs,
)
from pricing.usecases.publish import StartBatch
from pricing.usecases.recipes import MendRecipe, ReadRecipe, Recipes, RetireRecipe, SaveRecipe, TryRecipe
from pricing.usecases.register import ImportOffers, RegisterCompetitor, RegisterOffers
from pricing.usecases.report import ReportFiles, Reports, RequestReport
from pricing.usecases.reread import RereadObservation
from pricing.usecases.scan_budget import Budgets, ReadBudget, SetBudget
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
    filters: Filters
    reports: Reports
    recipes: Recipes
    budgets: Budgets
    candidates: Candidates


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
    save_policy: SavePolicy
    start_run: StartRun
    approve_changes: ApproveChanges
    deny_changes: DenyChanges
    start_batch: StartBatch
    save_filter: SaveFilter
    preview_filter: PreviewFilter
    request_report: RequestReport
    report_files: ReportFiles
    read_overview: ReadOverview
    read_data_health: ReadDataHealth
    gauges: ReadGauges
    clock: Clock
    checks: dict[str, Check]
