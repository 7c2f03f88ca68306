"""Health: whether a service lives, and whether each thing that it depends on answers, how fast and since when."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fastapi import APIRouter, Response

from shared.kernel.clock import system_clock
from shared.kernel.errors import Unavailable
from shared.runtime.answers import View, answer
from shared.runtime.callers import Asking
from shared.runtime.described_problems import Responses
from shared.runtime.version import VERSION

CHECK_SECONDS = 1.0
# Everything is answered rightly without these, only slower.
SPARED = frozenset({"valkey"})

type Check = Callable[[], Awaitable[None]]


class Health(View):
    """Whether the service runs, and which build of it."""

    status: str
    service: str
    version: str


class DependencyView(View):
    """One thing that the service depends on: `ok` or what is wrong, how long it took to tell, and since when."""

    state: str
    latency_ms: float
    since: str


class Readiness(Health):
    """Whether the service can do its work: `ok`, `degraded` (all is right, and slower) or `unavailable`."""

    dependencies: dict[str, DependencyView]


@dataclass(slots=True)
class Checked:
    """A dependency's state, and since when this instance sees it so."""

    check: Check
    state: str = ""
    since: datetime | None = None

    async def now(self) -> dict[str, Any]:
        """Look, for one second at most."""
        started = time.perf_counter()
        try:
            async with asyncio.timeout(CHECK_SECONDS):
                await self.check()
            state = "ok"
        except Unavailable as error:
            state = error.detail
        except TimeoutError:
            state = "it did not answer within a second"
        if state != self.state:
            self.state, self.since = state, system_clock()
        return {"state": state, "latency_ms": round((time.perf_counter() - started) * 1000, 1), "since": self.since}


def health_routes(service: str, checks: dict[str, Check]) -> APIRouter:
    """The routes of health. Readiness is for callers who are signed in: it tells of the inside."""
    router = APIRouter(tags=["health"])
    known = {name: Checked(check) for name, check in checks.items()}
    about = {"service": service, "version": VERSION}

    @router.get("/health", response_model=Health, summary="Is the service alive?")
    async def health() -> Response:
        return answer({"status": "ok"} | about)

    unready: Responses = {503: {"model": Readiness, "description": "Something it cannot do without does not answer"}}

    @router.get("/health/ready", response_model=Readiness, responses=unready, summary="Can the service do its work?")
    async def ready(_: Asking) -> Response:
        looked = await asyncio.gather(*(one.now() for one in known.values()))
        dependencies = dict(zip(known, looked, strict=True))
        broken = {name for name, one in dependencies.items() if one["state"] != "ok"}
        status = "unavailable" if broken - SPARED else "degraded" if broken else "ok"
        body = {"status": status, **about, "dependencies": dependencies}
        return answer(body, status=503 if status == "unavailable" else 200)

    return router
