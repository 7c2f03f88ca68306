"""Lambda: keeps what the catalogue announces (SQS `pricing-products` → RecordProducts)."""

from pricing.adapters.messages import facts_of
from pricing.bootstrap.market import record_products
from shared.contracts.products import ProductsChanged
from shared.runtime.lambda_sqs import Delivery, sqs_handler

record = record_products()


async def consume(event: ProductsChanged, _: Delivery) -> None:
    """Keep every product of the event."""
    await record([facts_of(event.organisation_id, told) for told in event.products], again=event.again)


handler = sqs_handler(ProductsChanged, consume)
