"""Competitors, offers and observations, over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from pricing.api.bodies import NewCompetitor, NewOffers
from pricing.api.views import (
    CompetitorPage,
    CompetitorView,
    ObservationPage,
    ObservationView,
    OfferPage,
    shown_competitor,
    shown_observation,
    shown_offer,
)
from pricing.domain.market import Competitor
from pricing.domain.offer_draft import SAYABLE, OfferDraft
from pricing.usecases.house import Pricing
from shared.runtime.answers import View, answer, listing
from shared.runtime.described_problems import described
from shared.runtime.http_api import Asking, Paging


class OfferResultView(View):
    """What became of one line: its offer, or what is wrong with it."""

    line: int
    offer_id: str | None
    detail: str


class OfferResults(View):
    """What became of each line, in the order sent. `changed` counts what was watched already and is said otherwise."""

    accepted: int
    changed: int
    rejected: int
    results: list[OfferResultView]


def competitor_routes(house: Pricing) -> APIRouter:
    """The routes of competitors."""
    router = APIRouter(tags=["competitors"])

    @router.post(
        "/competitors",
        status_code=201,
        response_model=CompetitorView,
        responses=described(409),
        summary="Register a competitor",
    )
    async def add_competitor(asking: Asking, body: NewCompetitor) -> Response:
        asking.must("market:write")
        competitor = Competitor(
            organisation_id=asking.organisation_id,
            created_at=house.clock(),
            **body.model_dump(),
        )
        return answer(shown_competitor(await house.register_competitor(competitor)), status=201)

    @router.get("/competitors", response_model=CompetitorPage, summary="List your competitors")
    async def list_competitors(asking: Asking, paging: Paging) -> Response:
        asking.must("market:read")
        page = await house.stores.competitors.page(asking.organisation_id, paging)
        return listing([shown_competitor(one) for one in page.items], page)

    return router


def offer_routes(house: Pricing) -> APIRouter:
    """The routes of offers."""
    router = APIRouter(tags=["offers"])

    @router.post("/offers", status_code=207, response_model=OfferResults, summary="Watch offers")
    async def add_offers(asking: Asking, body: NewOffers) -> Response:
        """Each line stands alone: the good ones are watched, the others come back with what is wrong.

        Of an offer that is watched already the match type and the pack are changed where a line says them; the next
        look is compared so.
        """
        asking.must("market:write")
        drafts = [
            OfferDraft(**offer.model_dump(), said=SAYABLE.intersection(offer.model_fields_set)) for offer in body.offers
        ]
        registered = await house.register_offers(asking.organisation_id, drafts)
        results = registered.results
        accepted = sum(result.offer_id is not None for result in results)
        shown = [{"line": one.line, "offer_id": one.offer_id, "detail": one.detail} for one in results]
        counts = {"accepted": accepted, "changed": registered.changed, "rejected": len(results) - accepted}
        return answer(counts | {"results": shown}, status=207)

    @router.delete("/offers/{offer_id}", status_code=204, summary="Watch an offer no longer")
    async def remove_offer(asking: Asking, offer_id: str) -> Response:
        """It is neither scanned nor decided by nor counted any more; what was seen of it stays in the history.

        Doing it again changes nothing. Registering it again begins anew.
        """
        asking.must("market:write")
        await house.stores.offers.remove(asking.organisation_id, offer_id)
        return Response(status_code=204)

    @router.get("/offers", response_model=OfferPage, summary="List watched offers with their newest prices")
    async def list_offers(asking: Asking, paging: Paging) -> Response:
        asking.must("market:read")
        page = await house.stores.offers.page(asking.organisation_id, paging)
        now = house.clock()
        shown = [
            shown_offer(
                offer,
                None if offer.latest is None else int((now - offer.latest.captured_at).total_seconds()),
            )
            for offer in page.items
        ]
        return listing(shown, page)

    return router


def observation_routes(house: Pricing) -> APIRouter:
    """The routes of observations."""
    router = APIRouter(tags=["observations"])

    @router.get("/observations", response_model=ObservationPage, summary="Read the history, newest first")
    async def list_observations(
        asking: Asking,
        paging: Paging,
        product_id: Annotated[str | None, Query(max_length=64, description="Of one product")] = None,
    ) -> Response:
        asking.must("market:read")
        page = await house.stores.observations.page(asking.organisation_id, paging, product_id)
        return listing([shown_observation(one) for one in page.items], page)

    @router.get("/observations/{observation_id}", response_model=ObservationView, summary="Read an observation")
    async def get_observation(asking: Asking, observation_id: str) -> Response:
        asking.must("market:read")
        seen = await house.stores.observations.get(asking.organisation_id, observation_id)
        return answer(shown_observation(seen))

    return router
