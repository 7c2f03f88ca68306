"""What the HTTP APIs of all houses have in common: their edge, problems, health, documentation, who asks."""

from collections.abc import Sequence
from importlib import resources

from fastapi import APIRouter, FastAPI
from fastapi.openapi.docs import get_swagger_ui_html
from starlette.responses import HTMLResponse, Response

from shared.runtime.callers import Asking, Paging
from shared.runtime.described_problems import HouseApi, described
from shared.runtime.edge import Edge, Manners
from shared.runtime.health import Check, health_routes
from shared.runtime.problems import install_problems
from shared.runtime.version import VERSION

__all__ = ["Asking", "Edge", "Manners", "Paging", "build_api"]

NO_MANNERS = Manners()


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
    *,
    edge: Edge | None = None,
    manners: Manners = NO_MANNERS,
) -> FastAPI:
    """The HTTP API of one house, every path under `/<service>`."""
    app = HouseApi(
        edge=edge,
        manners=manners,
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
    checked = checks if edge is None else checks | {"valkey": edge.valkey.ping}
    for router in (health_routes(service, checked), _documentation_routes(service), *routers):
        app.include_router(router, prefix=f"/{service}")
    install_problems(app)
    return app
