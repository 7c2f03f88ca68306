"""Looking for a competitor's pages, over HTTP."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from pydantic import Field

from pricing.domain.candidate import Candidate
from pricing.usecases.house import Pricing
from shared.kernel.identifiers import fresh_id
from shared.runtime.answers import Body, Slug, View, answer, listing, timestamp
from shared.runtime.described_problems import described
from shared.runtime.http_api import Asking, Paging


class NewDiscovery(Body):
    """Where to begin; without an address, with the site maps that the site's robots.txt names."""

    start_url: str | None = Field(
        default=None,
        min_length=8,
        max_length=2000,
        description="A site map, or a page that lists products",
        examples=["https://shop.example/headphones"],
    )


class DiscoveryView(View):
    """A job that looks for pages; GET /scheduler/jobs/{job_id} knows it some moments later, and says how far it is."""

    job_id: str
    competitor_id: str
    start_url: str | None


class SuggestionView(View):
    """A product that the page may offer, and the identifier that both share."""

    product_id: str
    sku: str
    because: str


class CandidateView(View):
    """A page that nobody watches. A suggestion prices nothing: POST /pricing/offers watches the page."""

    candidate_id: str
    competitor_id: str
    url: str
    title: str | None
    modified: str | None
    first_found_at: str
    found_at: str
    job_id: str
    suggestions: list[SuggestionView]


class CandidatePage(View):
    """Some candidates."""

    data: list[CandidateView]
    next_cursor: str | None


def discovery_routes(house: Pricing) -> APIRouter:
    """The routes of looking for pages."""
    router = APIRouter(tags=["discovery"])

    @router.post(
        "/competitors/{competitor_id}/discoveries",
        status_code=202,
        response_model=DiscoveryView,
        responses=described(404),
        summary="Look for a competitor's pages",
    )
    async def start_discovery(asking: Asking, competitor_id: str, body: NewDiscovery) -> Response:
        """Site maps and lists are read as politely as pages: robots.txt and the site's pace are kept."""
        asking.must("market:write")
        job_id = fresh_id("job", house.clock())
        job = await house.start_discovery(asking.organisation_id, competitor_id, body.start_url, asking.user_id, job_id)
        shown = {"job_id": job.job_id, "competitor_id": job.competitor_id, "start_url": job.start_url}
        return answer(shown, status=202, headers={"Location": f"/scheduler/jobs/{job.job_id}"})

    @router.get("/candidates", response_model=CandidatePage, summary="List found pages that nobody watches")
    async def list_candidates(
        asking: Asking,
        paging: Paging,
        competitor_id: Annotated[Slug | None, Query(description="Of one competitor")] = None,
        suggested: Annotated[bool, Query(description="Only those that share an identifier with a product")] = False,  # noqa: FBT002 - a query
    ) -> Response:
        asking.must("market:read")
        page = await house.stores.candidates.page(asking.organisation_id, paging, competitor_id, suggested=suggested)
        return listing([_shown(one) for one in page.items], page)

    return router


def _shown(candidate: Candidate) -> dict[str, Any]:
    return {
        "candidate_id": candidate.candidate_id,
        "competitor_id": candidate.competitor_id,
        "url": candidate.url,
        "title": candidate.title,
        "modified": candidate.modified,
        "first_found_at": timestamp(candidate.first_found_at),
        "found_at": timestamp(candidate.found_at),
        "job_id": candidate.job_id,
        "suggestions": [
            {"product_id": one.product_id, "sku": one.sku, "because": one.because} for one in candidate.suggestions
        ],
    }
