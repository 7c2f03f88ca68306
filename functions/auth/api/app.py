"""Auth's HTTP API."""

from fastapi import FastAPI

from auth.api.clients import client_routes
from auth.api.sessions import session_routes
from auth.api.tokens import token_routes
from auth.api.users import user_routes
from auth.usecases.house import Auth
from shared.runtime.http_api import Edge, Manners, build_api
from shared.runtime.prometheus import gauge_routes

DESCRIPTION = "Signing in, sessions, users, machine clients and the public keys of access tokens."
# The answer holds a secret.
MANNERS = Manners(keeps_no_answer=frozenset({"POST /auth/clients"}))


def build_app(house: Auth, edge: Edge | None = None) -> FastAPI:
    """The API over the wired house, behind its edge."""
    routers = [
        session_routes(house),
        token_routes(house),
        user_routes(house),
        client_routes(house),
        gauge_routes(house.gauges),
    ]
    return build_api("auth", DESCRIPTION, routers, house.checks, edge=edge, manners=MANNERS)
