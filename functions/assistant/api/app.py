"""The assistant's HTTP API."""

from fastapi import FastAPI

from assistant.api.questions import question_routes
from assistant.usecases.house import Assistant
from shared.runtime.http_api import build_api

DESCRIPTION = "Questions about the market, answered with numbers that each name their record."


def build_app(house: Assistant) -> FastAPI:
    """The API over the wired house."""
    return build_api("assistant", DESCRIPTION, [question_routes(house)], house.checks)
