"""Files of offers, over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from pricing.usecases.house import Pricing
from shared.runtime.answers import Slug, View, answer
from shared.runtime.http_api import Asking
from shared.runtime.table_files import TAKES_CSV, RowFaultView, sent_file, shown_fault


class OfferImportView(View):
    """What became of a file. `faults` lists the first thousand rejected rows.

    `changed` counts offers that were watched already, as another match than the file says.
    """

    rows: int
    accepted: int
    changed: int
    rejected: int
    faults: list[RowFaultView]


def offer_import_routes(house: Pricing) -> APIRouter:
    """The routes of files of offers."""
    router = APIRouter(tags=["offers"])

    @router.post(
        "/offers/imports",
        response_model=OfferImportView,
        summary="Watch the offers of a file",
        openapi_extra=TAKES_CSV,
    )
    async def import_offers(
        asking: Asking, request: Request, shop_id: Annotated[Slug, Query(description="Whose SKUs the file names")]
    ) -> Response:
        """Send CSV with the columns `sku`, `url` and, where it is not exact, `match_type`.

        The page's domain says whose offer it is; a column `competitor_id` says it where two share a domain. Good rows
        are watched, the others come back by line and column. Sending a file again changes nothing; a row that says
        another match type of an offer that is watched changes that.
        """
        asking.must("market:write")
        report = await house.import_offers(asking.organisation_id, shop_id, await sent_file(request))
        faults = [shown_fault(fault) for fault in report.faults]
        counts = {"accepted": report.accepted, "changed": report.changed, "rejected": report.rejected}
        return answer({"rows": report.rows, **counts, "faults": faults})

    return router
