"""Lambda: publishes approved prices (SQS `pricing-publish` → PublishBatch)."""

from pricing.bootstrap.publishing import publish_batch
from shared.contracts.pricing import BatchRequested
from shared.runtime.lambda_sqs import Delivery, sqs_handler

publish = publish_batch()


async def consume(event: BatchRequested, _: Delivery) -> None:
    """Publish the batch."""
    await publish(event.organisation_id, event.batch_id)


handler = sqs_handler(BatchRequested, consume)
