"""Prices that nobody believes yet, over HTTP."""

from fastapi import APIRouter, Response

from pricing.api.views import ObservationPage, ObservationView, shown_observation
from pricing.domain.recording import rejected, released
from pricing.usecases.house import Pricing
from shared.runtime.answers import answer, listing
from shared.runtime.described_problems import described
from shared.runtime.http_api import Asking, Paging


def quarantine_routes(house: Pricing) -> APIRouter:
    """The routes of the quarantine."""
    router = APIRouter(tags=["data health"])

    @router.get("/quarantine", response_model=ObservationPage, summary="List the prices that are not believed")
    async def list_quarantine(asking: Asking, paging: Paging) -> Response:
        """Each is newer than the price that stands of its offer; `suspicions` says what is wrong with it."""
        asking.must("market:read")
        page = await house.stores.quarantine.page(asking.organisation_id, paging)
        return listing([shown_observation(one) for one in page.items], page)

    @router.post(
        "/observations/{observation_id}/release",
        response_model=ObservationView,
        responses=described(404, 409),
        summary="Believe a suspicious price after all",
    )
    async def release_observation(asking: Asking, observation_id: str) -> Response:
        """The price stands from now on, unless a newer one does already. Doing it again changes nothing."""
        asking.must("market:write")
        seen = await house.stores.quarantine.settle(asking.organisation_id, observation_id, released)
        return answer(shown_observation(seen))

    @router.post(
        "/observations/{observation_id}/reject",
        response_model=ObservationView,
        responses=described(404, 409),
        summary="Refuse a suspicious price for good",
    )
    async def reject_observation(asking: Asking, observation_id: str) -> Response:
        """What stood before goes on standing. The same price is not believed again, however often it is read."""
        asking.must("market:write")
        seen = await house.stores.quarantine.settle(asking.organisation_id, observation_id, rejected)
        return answer(shown_observation(seen))

    return router
