"""`make dev`: the HTTP APIs of all houses in one server with hot reload, against the stores of the local cloud.

The functions' own environment is read from the deployed ones. Requests carry the identity that
the real authorizer gives them; calls to AWS go to the emulator, with its root keys.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module

import uvicorn
from starlette.types import ASGIApp

from local.cloud.config import HOST, HOUSES, ROOT, LocalConfig
from local.cloud.stack import Stack
from local.dev_gateway import Authorizer, Gateway

SOURCES = ("functions", "layers")


def serve(stack: Stack, port: int) -> int:
    """Serve until Ctrl-C; returns the exit code."""
    stack.require_running()
    stack.steps.console.print(f"API: http://{HOST}:{port}", *(f"/{house}/docs" for house in HOUSES))
    uvicorn.run(
        "local.dev:app",
        factory=True,
        host=HOST,
        port=port,
        reload=True,
        reload_dirs=[str(ROOT / folder) for folder in SOURCES],
        log_level="info",
    )
    return 0


def app() -> ASGIApp:
    """All houses behind one gateway; called by the server, again after each change of a file."""
    config = LocalConfig()
    os.environ.update(config.credentials)
    functions = Stack(config).functions
    with _environment(functions.environment("auth-authorize")):
        authorize: Authorizer = import_module("auth.handlers.authorize").handler
    houses: dict[str, ASGIApp] = {}
    for house in HOUSES:
        with _environment(functions.environment(f"{house}-api")):
            # The door's own application: limits and idempotency keys are as in Lambda.
            houses[house] = import_module(f"{house}.handlers.api").app
    return Gateway(houses, authorize)


@contextmanager
def _environment(variables: Mapping[str, str]) -> Iterator[None]:
    """Each house is wired from its own variables; the same name means another thing in another house."""
    before = dict(os.environ)
    os.environ.update(variables)
    try:
        yield
    finally:
        for name in variables:
            os.environ.pop(name)
        os.environ.update(before)
