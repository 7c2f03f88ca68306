"""Auth's HTTP API."""

from fastapi import FastAPI

from auth.api.sessions import session_routes
from auth.api.users import user_routes
from auth.usecases.house import Auth
from shared.runtime.http_api import build_api

DESCRIPTION = "Signing in, sessions, users and the public keys of access tokens."


def build_app(house: Auth) -> FastAPI:
    """The API over the wired house."""
    return build_api("auth", DESCRIPTION, [session_routes(house), user_routes(house)], house.checks)
