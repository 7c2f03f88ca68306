"""What tells people is kept in, shut with, and sent by."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from pricing.domain.delivery import Delivery, Tried
from pricing.domain.receiver import Channel, Receiver
from shared.kernel.paging import Page, Window


class Receivers(Protocol):
    """The receivers of every organisation and what is on its way to them."""

    async def add(self, receiver: Receiver) -> None:
        """Keep a new receiver; `TooManyReceivers` when there are as many as there may be, also for two at once."""

    async def get(self, organisation_id: str, receiver_id: str) -> Receiver:
        """Return one receiver; `ReceiverNotFound` when there is none."""

    async def change(self, organisation_id: str, receiver_id: str, change: Callable[[Receiver], Receiver]) -> Receiver:
        """Keep what `change` makes of a receiver, one change after the other; `ReceiverNotFound` without one."""

    async def remove(self, organisation_id: str, receiver_id: str) -> None:
        """Forget a receiver; what is on its way to it is not sent any more."""

    async def page(self, organisation_id: str, window: Window) -> Page[Receiver]:
        """Return some receivers, newest first."""

    async def tell(self, deliveries: Sequence[Delivery]) -> None:
        """Keep events on their way; one that is kept already stays as it is."""

    async def codes_since(self, organisation_id: str, at: datetime) -> int:
        """Return how many codes were sent since a moment."""

    async def due(self, at: datetime, limit: int) -> Sequence[Delivery]:
        """Return deliveries of every organisation whose next attempt is due, oldest first."""

    async def delivery(self, organisation_id: str, delivery_id: str) -> Delivery | None:
        """Return one delivery, if there is one."""

    async def move(self, before: Delivery, after: Delivery) -> bool:
        """Keep what became of a delivery, unless somebody else changed it since."""

    async def deliveries(self, organisation_id: str, window: Window, receiver_id: str | None) -> Page[Delivery]:
        """Return some deliveries, newest first, to one receiver or to all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """What a sender is to do. `url` is a URL or an e-mail address; a URL that is itself a secret is still sealed."""

    organisation_id: str
    delivery_id: str
    attempt: int
    url: str
    body: str
    channel: Channel = "webhook"
    headers: dict[str, str] = field(default_factory=dict)


class AttemptsWanted(Protocol):
    """The way to the senders."""

    async def ask(self, attempts: Sequence[Attempt]) -> None:
        """Ask for attempts, each at its channel's sender."""


class Sender(Protocol):
    """What meets the receivers of some channels."""

    async def post(self, attempt: Attempt) -> Tried:
        """Make one attempt; whatever the receiver does ends in a status or a named failure."""
