"""What moved in the market, over HTTP: row by row, and counted by competitor and cause."""

from dataclasses import asdict
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import AfterValidator, AwareDatetime

from pricing.domain.market_change import Cause, OfferMoved
from pricing.usecases.house import Pricing
from pricing.usecases.market_changes import ChangesAsked, CompetitorMoves, ShownChange
from shared.runtime.answers import View, answer, in_reach, listing
from shared.runtime.described_problems import described
from shared.runtime.http_api import Asking, Paging

type Since = Annotated[
    Annotated[AwareDatetime, AfterValidator(in_reach)] | None,
    Query(description="From when on, at most 90 days before `until`; a week before, when left out"),
]
type Until = Annotated[
    Annotated[AwareDatetime, AfterValidator(in_reach)] | None, Query(description="Until when; now, when left out")
]
type StaleHours = Annotated[int, Query(ge=1, le=8760, description="A price older than this, or expired, is stale")]
type OfCompetitor = Annotated[str | None, Query(max_length=40, description="Of one competitor")]


class MarketChangeView(View):
    """A change of a trusted price or stock between two looks. Amounts are landed and in the page's own `currency`.

    `percent` is of `before`. `taken_back_at` is when a cut was undone, or a rise given up, within the window. A stale
    row is no change: nobody confirmed its price in time, and `at` is since when.
    """

    cause: Cause
    at: str
    shop_id: str
    product_id: str
    sku: str
    offer_id: str
    competitor_id: str
    seller: str | None
    currency: str | None
    before: str | None
    after: str | None
    percent: str | None
    in_stock: bool | None
    taken_back_at: str | None
    observation_id: str | None
    before_observation_id: str | None


class MarketChangePage(View):
    """Some changes. A page may be short, or empty, while another follows."""

    data: list[MarketChangeView]
    next_cursor: str | None


class CompetitorMovesView(View):
    """One competitor: its offers by what became of them, its changes by cause, since when its oldest is stale."""

    competitor_id: str
    offers: int
    states: dict[str, int]
    causes: dict[str, int]
    stale_since: str | None


class MarketMovesView(View):
    """What moved between two moments. An offer of our own, or of a seller that is left out, is in no other figure."""

    since: str
    until: str
    competitors: list[CompetitorMovesView]
    states: dict[str, int]
    causes: dict[str, int]


def market_change_routes(house: Pricing) -> APIRouter:
    """The routes of what moved in the market."""
    router = APIRouter(tags=["market changes"])

    @router.get(
        "/market-changes",
        response_model=MarketChangePage,
        responses=described(422),
        summary="List what moved in the market",
    )
    async def list_market_changes(
        asking: Asking,
        paging: Paging,
        since: Since = None,
        until: Until = None,
        competitor_id: OfCompetitor = None,
        cause: Annotated[Cause | None, Query(description="For one cause")] = None,
        stale_after_hours: StaleHours = 24,
    ) -> Response:
        """By product, oldest first. Own offers, doubted prices and failed looks are in none.

        A cut that was taken back is listed with the rise that took it back.
        """
        asking.must("market:read")
        asked = ChangesAsked(
            since=since,
            until=until,
            stale_after=timedelta(hours=stale_after_hours),
            competitor_id=competitor_id,
            cause=cause,
        )
        page = await house.market_changes.page(asking.organisation_id, asked, paging)
        return listing([_shown(one) for one in page.items], page)

    @router.get(
        "/market-changes/summary",
        response_model=MarketMovesView,
        responses=described(422),
        summary="Count what moved by competitor and cause",
    )
    async def summarise_market_changes(
        asking: Asking,
        since: Since = None,
        until: Until = None,
        competitor_id: OfCompetitor = None,
        stale_after_hours: StaleHours = 24,
    ) -> Response:
        """What is stale is counted as that, and not as unchanged."""
        asking.must("market:read")
        asked = ChangesAsked(
            since=since, until=until, stale_after=timedelta(hours=stale_after_hours), competitor_id=competitor_id
        )
        found = await house.market_changes.summary(asking.organisation_id, asked)
        whole = CompetitorMoves()
        for one in found.competitors.values():
            whole.states.update(one.states)
            whole.causes.update(one.causes)
        return answer(
            {
                "since": found.spell.since,
                "until": found.spell.until,
                "competitors": [{"competitor_id": name} | _counts(one) for name, one in found.competitors.items()],
                "states": _counts(whole)["states"],
                "causes": _counts(whole)["causes"],
            }
        )

    return router


def _shown(one: ShownChange) -> dict[str, object]:
    return asdict(one.change) | {"cause": one.change.cause.value, "sku": one.sku, "shop_id": one.shop_id}


def _counts(one: CompetitorMoves) -> dict[str, object]:
    return {
        "offers": one.offers,
        "states": {state.value: one.states[state] for state in OfferMoved},
        "causes": {cause.value: one.causes[cause] for cause in Cause},
        "stale_since": one.stale_since,
    }
