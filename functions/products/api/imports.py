"""Catalogue imports, over HTTP."""

from fastapi import APIRouter, Request, Response

from products.api.schemas import ImportView, shown_import
from products.usecases.import_catalogue import ImportCatalogue
from products.usecases.ports import Imports
from shared.runtime.answers import answer
from shared.runtime.http_api import Asking
from shared.runtime.table_files import TAKES_CSV, sent_file


def import_routes(imports: Imports, import_catalogue: ImportCatalogue) -> APIRouter:
    """The routes of imports."""
    router = APIRouter(tags=["imports"])

    @router.post(
        "/shops/{shop_id}/imports",
        status_code=201,
        response_model=ImportView,
        summary="Import a catalogue file",
        openapi_extra=TAKES_CSV,
    )
    async def add_import(asking: Asking, shop_id: str, request: Request) -> Response:
        """Send the CSV as the request's body, with a line of column names. Good rows go in; the report has the rest."""
        asking.must("catalogue:write")
        text = await sent_file(request)
        report = await import_catalogue(asking.organisation_id, shop_id, text, requested_by=asking.user_id)
        location = f"/products/shops/{shop_id}/imports/{report.import_id}"
        return answer(shown_import(report), status=201, headers={"Location": location})

    @router.get("/shops/{shop_id}/imports/{import_id}", response_model=ImportView, summary="Read an import's report")
    async def get_import(asking: Asking, shop_id: str, import_id: str) -> Response:
        asking.must("catalogue:read")
        return answer(shown_import(await imports.get(asking.organisation_id, shop_id, import_id)))

    return router
