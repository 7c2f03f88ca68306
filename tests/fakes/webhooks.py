"""Webhooks' ports in memory."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from pricing.domain.errors import TooManyWebhookEndpoints, WebhookEndpointNotFound
from pricing.domain.webhook import MOST_ENDPOINTS, Delivery, WebhookEndpoint
from shared.kernel.paging import Page, Window
from tests.fakes.lists import page_of


@dataclass
class FakeWebhooks:
    """Receivers and deliveries by id."""

    endpoints: dict[str, WebhookEndpoint] = field(default_factory=dict)
    kept: dict[str, Delivery] = field(default_factory=dict)

    async def add(self, endpoint: WebhookEndpoint) -> None:
        if len([one for one in self.endpoints.values() if _mine(one, endpoint.organisation_id)]) >= MOST_ENDPOINTS:
            raise TooManyWebhookEndpoints("too many")
        self.endpoints[endpoint.endpoint_id] = endpoint

    async def get(self, organisation_id: str, endpoint_id: str) -> WebhookEndpoint:
        found = self.endpoints.get(endpoint_id)
        if found is None or not _mine(found, organisation_id):
            raise WebhookEndpointNotFound("none")
        return found

    async def keep(self, endpoint: WebhookEndpoint) -> None:
        if endpoint.endpoint_id in self.endpoints:
            self.endpoints[endpoint.endpoint_id] = endpoint

    async def remove(self, organisation_id: str, endpoint_id: str) -> None:
        found = self.endpoints.get(endpoint_id)
        if found is not None and _mine(found, organisation_id):
            del self.endpoints[endpoint_id]

    async def page(self, organisation_id: str, window: Window) -> Page[WebhookEndpoint]:
        own = [one for one in self.endpoints.values() if _mine(one, organisation_id)]
        return page_of(own, lambda one: one.endpoint_id, window, newest_first=True)

    async def tell(self, deliveries: Sequence[Delivery]) -> None:
        for one in deliveries:
            self.kept.setdefault(one.delivery_id, one)

    async def due(self, at: datetime, limit: int) -> Sequence[Delivery]:
        waiting = [(one.next_at, one) for one in self.kept.values() if one.next_at is not None and one.next_at <= at]
        return [one for _, one in sorted(waiting, key=lambda each: each[0])][:limit]

    async def delivery(self, organisation_id: str, delivery_id: str) -> Delivery | None:
        found = self.kept.get(delivery_id)
        return found if found is not None and _mine(found, organisation_id) else None

    async def move(self, before: Delivery, after: Delivery) -> bool:
        if self.kept.get(before.delivery_id) != before:
            return False
        self.kept[before.delivery_id] = after
        return True

    async def deliveries(self, organisation_id: str, window: Window, endpoint_id: str | None) -> Page[Delivery]:
        own = [one for one in self.kept.values() if _mine(one, organisation_id)]
        meant = [one for one in own if endpoint_id in {None, one.endpoint_id}]
        return page_of(meant, lambda one: f"{one.created_at.isoformat()}/{one.delivery_id}", window, newest_first=True)


def _mine(one: WebhookEndpoint | Delivery, organisation_id: str) -> bool:
    return one.organisation_id == organisation_id
