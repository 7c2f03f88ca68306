"""Wire pricing's API over the given ports, and over MongoDB, EventBridge, SQS and the other functions."""

import secrets

from pricing.adapters import policy_text
from pricing.adapters.commands import DECIDE, PAGES, PUBLISH, REPORTS, ROLL_UPS, SIMULATIONS
from pricing.adapters.lambda_connected_shops import LambdaConnectedShops
from pricing.adapters.lambda_stored_pages import LambdaStoredPages
from pricing.adapters.lambda_trials import LambdaTrials
from pricing.adapters.mongo_gauges import MongoGauges
from pricing.adapters.mongo_overview import MongoOverview
from pricing.adapters.s3_reports import S3ReportFiles
from pricing.adapters.s3_simulations import S3SimulationFiles
from pricing.bootstrap.database import database, outbox_of
from pricing.bootstrap.parts import assesses, days_of, gate_of, starts_batch
from pricing.bootstrap.stores import past_of, stores
from pricing.bootstrap.tables import TablesLater
from pricing.settings import ApiSettings
from pricing.usecases.alert_rules import SaveAlertRule
from pricing.usecases.analytics import ReadAnalysis
from pricing.usecases.approve import ApproveChanges, DenyChanges
from pricing.usecases.candidates import StartDiscovery
from pricing.usecases.connected_shops import CheckConnector
from pricing.usecases.data_health import ReadDataHealth
from pricing.usecases.emergency_stops import LiftStop, StopWriting
from pricing.usecases.filters import PreviewFilter, SaveFilter
from pricing.usecases.holds import HoldProduct
from pricing.usecases.house import Check, Outside, Past, Pricing, Stores
from pricing.usecases.market_changes import ReadMarketChanges
from pricing.usecases.market_history import WalkMarket
from pricing.usecases.overview import ReadOverview
from pricing.usecases.policies import ApprovePolicy, SavePolicy
from pricing.usecases.price_index import ReadPriceIndex
from pricing.usecases.promotions.manage import (
    ApprovePromotion,
    ChangePromotion,
    EndPromotion,
    JudgePromotion,
    ProposePromotion,
)
from pricing.usecases.promotions.prior_price import ReadPriorPrices
from pricing.usecases.promotions.show import ReadEvidence
from pricing.usecases.publication_settings import SetPublication
from pricing.usecases.rebuild_facts import RebuildFacts
from pricing.usecases.receivers import RegisterReceiver
from pricing.usecases.recipes import MendRecipe, ReadRecipe, RetireRecipe, SaveRecipe, TryRecipe
from pricing.usecases.register import ImportOffers, RegisterCompetitor, RegisterOffers
from pricing.usecases.report import RequestReport
from pricing.usecases.reread import RereadObservation
from pricing.usecases.roll_ups import RebuildDays
from pricing.usecases.saved_views import AnswerView, SaveView
from pricing.usecases.scan_budget import ReadBudget, SetBudget
from pricing.usecases.simulations import LinkSimulationFile, RequestSimulation
from pricing.usecases.start_runs import StartRun
from pricing.usecases.tell_kpi import TellKpi
from pricing.usecases.templates import PreviewTemplate
from pricing.usecases.undo import UndoBatch
from shared.kernel.clock import Clock, system_clock
from shared.kernel.gauges import ReadGauges
from shared.runtime.cache import Cache
from shared.runtime.edge import Edge
from shared.runtime.sealed import Sealer
from shared.runtime.valkey import Valkey


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
        set_publication=SetPublication(settings=kept.publication, seals=outside.sealer, clock=clock),
        check_connector=CheckConnector(settings=kept.publication, facts=kept.facts, shops=outside.shops),
        stop_writing=StopWriting(emergency_stops=kept.emergency_stops, facts=kept.facts, clock=clock),
        lift_stop=LiftStop(emergency_stops=kept.emergency_stops, clock=clock),
        propose_promotion=ProposePromotion(judge=judge, promotions=kept.promotions),
        change_promotion=ChangePromotion(judge=judge, promotions=kept.promotions),
        approve_promotion=ApprovePromotion(assess=assess, promotions=kept.promotions, clock=clock),
        end_promotion=EndPromotion(promotions=kept.promotions, clock=clock),
        read_evidence=ReadEvidence(promotions=kept.promotions, assess=assess, clock=clock),
        read_prior_prices=ReadPriorPrices(facts=kept.facts, promotions=kept.promotions, assess=assess),
        register_receiver=RegisterReceiver(
            receivers=kept.receivers,
            sealer=outside.sealer,
            clock=clock,
            draw=secrets.token_bytes,
            sends_mail=outside.sends_mail,
        ),
        preview_template=PreviewTemplate(alerts=kept.alerts, clock=clock),
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
        price_index=ReadPriceIndex(read=read_analysis),
        read_analysis=read_analysis,
        save_view=SaveView(views=kept.views, filters=kept.filters),
        answer_view=AnswerView(views=kept.views, filters=kept.filters, read=read_analysis),
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
            shops=LambdaConnectedShops(known.write_shop_function),
            sealer=Sealer(known.sealing_key_arn),
            sends_mail=bool(known.mail_from),
        ),
        lanes=known.scanner_lanes,
        overview=overview,
        past=past_of(mongo),
        gauges=MongoGauges(mongo, system_clock),
        checks={"mongodb": mongo.ping},
    )
