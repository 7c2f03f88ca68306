"""The assistant's HTTP API."""

from fastapi import FastAPI

from assistant.api.questions import question_routes
from assistant.usecases.house import Assistant
from shared.runtime.http_api import Edge, Manners, build_api
from shared.runtime.prometheus import gauge_routes

DESCRIPTION = "Questions about the market, answered with numbers that each name their record."
MANNERS = Manners(costly=frozenset({"POST /assistant/questions"}))


def build_app(house: Assistant, edge: Edge | None = None) -> FastAPI:
    """The API over the wired house, behind its edge."""
    routers = [question_routes(house), gauge_routes(house.gauges)]
    return build_api("assistant", DESCRIPTION, routers, house.checks, edge=edge, manners=MANNERS)
