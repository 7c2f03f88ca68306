"""Attempts on their way to the sender, which holds no store, and what they came to on its way back."""

from collections.abc import Sequence
from datetime import datetime

from pricing.domain.webhook import Tried
from pricing.usecases.webhooks import Attempt
from shared.contracts.pricing import DeliveryRequested, DeliveryTried
from shared.kernel.clock import Clock
from shared.kernel.identifiers import derived_id
from shared.runtime.queues import Queue


class SqsAttempts:
    """The way to the sender."""

    def __init__(self, queue: Queue, clock: Clock) -> None:
        self._queue = queue
        self._clock = clock

    async def ask(self, attempts: Sequence[Attempt]) -> None:
        """Ask for attempts."""
        if attempts:
            await self._queue.send([_requested(one, self._clock()) for one in attempts])


def _requested(attempt: Attempt, at: datetime) -> DeliveryRequested:
    return DeliveryRequested(
        id=derived_id("msg", "delivery", attempt.delivery_id, str(attempt.attempt)),
        occurred_at=at,
        correlation_id=attempt.delivery_id,
        organisation_id=attempt.organisation_id,
        delivery_id=attempt.delivery_id,
        attempt=attempt.attempt,
        url=attempt.url,
        headers=attempt.headers,
        body=attempt.body,
    )


def attempt_in(event: DeliveryRequested) -> Attempt:
    """The attempt that a message asks for."""
    return Attempt(
        organisation_id=event.organisation_id,
        delivery_id=event.delivery_id,
        attempt=event.attempt,
        url=event.url,
        headers=event.headers,
        body=event.body,
    )


def tried_message(event: DeliveryRequested, tried: Tried, at: datetime) -> DeliveryTried:
    """What an attempt came to, as a message."""
    return DeliveryTried(
        id=derived_id("msg", "tried", event.delivery_id, str(event.attempt)),
        occurred_at=at,
        correlation_id=event.delivery_id,
        organisation_id=event.organisation_id,
        delivery_id=event.delivery_id,
        attempt=event.attempt,
        status=tried.status,
        failure=tried.failure,
    )
