"""Pricing's HTTP API."""

from fastapi import FastAPI

from pricing.api.changes import batch_routes, change_routes
from pricing.api.market import competitor_routes, observation_routes, offer_routes
from pricing.api.policies import policy_routes
from pricing.api.runs import decision_routes, run_routes
from pricing.usecases.house import Pricing
from shared.runtime.http_api import build_api

DESCRIPTION = "Competitors, offers, observations, policies, decisions, approval and publication."


def build_app(house: Pricing) -> FastAPI:
    """The API over the wired house."""
    routers = [
        competitor_routes(house),
        offer_routes(house),
        observation_routes(house),
        policy_routes(house),
        run_routes(house),
        decision_routes(house),
        change_routes(house),
        batch_routes(house),
    ]
    return build_api("pricing", DESCRIPTION, routers, house.checks)
