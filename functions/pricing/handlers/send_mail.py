"""Lambda: tells people by e-mail (SQS `pricing-mail` → SesMail → SQS `pricing-delivered`).

It may send e-mail from one address and nothing else, and knows of no store and no secret.
"""

from pricing.adapters.sqs_attempts import attempt_in, tried_message
from pricing.bootstrap.mail import mail_sender
from pricing.domain.delivery import is_stale
from shared.contracts.pricing import DeliveryRequested
from shared.kernel.clock import system_clock
from shared.runtime.lambda_sqs import Delivery, sqs_handler
from shared.runtime.observability import emit

sending = mail_sender()


async def consume(event: DeliveryRequested, _: Delivery) -> None:
    """Make one attempt. That the mail service takes it not is an end like any other: the next attempt is asked for.

    One that lay until then is not made: people would be told twice.
    """
    if is_stale(event.occurred_at, system_clock()):
        emit("Attempts", 1, channel=event.channel, outcome="stale")
        return
    tried = await sending.sender.post(attempt_in(event))
    await sending.delivered.send([tried_message(event, tried, system_clock())])
    outcome = "unanswered" if tried.status is None else f"{tried.status // 100}xx"
    emit("Attempts", 1, channel=event.channel, outcome=outcome)


handler = sqs_handler(DeliveryRequested, consume)
