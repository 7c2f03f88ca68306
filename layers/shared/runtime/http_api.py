"""What the HTTP APIs of all houses have in common: problems, health, documentation, one log line for each request."""

import time
from collections.abc import Awaitable, Callable, Sequence
from importlib import resources
from typing import Annotated

from fastapi import APIRouter, Depends, FastAPI, Query, Request
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.responses import HTMLResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.kernel.errors import Unauthenticated, Unavailable
from shared.kernel.identity import Caller
from shared.kernel.paging import LARGEST_PAGE, Window, decoded_cursor
from shared.runtime.answers import View, answer
from shared.runtime.described_problems import HouseApi, Responses, described
from shared.runtime.observability import logger
from shared.runtime.problems import install_problems
from shared.runtime.version import VERSION

type Check = Callable[[], Awaitable[None]]


class RequestLog:
    """One line for each request: method, route, status and duration."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the request and log it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        status = 500

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, noting)
        finally:
            route = getattr(scope.get("route"), "path", "no route")
            elapsed = round((time.perf_counter() - started) * 1000, 1)
            logger.info("request", method=scope["method"], route=route, status=status, duration_ms=elapsed)


class Health(View):
    """Whether the service runs, and which build of it."""

    status: str
    service: str
    version: str


class Readiness(Health):
    """Whether the service can do its work: each thing it depends on, by name."""

    dependencies: dict[str, str]


_bearer = HTTPBearer(auto_error=False, bearerFormat="JWT", description="The access token of POST /auth/sign-in")


async def caller(
    request: Request,
    # The gateway has verified the token; here it only tells the documentation that one is needed.
    _: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
) -> Caller:
    """Who asks, as API Gateway's authorizer proved it."""
    event = request.scope.get("aws.event") or {}
    proved = event.get("requestContext", {}).get("authorizer", {}).get("lambda") or {}
    if "organisation_id" not in proved:
        detail = "send «Authorization: Bearer» with the access token that POST /auth/sign-in gives"
        raise Unauthenticated(detail)
    identity = Caller(
        organisation_id=proved["organisation_id"],
        user_id=proved["user_id"],
        roles=frozenset(proved["roles"].split()),
        scopes=frozenset(proved["scopes"].split()),
    )
    logger.append_keys(organisation_id=identity.organisation_id, user_id=identity.user_id)
    return identity


async def window(
    limit: Annotated[int, Query(ge=1, le=LARGEST_PAGE, description="Items in the page")] = 100,
    cursor: Annotated[str | None, Query(max_length=400, description="next_cursor of the page before")] = None,
) -> Window:
    """Which part of a list is asked for."""
    return Window(limit=limit, after=decoded_cursor(cursor))


type Asking = Annotated[Caller, Depends(caller)]
type Paging = Annotated[Window, Depends(window)]


def _health_routes(service: str, checks: dict[str, Check]) -> APIRouter:
    router = APIRouter(tags=["health"])

    @router.get("/health", response_model=Health, summary="Is the service alive?")
    async def health() -> Response:
        return answer({"status": "ok", "service": service, "version": VERSION})

    unready: Responses = {503: {"model": Readiness, "description": "Something it depends on does not answer"}}

    @router.get("/health/ready", response_model=Readiness, responses=unready, summary="Can the service do its work?")
    async def ready(_: Asking) -> Response:
        dependencies: dict[str, str] = {}
        for name, check in checks.items():
            try:
                await check()
                dependencies[name] = "ok"
            except Unavailable as error:
                dependencies[name] = error.detail
        fit = all(state == "ok" for state in dependencies.values())
        body = {"status": "ok" if fit else "unavailable", "service": service, "version": VERSION}
        return answer(body | {"dependencies": dependencies}, status=200 if fit else 503)

    return router


def _documentation_routes(service: str) -> APIRouter:
    router = APIRouter(include_in_schema=False)
    kinds = {
        "swagger-ui-bundle.js": "text/javascript",
        "swagger-ui.css": "text/css",
        "favicon-32x32.png": "image/png",
    }

    @router.get("/docs")
    async def documentation() -> HTMLResponse:
        return get_swagger_ui_html(
            openapi_url="openapi.json",
            title=f"OmniPriceX {service}",
            swagger_js_url="docs/swagger-ui-bundle.js",
            swagger_css_url="docs/swagger-ui.css",
            swagger_favicon_url="docs/favicon-32x32.png",
            swagger_ui_parameters={"persistAuthorization": True, "tryItOutEnabled": True},
        )

    @router.get("/docs/{asset}")
    async def asset(asset: str) -> Response:
        if asset not in kinds:
            return Response(status_code=404)
        content = resources.files("fastapi_swagger").joinpath("resources", asset).read_bytes()
        return Response(content, media_type=kinds[asset], headers={"Cache-Control": "public, max-age=86400"})

    return router


def build_api(
    service: str,
    description: str,
    routers: Sequence[APIRouter],
    checks: dict[str, Check],
) -> FastAPI:
    """The HTTP API of one house, every path under `/<service>`."""
    app = HouseApi(
        title=f"OmniPriceX {service}",
        description=description,
        version=VERSION,
        openapi_url=f"/{service}/openapi.json",
        # Relative to this document, so that it is right behind a stage, a custom domain or an emulator's path.
        servers=[{"url": ".."}],
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        responses=described(422, 503),
        generate_unique_id_function=lambda route: route.name,
    )
    for router in (_health_routes(service, checks), _documentation_routes(service), *routers):
        app.include_router(router, prefix=f"/{service}")
    install_problems(app)
    app.add_middleware(RequestLog)
    return app
