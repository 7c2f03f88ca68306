"""Receivers of alerts and other news, and what was sent to them, over HTTP."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Response
from pydantic import Field

from pricing.api.deliveries import DeliveryView, delivery_shown
from pricing.api.managers import must_manage
from pricing.domain.receiver import LONGEST_ADDRESS, EventName, Receiver
from pricing.domain.template import LONGEST_TEMPLATE
from pricing.usecases.house import Pricing
from pricing.usecases.receivers import NewReceiver as Asked
from shared.runtime.answers import Body, View, answer, listing, timestamp
from shared.runtime.described_problems import described
from shared.runtime.http_api import Asking, Paging

type ToldName = Literal["alert.raised", "price.applied", "batch.ended"]
type ChannelName = Literal["webhook", "slack", "email"]
type Template = Annotated[
    str,
    Field(
        max_length=LONGEST_TEMPLATE,
        description="How alerts are worded, with tokens; ours, when empty",
        examples=["{competitor}: {product} {old} → {new} ({percent})\n{link}"],
    ),
]


class NewReceiver(Body):
    """Who is to be told of what."""

    channel: ChannelName = "webhook"
    address: str = Field(
        min_length=1,
        max_length=LONGEST_ADDRESS,
        description="A URL, or an e-mail address. The URL of a Slack channel is a secret: it is shown to nobody again",
        examples=["https://shop.example/hooks/prices", "prices@shop.example"],
    )
    events: list[ToldName] = Field(min_length=1, max_length=3)
    template: Template = ""


class ReceiverChange(Body):
    """What of a receiver is to change; what is left out stays."""

    events: list[ToldName] | None = Field(default=None, min_length=1, max_length=3)
    template: Template | None = None


class NewConfirmation(Body):
    """The code that was sent to an e-mail address."""

    code: str = Field(min_length=1, max_length=40, examples=["JBSWY3DP"])


class ReceiverView(View):
    """A receiver. It is told nothing while `enabled` is false; `off_why` says why that is."""

    receiver_id: str
    channel: str
    address: str
    events: list[str]
    template: str
    enabled: bool
    off_why: str
    created_by: str
    created_at: str


class ReceiverSecretView(ReceiverView):
    """A receiver with its new secret, which is shown this once; only webhooks have one to show."""

    secret: str | None


class ReceiverPage(View):
    """Some receivers, newest first."""

    data: list[ReceiverView]
    next_cursor: str | None


def receiver_routes(house: Pricing) -> APIRouter:
    """The routes of receivers."""
    router = APIRouter(tags=["receivers"])
    receivers, register = house.stores.receivers, house.register_receiver

    @router.post(
        "/receivers",
        status_code=201,
        response_model=ReceiverSecretView,
        responses=described(403, 409, 422),
        summary="Register who is to be told",
    )
    async def add_receiver(asking: Asking, body: NewReceiver) -> Response:
        """What a webhook gets is signed as Standard Webhooks say: keep its secret, which is shown this once.

        An e-mail address is sent a code, and told nothing else until the code is given back. As an answer may hold a
        secret it is kept nowhere, with an Idempotency-Key neither: who repeats the request removes the one too many.
        """
        _must_change(asking)
        events: frozenset[EventName] = frozenset(body.events)
        made, secret = await register(
            Asked(
                organisation_id=asking.organisation_id,
                user_id=asking.user_id,
                channel=body.channel,
                address=body.address,
                events=events,
                template=body.template,
            )
        )
        place = {"Location": f"/pricing/receivers/{made.receiver_id}"}
        return answer(_with_secret(made, secret), status=201, headers=place)

    @router.get("/receivers", response_model=ReceiverPage, summary="List receivers, newest first")
    async def list_receivers(asking: Asking, paging: Paging) -> Response:
        asking.must("prices:read")
        page = await receivers.page(asking.organisation_id, paging)
        return listing([_receiver(one) for one in page.items], page)

    @router.get(
        "/receivers/{receiver_id}", response_model=ReceiverView, responses=described(404), summary="Read a receiver"
    )
    async def get_receiver(asking: Asking, receiver_id: str) -> Response:
        asking.must("prices:read")
        return answer(_receiver(await receivers.get(asking.organisation_id, receiver_id)))

    @router.patch(
        "/receivers/{receiver_id}",
        response_model=ReceiverView,
        responses=described(403, 404, 422),
        summary="Change what a receiver is told, or how",
    )
    async def change_receiver(asking: Asking, receiver_id: str, body: ReceiverChange) -> Response:
        """Its address stays: another one is another receiver."""
        _must_change(asking)
        events: frozenset[EventName] | None = None if body.events is None else frozenset(body.events)
        changed = await register.change(asking.organisation_id, receiver_id, events, body.template)
        return answer(_receiver(changed))

    @router.post(
        "/receivers/{receiver_id}/rotations",
        response_model=ReceiverSecretView,
        responses=described(403, 404, 409, 422),
        summary="Give a webhook a new secret, or send an e-mail address a new code",
    )
    async def rotate(asking: Asking, receiver_id: str) -> Response:
        """A webhook's secret of before signs beside it for a day. A webhook that was switched off is on again.

        An e-mail address is told nothing until it gives the new code back.
        """
        _must_change(asking)
        return answer(_with_secret(*await register.rotate(asking.organisation_id, receiver_id)))

    @router.post(
        "/receivers/{receiver_id}/confirmations",
        response_model=ReceiverView,
        responses=described(403, 404, 422),
        summary="Confirm an e-mail address by the code that was sent to it",
    )
    async def confirm(asking: Asking, receiver_id: str, body: NewConfirmation) -> Response:
        """A code is good for a day and five tries."""
        _must_change(asking)
        return answer(_receiver(await register.confirm(asking.organisation_id, receiver_id, body.code)))

    @router.post(
        "/receivers/{receiver_id}/tests",
        status_code=202,
        response_model=DeliveryView,
        responses=described(403, 404),
        summary="Send a receiver an event that says nothing",
    )
    async def test(asking: Asking, receiver_id: str) -> Response:
        """It goes out within two minutes; `GET /pricing/deliveries` says what became of it."""
        _must_change(asking)
        return answer(delivery_shown(await register.test(asking.organisation_id, receiver_id)), status=202)

    @router.delete(
        "/receivers/{receiver_id}",
        status_code=204,
        responses=described(403),
        summary="Remove a receiver",
    )
    async def remove(asking: Asking, receiver_id: str) -> Response:
        """What is on its way to it is not sent any more."""
        _must_change(asking)
        await receivers.remove(asking.organisation_id, receiver_id)
        return Response(status_code=204)

    return router


def _must_change(asking: Asking) -> None:
    asking.must("prices:publish")
    must_manage(asking)


def _receiver(receiver: Receiver) -> dict[str, Any]:
    names = ("receiver_id", "channel", "address", "template", "enabled", "off_why", "created_by")
    plain = {name: getattr(receiver, name) for name in names}
    return plain | {"events": sorted(receiver.events), "created_at": timestamp(receiver.created_at)}


def _with_secret(receiver: Receiver, secret: str) -> dict[str, Any]:
    return _receiver(receiver) | {"secret": secret or None}
