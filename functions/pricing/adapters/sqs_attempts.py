"""Attempts on their way to the senders, which hold no store, and what they came to on its way back."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from pricing.domain.delivery import Tried
from pricing.domain.receiver import Channel
from pricing.usecases.receiver_ports import Attempt
from shared.contracts.pricing import DeliveryRequested, DeliveryTried
from shared.kernel.clock import Clock
from shared.kernel.identifiers import derived_id
from shared.runtime.queues import Queue


class SqsAttempts:
    """The way to the senders, a queue for each channel; several may share one."""

    def __init__(self, queues: Mapping[Channel, Queue], clock: Clock) -> None:
        self._queues = queues
        self._clock = clock

    async def ask(self, attempts: Sequence[Attempt]) -> None:
        """Ask for attempts, each at its channel's sender."""
        at = self._clock()
        for queue in dict.fromkeys(self._queues.values()):
            own = [_requested(one, at) for one in attempts if self._queues[one.channel] is queue]
            if own:
                await queue.send(own)


def _requested(attempt: Attempt, at: datetime) -> DeliveryRequested:
    return DeliveryRequested(
        id=derived_id("msg", "delivery", attempt.delivery_id, str(attempt.attempt)),
        occurred_at=at,
        correlation_id=attempt.delivery_id,
        organisation_id=attempt.organisation_id,
        delivery_id=attempt.delivery_id,
        attempt=attempt.attempt,
        channel=attempt.channel,
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
        channel=event.channel,
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
        verdict=tried.verdict,
        wait_seconds=tried.wait_seconds,
    )


def tried_in(event: DeliveryTried) -> Tried:
    """What an attempt came to, in a message."""
    return Tried(
        delivery_id=event.delivery_id,
        attempt=event.attempt,
        status=event.status,
        failure=event.failure,
        verdict=event.verdict,
        wait_seconds=event.wait_seconds,
    )
