"""Rebuilding pricing's copy of the catalogue, over HTTP."""

from fastapi import APIRouter, Response

from pricing.usecases.house import Pricing
from shared.runtime.answers import Body, Slug, View, answer
from shared.runtime.http_api import Asking


class NewRebuild(Body):
    """The shop whose products are to be told again."""

    shop_id: Slug


class RebuildView(View):
    """A job that tells products again; GET /scheduler/jobs/{job_id} knows it some moments later, and how far it is."""

    job_id: str
    shop_id: str


def rebuild_routes(house: Pricing) -> APIRouter:
    """The routes of rebuilding."""
    router = APIRouter(tags=["facts"])

    @router.post("/facts/rebuilds", status_code=202, response_model=RebuildView, summary="Rebuild a shop's facts")
    async def rebuild_facts(asking: Asking, body: NewRebuild) -> Response:
        """The catalogue tells every product of the shop again, and pricing mends its copy of them.

        A product of which pricing knows a later revision stays, as does one that the catalogue does not have. Where
        there is no such shop, the job fails with `products/shop-not-found`.
        """
        asking.must("catalogue:write")
        job = await house.rebuild_facts(asking.organisation_id, body.shop_id, asking.user_id)
        shown = {"job_id": job.job_id, "shop_id": job.shop_id}
        return answer(shown, status=202, headers={"Location": f"/scheduler/jobs/{job.job_id}"})

    return router
