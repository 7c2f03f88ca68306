"""The scheduler's HTTP API."""

from fastapi import FastAPI

from scheduler.api.jobs import job_routes
from scheduler.api.schedules import schedule_routes
from scheduler.usecases.house import Scheduler
from shared.runtime.http_api import Edge, Manners, build_api
from shared.runtime.prometheus import gauge_routes

DESCRIPTION = "Schedules that start work by themselves, and jobs with their progress."
MANNERS = Manners(costly=frozenset({"POST /scheduler/jobs"}))


def build_app(house: Scheduler, edge: Edge | None = None) -> FastAPI:
    """The API over the wired house, behind its edge."""
    routers = [schedule_routes(house), job_routes(house), gauge_routes(house.gauges)]
    return build_api("scheduler", DESCRIPTION, routers, house.checks, edge=edge, manners=MANNERS)
