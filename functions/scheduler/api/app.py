"""The scheduler's HTTP API."""

from fastapi import FastAPI

from scheduler.api.jobs import job_routes
from scheduler.api.schedules import schedule_routes
from scheduler.usecases.house import Scheduler
from shared.runtime.http_api import build_api

DESCRIPTION = "Schedules that start work by themselves, and jobs with their progress."


def build_app(house: Scheduler) -> FastAPI:
    """The API over the wired house."""
    return build_api("scheduler", DESCRIPTION, [schedule_routes(house), job_routes(house)], house.checks)
