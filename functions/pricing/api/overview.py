"""The overview, over HTTP."""

from fastapi import APIRouter, Response

from pricing.usecases.overview import ReadOverview
from shared.runtime.answers import View, answer, timestamp
from shared.runtime.http_api import Asking


class NewestRunView(View):
    """The newest finished policy run, and its decisions by reason code."""

    run_id: str
    finished_at: str
    decisions: dict[str, int]


class OverviewView(View):
    """Your organisation's numbers as they were at `as_of`; `stale` when no newer ones are to be had for now."""

    as_of: str
    stale: bool
    products_monitored: int
    competitors: int
    offers: int
    offers_failing: int
    offers_never_read: int
    offers_stale: int
    share_failing: float
    share_stale: float
    newest_look: str | None
    oldest_look: str | None
    newest_run: NewestRunView | None
    price_changes: dict[str, int]


def overview_routes(read: ReadOverview) -> APIRouter:
    """The route of the overview."""
    router = APIRouter(tags=["overview"])

    @router.get("/overview", response_model=OverviewView, summary="What is watched, how fresh it is and what fails")
    async def read_overview(asking: Asking) -> Response:
        """The numbers are at most fifteen seconds old; a run that ended or a price that was decided on shows at once.

        `Age` and `Cache-Status` (RFC 9211) say how old they are. While the database does not answer, the last ones are
        given for up to a day, with `"stale": true`.
        """
        asking.must("prices:read")
        found = await read(asking.organisation_id)
        body = dict(found.value) | {"as_of": timestamp(found.as_of), "stale": found.stale}
        return answer(body, headers={**found.told, "Cache-Control": "private, no-cache"})

    return router
