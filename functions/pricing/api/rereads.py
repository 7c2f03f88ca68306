"""Past readings repeated, over HTTP."""

from typing import Any

from fastapi import APIRouter, Response

from pricing.api.views import ObservationView, shown_observation
from pricing.usecases.house import Pricing
from shared.runtime.answers import View, answer
from shared.runtime.described_problems import described
from shared.runtime.http_api import Asking


class RereadView(View):
    """An observation, what its page says to the readers of today, and the fields in which the two differ."""

    then: ObservationView
    now: ObservationView
    readers_version_then: int | None
    readers_version_now: int | None
    same: bool
    differs: list[str]


def reread_routes(house: Pricing) -> APIRouter:
    """The routes of past readings."""
    router = APIRouter(tags=["observations"])

    @router.get(
        "/observations/{observation_id}/reread",
        response_model=RereadView,
        responses=described(404),
        summary="Read the kept page of an observation again",
    )
    async def reread(asking: Asking, observation_id: str) -> Response:
        """The shop is not asked. With the readers of that time the two are the same."""
        asking.must("market:read")
        found = await house.reread(asking.organisation_id, observation_id)
        shown: dict[str, Any] = {
            "then": shown_observation(found.then),
            "now": shown_observation(found.now),
            "readers_version_then": found.then.readers_version,
            "readers_version_now": found.now.readers_version,
            "same": not found.differs,
            "differs": list(found.differs),
        }
        return answer(shown)

    return router
