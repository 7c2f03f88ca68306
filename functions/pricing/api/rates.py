"""Exchange rates, over HTTP."""

from fastapi import APIRouter, Response

from pricing.usecases.house import Pricing
from shared.runtime.answers import View, listing
from shared.runtime.http_api import Asking, Paging


class RateTableView(View):
    """One day's rates: how much of each currency one euro bought."""

    date: str
    base: str
    published_at: str
    source: str
    quotes: dict[str, str]


class RatePage(View):
    """Some days' rates, newest first."""

    data: list[RateTableView]
    next_cursor: str | None


def rate_routes(house: Pricing) -> APIRouter:
    """The routes of exchange rates."""
    router = APIRouter(tags=["data health"])

    @router.get("/rates", response_model=RatePage, summary="Read the exchange rates that prices are compared by")
    async def list_rates(asking: Asking, paging: Paging) -> Response:
        """A price is converted by the last table published before it was read, at most seven days old."""
        asking.must("market:read")
        page = await house.stores.rates.page(paging)
        shown = [
            {
                "date": one.day.isoformat(),
                "base": "EUR",
                "published_at": one.published_at,
                "source": one.source,
                "quotes": dict(sorted(one.quotes.items())),
            }
            for one in page.items
        ]
        return listing(shown, page)

    return router
