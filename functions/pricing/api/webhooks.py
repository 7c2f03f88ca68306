"""Receivers of webhooks and what was sent to them, over HTTP."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Response
from pydantic import Field

from pricing.api.managers import must_manage
from pricing.domain.webhook import Delivery, WebhookEndpoint, WebhookEvent
from pricing.usecases.house import Pricing
from shared.runtime.answers import Body, View, answer, listing, timestamp
from shared.runtime.described_problems import described
from shared.runtime.http_api import Asking, Paging

type EventName = Literal["alert.raised", "price.applied", "batch.ended"]


class NewWebhookEndpoint(Body):
    """Where to tell what."""

    url: str = Field(min_length=1, max_length=2048, examples=["https://shop.example/hooks/prices"])
    events: list[EventName] = Field(min_length=1, max_length=3)


class WebhookEndpointView(View):
    """A receiver. It is told nothing while `enabled` is false; `off_why` says why that is."""

    endpoint_id: str
    url: str
    events: list[str]
    enabled: bool
    off_why: str
    created_by: str
    created_at: str


class WebhookSecretView(WebhookEndpointView):
    """A receiver with its new secret, which is shown this once."""

    secret: str


class WebhookEndpointPage(View):
    """Some receivers, newest first."""

    data: list[WebhookEndpointView]
    next_cursor: str | None


class DeliveryView(View):
    """One event on its way to one receiver; `event_id` is its `webhook-id`."""

    delivery_id: str
    endpoint_id: str
    event_id: str
    event: str
    state: str
    attempts: int
    last_status: int | None
    last_failure: str
    created_at: str
    next_at: str | None
    ended_at: str | None


class DeliveryPage(View):
    """Some deliveries, newest first."""

    data: list[DeliveryView]
    next_cursor: str | None


def webhook_routes(house: Pricing) -> APIRouter:
    """The routes of receivers of webhooks."""
    router = APIRouter(tags=["webhooks"])
    webhooks, register = house.stores.webhooks, house.register_endpoint

    @router.post(
        "/webhook-endpoints",
        status_code=201,
        response_model=WebhookSecretView,
        responses=described(403, 409, 422),
        summary="Register a receiver of webhooks",
    )
    async def add_endpoint(asking: Asking, body: NewWebhookEndpoint) -> Response:
        """Deliveries are signed as Standard Webhooks say. Keep the secret: it is shown this once."""
        asking.must("prices:publish")
        must_manage(asking)
        wanted: frozenset[WebhookEvent] = frozenset(body.events)
        made = await register(asking.organisation_id, asking.user_id, body.url, wanted)
        place = {"Location": f"/pricing/webhook-endpoints/{made.endpoint_id}"}
        return answer(_with_secret(made), status=201, headers=place)

    @router.get("/webhook-endpoints", response_model=WebhookEndpointPage, summary="List receivers of webhooks")
    async def list_endpoints(asking: Asking, paging: Paging) -> Response:
        asking.must("prices:read")
        page = await webhooks.page(asking.organisation_id, paging)
        return listing([_endpoint(one) for one in page.items], page)

    @router.post(
        "/webhook-endpoints/{endpoint_id}/rotations",
        response_model=WebhookSecretView,
        responses=described(403, 404),
        summary="Give a receiver a new secret",
    )
    async def rotate(asking: Asking, endpoint_id: str) -> Response:
        """The one before signs beside it for a day. A receiver that was switched off is on again."""
        asking.must("prices:publish")
        must_manage(asking)
        return answer(_with_secret(await register.rotate(asking.organisation_id, endpoint_id)))

    @router.post(
        "/webhook-endpoints/{endpoint_id}/tests",
        status_code=202,
        response_model=DeliveryView,
        responses=described(403, 404),
        summary="Send a receiver an event that says nothing",
    )
    async def test(asking: Asking, endpoint_id: str) -> Response:
        """It goes out within two minutes; `GET /pricing/deliveries` says what became of it."""
        asking.must("prices:publish")
        must_manage(asking)
        return answer(_delivery(await register.test(asking.organisation_id, endpoint_id)), status=202)

    @router.delete(
        "/webhook-endpoints/{endpoint_id}",
        status_code=204,
        responses=described(403),
        summary="Remove a receiver of webhooks",
    )
    async def remove(asking: Asking, endpoint_id: str) -> Response:
        """What is on its way to it is not sent any more."""
        asking.must("prices:publish")
        must_manage(asking)
        await webhooks.remove(asking.organisation_id, endpoint_id)
        return Response(status_code=204)

    @router.get("/deliveries", response_model=DeliveryPage, summary="List what was sent to webhooks, newest first")
    async def list_deliveries(
        asking: Asking, paging: Paging, endpoint_id: Annotated[str | None, Query(max_length=64)] = None
    ) -> Response:
        asking.must("prices:read")
        page = await webhooks.deliveries(asking.organisation_id, paging, endpoint_id)
        return listing([_delivery(one) for one in page.items], page)

    return router


def _endpoint(endpoint: WebhookEndpoint) -> dict[str, Any]:
    names = ("endpoint_id", "url", "enabled", "off_why", "created_by")
    plain = {name: getattr(endpoint, name) for name in names}
    return plain | {"events": sorted(endpoint.events), "created_at": timestamp(endpoint.created_at)}


def _with_secret(endpoint: WebhookEndpoint) -> dict[str, Any]:
    return _endpoint(endpoint) | {"secret": endpoint.secrets[0].text}


def _delivery(delivery: Delivery) -> dict[str, Any]:
    names = ("delivery_id", "endpoint_id", "event_id", "event", "state", "attempts", "last_status", "last_failure")
    moments = {name: getattr(delivery, name) for name in ("created_at", "next_at", "ended_at")}
    plain = {name: getattr(delivery, name) for name in names}
    return plain | {name: None if at is None else timestamp(at) for name, at in moments.items()}
