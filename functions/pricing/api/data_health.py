"""Data health, over HTTP: what arrives of each competitor, and what does not, why, and since when."""

from datetime import timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response

from pricing.domain.health import Health, OfferState
from pricing.usecases.data_health import CompetitorHealth, DataHealth, OfferHealth, Wanted
from pricing.usecases.house import Pricing
from shared.runtime.answers import View, answer, listing
from shared.runtime.http_api import Asking, Paging

type StateName = Literal["lost", "quarantined", "failing", "never_read", "stale", "fresh"]
type WindowHours = Annotated[int, Query(ge=1, le=8760, description="What counts as delivered: read in so many hours")]


class FailureView(View):
    """Why offers bring no price, how many, and since when the first of them does not."""

    reason: str
    offers: int
    since: str | None


class HealthView(View):
    """How offers are delivered. `late` are those that were read before the window and not in it."""

    offers: int
    delivered: int
    late: int
    added_this_month: int
    states: dict[str, int]
    failures: list[FailureView]
    newest_reading: str | None


class HostHealthView(HealthView):
    """How one host delivers."""

    host: str


class CompetitorHealthView(HealthView):
    """How one competitor delivers."""

    competitor_id: str
    hosts: list[HostHealthView]


class DataHealthView(View):
    """How competitors' data arrives."""

    as_of: str
    window_since: str
    whole: HealthView
    competitors: list[CompetitorHealthView]


class OfferHealthView(View):
    """One offer and what is the matter with it."""

    offer_id: str
    product_id: str
    sku: str | None
    url: str
    host: str
    state: str
    reason: str | None
    failing_since: str | None
    newest_reading: str | None
    quarantined_observation_id: str | None


class OfferHealthPage(View):
    """Some offers of a competitor."""

    data: list[OfferHealthView]
    next_cursor: str | None


def data_health_routes(house: Pricing) -> APIRouter:
    """The routes of data health."""
    router = APIRouter(tags=["data health"])

    @router.get("/data-health", response_model=DataHealthView, summary="What is delivered, late, doubted or failing")
    async def read_data_health(asking: Asking, window_hours: WindowHours = 24) -> Response:
        """By competitor and host, with every reason of failure and since when it lasts."""
        asking.must("market:read")
        found = await house.read_data_health(asking.organisation_id, timedelta(hours=window_hours))
        return answer(_shown(found))

    @router.get(
        "/data-health/{competitor_id}/offers",
        response_model=OfferHealthPage,
        summary="List a competitor's offers by what is the matter with them",
    )
    async def list_offer_health(
        asking: Asking,
        competitor_id: str,
        paging: Paging,
        state: Annotated[StateName | None, Query(description="Only those in this state")] = None,
        reason: Annotated[str | None, Query(max_length=40, description="Only those failing for this reason")] = None,
        host: Annotated[str | None, Query(max_length=253, description="Only those on this host")] = None,
        window_hours: WindowHours = 24,
    ) -> Response:
        """The SKUs that a failure is about, and the page of each."""
        asking.must("market:read")
        wanted = Wanted(
            competitor_id=competitor_id, state=None if state is None else OfferState(state), reason=reason, host=host
        )
        window = timedelta(hours=window_hours)
        page, shown = await house.read_data_health.offers(asking.organisation_id, wanted, window, paging)
        return listing([_shown_offer(one) for one in shown], page)

    return router


def _shown(found: DataHealth) -> dict[str, object]:
    return {
        "as_of": found.as_of,
        "window_since": found.since,
        "whole": _shown_health(found.whole),
        "competitors": [_shown_competitor(one) for one in found.competitors],
    }


def _shown_competitor(one: CompetitorHealth) -> dict[str, object]:
    hosts = [{"host": host} | _shown_health(health) for host, health in one.hosts.items()]
    return {"competitor_id": one.competitor_id, **_shown_health(one.whole), "hosts": hosts}


def _shown_health(health: Health) -> dict[str, object]:
    return {
        "offers": health.offers,
        "delivered": health.delivered,
        "late": health.late,
        "added_this_month": health.added_this_month,
        "states": dict(health.states),
        "failures": [{"reason": one.reason, "offers": one.offers, "since": one.since} for one in health.failures],
        "newest_reading": health.newest,
    }


def _shown_offer(one: OfferHealth) -> dict[str, object]:
    offer = one.offer
    failure = None if offer.failing_since is None else offer.last_failure
    return {
        "offer_id": offer.offer_id,
        "product_id": offer.product_id,
        "sku": one.sku,
        "url": offer.url,
        "host": offer.host,
        "state": one.state.value,
        "reason": None if failure is None else failure.outcome,
        "failing_since": offer.failing_since,
        "newest_reading": None if offer.latest is None else offer.latest.captured_at,
        "quarantined_observation_id": None if offer.quarantined is None else offer.quarantined.observation_id,
    }
