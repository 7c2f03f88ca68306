"""Pricing's HTTP API."""

from fastapi import FastAPI

from pricing.api.alert_rules import alert_rule_routes
from pricing.api.alerts import alert_routes
from pricing.api.analytics import analytics_routes
from pricing.api.changes import change_routes
from pricing.api.competitor_settings import competitor_setting_routes
from pricing.api.data_health import data_health_routes
from pricing.api.deliveries import delivery_routes
from pricing.api.discoveries import discovery_routes
from pricing.api.filters import filter_routes
from pricing.api.holds import hold_routes
from pricing.api.market import competitor_routes, observation_routes, offer_routes
from pricing.api.market_changes import market_change_routes
from pricing.api.offer_imports import offer_import_routes
from pricing.api.overview import overview_routes
from pricing.api.policies import policy_routes
from pricing.api.price_index import price_index_routes
from pricing.api.promotions import evidence_routes, promotion_routes
from pricing.api.publication import batch_routes, emergency_stop_routes, feed_routes
from pricing.api.quarantine import quarantine_routes
from pricing.api.rates import rate_routes
from pricing.api.rebuilds import rebuild_routes
from pricing.api.receivers import receiver_routes
from pricing.api.recipes import recipe_routes
from pricing.api.reports import report_routes
from pricing.api.rereads import reread_routes
from pricing.api.runs import decision_routes, run_routes
from pricing.api.saved_views import saved_view_routes
from pricing.api.scan_budget import scan_budget_routes
from pricing.api.shop_publication import publication_routes
from pricing.api.simulations import simulation_routes
from pricing.usecases.house import Pricing
from shared.runtime.http_api import Edge, Manners, build_api
from shared.runtime.prometheus import gauge_routes

DESCRIPTION = "Competitors, offers, observations, policies, decisions, approval and publication."
MANNERS = Manners(
    costly=frozenset(
        {
            "POST /pricing/batches",
            "POST /pricing/batches/{batch_id}/undos",
            "POST /pricing/runs",
            "POST /pricing/facts/rebuilds",
            "POST /pricing/analytics/rebuilds",
            "POST /pricing/policy-previews",
            "POST /pricing/policy-checks",
            "POST /pricing/promotion-checks",
            "POST /pricing/promotions",
            "POST /pricing/simulations",
        }
    ),
    needs_key=frozenset({"POST /pricing/batches", "POST /pricing/batches/{batch_id}/undos"}),
    # They show a secret this once.
    keeps_no_answer=frozenset({"POST /pricing/receivers", "POST /pricing/receivers/{receiver_id}/rotations"}),
)


def build_app(house: Pricing, edge: Edge | None = None) -> FastAPI:
    """The API over the wired house, behind its edge."""
    routers = [
        competitor_routes(house),
        competitor_setting_routes(house),
        offer_routes(house),
        offer_import_routes(house),
        observation_routes(house),
        reread_routes(house),
        quarantine_routes(house),
        data_health_routes(house),
        market_change_routes(house),
        price_index_routes(house),
        analytics_routes(house),
        saved_view_routes(house),
        rate_routes(house),
        rebuild_routes(house),
        discovery_routes(house),
        recipe_routes(house),
        scan_budget_routes(house),
        policy_routes(house),
        hold_routes(house),
        run_routes(house),
        decision_routes(house),
        promotion_routes(house),
        evidence_routes(house),
        change_routes(house),
        batch_routes(house),
        publication_routes(house),
        emergency_stop_routes(house),
        feed_routes(house),
        alert_rule_routes(house),
        alert_routes(house),
        receiver_routes(house),
        delivery_routes(house),
        filter_routes(house),
        report_routes(house),
        simulation_routes(house),
        overview_routes(house.read_overview),
        gauge_routes(house.gauges),
    ]
    return build_api("pricing", DESCRIPTION, routers, house.checks, edge=edge, manners=MANNERS)
