"""Receivers' ports in memory."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from pricing.domain.delivery import Delivery
from pricing.domain.errors import ReceiverNotFound, TooManyReceivers
from pricing.domain.receiver import MOST_RECEIVERS, Receiver
from shared.kernel.paging import Page, Window
from tests.fakes.lists import page_of


@dataclass
class FakeReceivers:
    """Receivers and deliveries by id."""

    known: dict[str, Receiver] = field(default_factory=dict)
    kept: dict[str, Delivery] = field(default_factory=dict)

    async def add(self, receiver: Receiver) -> None:
        if len([one for one in self.known.values() if _mine(one, receiver.organisation_id)]) >= MOST_RECEIVERS:
            raise TooManyReceivers("too many")
        self.known[receiver.receiver_id] = receiver

    async def get(self, organisation_id: str, receiver_id: str) -> Receiver:
        found = self.known.get(receiver_id)
        if found is None or not _mine(found, organisation_id):
            raise ReceiverNotFound("none")
        return found

    async def change(self, organisation_id: str, receiver_id: str, change: Callable[[Receiver], Receiver]) -> Receiver:
        changed = change(await self.get(organisation_id, receiver_id))
        self.known[receiver_id] = changed
        return changed

    async def remove(self, organisation_id: str, receiver_id: str) -> None:
        found = self.known.get(receiver_id)
        if found is not None and _mine(found, organisation_id):
            del self.known[receiver_id]

    async def page(self, organisation_id: str, window: Window) -> Page[Receiver]:
        own = [one for one in self.known.values() if _mine(one, organisation_id)]
        return page_of(own, lambda one: one.receiver_id, window, newest_first=True)

    async def tell(self, deliveries: Sequence[Delivery]) -> None:
        for one in deliveries:
            self.kept.setdefault(one.delivery_id, one)

    async def codes_since(self, organisation_id: str, at: datetime) -> int:
        own = [one for one in self.kept.values() if _mine(one, organisation_id) and one.created_at >= at]
        return sum(one.event == "receiver.confirmation" for one in own)

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

    async def deliveries(self, organisation_id: str, window: Window, receiver_id: str | None) -> Page[Delivery]:
        own = [one for one in self.kept.values() if _mine(one, organisation_id)]
        meant = [one for one in own if receiver_id in {None, one.receiver_id}]
        return page_of(meant, lambda one: f"{one.created_at.isoformat()}/{one.delivery_id}", window, newest_first=True)


def _mine(one: Receiver | Delivery, organisation_id: str) -> bool:
    return one.organisation_id == organisation_id
