"""Lambda: keeps what attempts to tell webhooks came to (SQS `pricing-delivered` → RecordDelivery)."""

from pricing.bootstrap.telling import record_deliveries
from pricing.domain.webhook import Tried
from shared.contracts.pricing import DeliveryTried
from shared.runtime.lambda_sqs import Delivery, sqs_handler

record = record_deliveries()


async def consume(event: DeliveryTried, _: Delivery) -> None:
    """Keep what one attempt came to."""
    tried = Tried(delivery_id=event.delivery_id, attempt=event.attempt, status=event.status, failure=event.failure)
    await record(event.organisation_id, tried)


handler = sqs_handler(DeliveryTried, consume)
