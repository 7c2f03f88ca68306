"""Lambda: tells webhooks and Slack channels (SQS `pricing-deliver` → AioHttpReceivers → SQS `pricing-delivered`).

It runs outside the network of the stores and is told nothing of them. What it sends to webhooks is signed already; the
address of a Slack channel, which is its secret, comes sealed and is opened here.
"""

from pricing.adapters.sqs_attempts import attempt_in, tried_message
from pricing.bootstrap.web import web_sender
from pricing.domain.delivery import is_stale
from shared.contracts.pricing import DeliveryRequested
from shared.kernel.clock import system_clock
from shared.runtime.lambda_sqs import Delivery, sqs_handler
from shared.runtime.observability import emit

sending = web_sender()


async def consume(event: DeliveryRequested, _: Delivery) -> None:
    """Make one attempt. That a receiver does not answer is an end like any other: the next attempt is asked for.

    One that lay until then is not made: the receiver would be told twice.
    """
    if is_stale(event.occurred_at, system_clock()):
        emit("Attempts", 1, channel=event.channel, outcome="stale")
        return
    tried = await sending.sender.post(attempt_in(event))
    await sending.delivered.send([tried_message(event, tried, system_clock())])
    outcome = "unanswered" if tried.status is None else f"{tried.status // 100}xx"
    emit("Attempts", 1, channel=event.channel, outcome=outcome)


handler = sqs_handler(DeliveryRequested, consume)
