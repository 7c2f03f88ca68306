"""Lambda: tells receivers of webhooks (SQS `pricing-deliver` → AioHttpWebhooks → SQS `pricing-delivered`).

It runs outside the network of the stores and is told nothing of them, nor any secret: what it sends is signed already.
"""

from pricing.adapters.sqs_webhooks import attempt_in, tried_message
from pricing.bootstrap.web import webhook_sender
from shared.contracts.pricing import DeliveryRequested
from shared.kernel.clock import system_clock
from shared.runtime.lambda_sqs import Delivery, sqs_handler
from shared.runtime.observability import emit

sending = webhook_sender()


async def consume(event: DeliveryRequested, _: Delivery) -> None:
    """Make one attempt. That a receiver does not answer is an end like any other: the next attempt is asked for."""
    tried = await sending.sender.post(attempt_in(event))
    await sending.delivered.send([tried_message(event, tried, system_clock())])
    emit("WebhookAttempts", 1, outcome="unanswered" if tried.status is None else f"{tried.status // 100}xx")


handler = sqs_handler(DeliveryRequested, consume)
