"""Lambda: keeps what attempts to tell receivers came to (SQS `pricing-delivered` → RecordDelivery)."""

from pricing.adapters.sqs_attempts import tried_in
from pricing.bootstrap.telling import record_deliveries
from shared.contracts.pricing import DeliveryTried
from shared.runtime.lambda_sqs import Delivery, sqs_handler

record = record_deliveries()


async def consume(event: DeliveryTried, _: Delivery) -> None:
    """Keep what one attempt came to."""
    await record(event.organisation_id, tried_in(event))


handler = sqs_handler(DeliveryTried, consume)
