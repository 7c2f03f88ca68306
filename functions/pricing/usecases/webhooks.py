"""Webhooks: register who is told, ask for attempts that are due, make one, and keep what it came to."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from pricing.domain.errors import WebhookEndpointNotFound
from pricing.domain.webhook import (
    GONE,
    SECRET_BYTES,
    Delivery,
    Secret,
    Tried,
    WebhookEndpoint,
    WebhookEvent,
    after_attempt,
    checked_endpoint,
    claimed,
    rotated,
    secret_of,
    signed,
)
from shared.kernel.clock import Clock
from shared.kernel.identifiers import fresh_id
from shared.kernel.paging import Page, Window

DUE_AT_ONCE = 500


class Webhooks(Protocol):
    """The receivers of every organisation and what is on its way to them."""

    async def add(self, endpoint: WebhookEndpoint) -> None:
        """Keep a new receiver; `TooManyWebhookEndpoints` when there are as many as there may be."""

    async def get(self, organisation_id: str, endpoint_id: str) -> WebhookEndpoint:
        """Return one receiver; `WebhookEndpointNotFound` when there is none."""

    async def keep(self, endpoint: WebhookEndpoint) -> None:
        """Keep a receiver as it is now; one that was removed stays removed."""

    async def remove(self, organisation_id: str, endpoint_id: str) -> None:
        """Forget a receiver; what is on its way to it is not sent any more."""

    async def page(self, organisation_id: str, window: Window) -> Page[WebhookEndpoint]:
        """Return some receivers, newest first."""

    async def tell(self, deliveries: Sequence[Delivery]) -> None:
        """Keep events on their way; one that is kept already stays as it is."""

    async def due(self, at: datetime, limit: int) -> Sequence[Delivery]:
        """Return deliveries of every organisation whose next attempt is due, oldest first."""

    async def delivery(self, organisation_id: str, delivery_id: str) -> Delivery | None:
        """Return one delivery, if there is one."""

    async def move(self, before: Delivery, after: Delivery) -> bool:
        """Keep what became of a delivery, unless somebody else changed it since."""

    async def deliveries(self, organisation_id: str, window: Window, endpoint_id: str | None) -> Page[Delivery]:
        """Return some deliveries, newest first, to one receiver or to all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """What the sender is to do: who holds no store knows no secret either."""

    organisation_id: str
    delivery_id: str
    attempt: int
    url: str
    headers: dict[str, str]
    body: str


class AttemptsWanted(Protocol):
    """The way to the sender."""

    async def ask(self, attempts: Sequence[Attempt]) -> None:
        """Ask for attempts."""


class Sender(Protocol):
    """What meets the receivers."""

    async def post(self, attempt: Attempt) -> Tried:
        """Make one attempt; whatever the receiver does ends in a status or a named failure."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterEndpoint:
    """Register receivers, and give them secrets that are shown once."""

    webhooks: Webhooks
    clock: Clock
    draw: Callable[[int], bytes]

    async def __call__(
        self, organisation_id: str, user_id: str, url: str, events: frozenset[WebhookEvent]
    ) -> WebhookEndpoint:
        """Keep a new receiver."""
        at = self.clock()
        endpoint = WebhookEndpoint(
            endpoint_id=fresh_id("whe", at),
            organisation_id=organisation_id,
            url=checked_endpoint(url),
            events=events,
            secrets=(Secret(secret_of(self.draw(SECRET_BYTES))),),
            created_by=user_id,
            created_at=at,
        )
        await self.webhooks.add(endpoint)
        return endpoint

    async def rotate(self, organisation_id: str, endpoint_id: str) -> WebhookEndpoint:
        """Give a receiver a new secret; one that was switched off is on again."""
        known = await self.webhooks.get(organisation_id, endpoint_id)
        text = secret_of(self.draw(SECRET_BYTES))
        changed = replace(rotated(known, text, self.clock()), enabled=True, off_why="")
        await self.webhooks.keep(changed)
        return changed

    async def test(self, organisation_id: str, endpoint_id: str) -> Delivery:
        """Send an event that says nothing."""
        endpoint = await self.webhooks.get(organisation_id, endpoint_id)
        at = self.clock()
        name = fresh_id("whd", at)
        made = Delivery(
            delivery_id=name,
            organisation_id=organisation_id,
            endpoint_id=endpoint.endpoint_id,
            event_id=name,
            event="endpoint.tested",
            body=f'{{"type":"endpoint.tested","timestamp":"{at.isoformat()}","data":{{}}}}',
            created_at=at,
            next_at=at,
        )
        await self.webhooks.tell([made])
        return made


@dataclass(frozen=True, slots=True, kw_only=True)
class AskDeliveries:
    """Ask for the attempts that are due; each is claimed first, so two at once ask for it once."""

    webhooks: Webhooks
    wanted: AttemptsWanted
    clock: Clock

    async def __call__(self) -> int:
        """Return how many attempts were asked for."""
        at = self.clock()
        attempts = []
        for one in await self.webhooks.due(at, DUE_AT_ONCE):
            endpoint = await _endpoint_of(one, self.webhooks)
            if endpoint is None or not endpoint.enabled:
                over = replace(one, state="failed", next_at=None, ended_at=at, last_failure="the receiver is off")
                await self.webhooks.move(one, over)
                continue
            taken = claimed(one, at)
            if await self.webhooks.move(one, taken):
                attempts.append(
                    Attempt(
                        organisation_id=one.organisation_id,
                        delivery_id=one.delivery_id,
                        attempt=taken.attempts,
                        url=endpoint.url,
                        headers=signed(endpoint, one, at),
                        body=one.body,
                    )
                )
        await self.wanted.ask(attempts)
        return len(attempts)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordDelivery:
    """Keep what an attempt came to; a receiver that is gone is switched off."""

    webhooks: Webhooks
    clock: Clock
    draw: Callable[[], float]

    async def __call__(self, organisation_id: str, tried: Tried) -> None:
        """Keep it; the same again changes nothing."""
        known = await self.webhooks.delivery(organisation_id, tried.delivery_id)
        if known is None:
            return
        at = self.clock()
        after = after_attempt(known, tried, at, self.draw())
        if after != known and await self.webhooks.move(known, after) and tried.status == GONE:
            endpoint = await _endpoint_of(known, self.webhooks)
            if endpoint is None:
                return
            why = f"it answered 410 Gone at {at.isoformat(timespec='seconds')}"
            await self.webhooks.keep(replace(endpoint, enabled=False, off_why=why))


async def _endpoint_of(delivery: Delivery, webhooks: Webhooks) -> WebhookEndpoint | None:
    try:
        return await webhooks.get(delivery.organisation_id, delivery.endpoint_id)
    except WebhookEndpointNotFound:
        return None
