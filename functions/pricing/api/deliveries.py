"""What was sent to receivers, and how alerts would read, over HTTP."""

import json
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Response
from pydantic import Field

from pricing.domain.alerts.tokens import TOKENS
from pricing.domain.delivery import Delivery
from pricing.domain.template import LONGEST_TEMPLATE
from pricing.usecases.house import Pricing
from shared.runtime.answers import Body, View, answer, listing, timestamp
from shared.runtime.described_problems import described
from shared.runtime.http_api import Asking, Paging


class NewPreview(Body):
    """A template to try, with an alert or without."""

    channel: Literal["slack", "email"]
    template: Annotated[str, Field(min_length=1, max_length=LONGEST_TEMPLATE)]
    alert_id: str | None = Field(default=None, max_length=64, description="An example, when left out")


class MessagePreviewView(View):
    """What would be sent: `text` and, by e-mail, `subject` and `html`. `tokens` are all that there are, explained."""

    text: str
    subject: str | None
    html: str | None
    tokens: dict[str, str]


class DeliveryView(View):
    """One event on its way to one receiver; `event_id` is by it a receiver knows it again."""

    delivery_id: str
    receiver_id: str
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


def delivery_routes(house: Pricing) -> APIRouter:
    """The routes of what was sent, and of templates."""
    router = APIRouter(tags=["receivers"])
    receivers = house.stores.receivers

    @router.post(
        "/template-previews",
        response_model=MessagePreviewView,
        responses=described(404, 422),
        summary="Try a template of alerts",
    )
    async def preview(asking: Asking, body: NewPreview) -> Response:
        """Nothing is sent. A token that does not exist is refused with the one that is probably meant."""
        asking.must("market:read")
        sent = await house.preview_template(asking.organisation_id, body.channel, body.template, body.alert_id)
        told = json.loads(sent)
        return answer({name: told.get(name) for name in ("text", "subject", "html")} | {"tokens": TOKENS})

    @router.get("/deliveries", response_model=DeliveryPage, summary="List what was sent to receivers, newest first")
    async def list_deliveries(
        asking: Asking, paging: Paging, receiver_id: Annotated[str | None, Query(max_length=64)] = None
    ) -> Response:
        asking.must("prices:read")
        page = await receivers.deliveries(asking.organisation_id, paging, receiver_id)
        return listing([delivery_shown(one) for one in page.items], page)

    return router


def delivery_shown(delivery: Delivery) -> dict[str, Any]:
    """A delivery as people are shown it."""
    names = ("delivery_id", "receiver_id", "event_id", "event", "state", "attempts", "last_status", "last_failure")
    moments = {name: getattr(delivery, name) for name in ("created_at", "next_at", "ended_at")}
    plain = {name: getattr(delivery, name) for name in names}
    return plain | {name: None if at is None else timestamp(at) for name, at in moments.items()}
