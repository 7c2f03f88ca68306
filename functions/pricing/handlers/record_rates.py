"""Lambda: keeps exchange rates (SQS `pricing-rates` → RecordRates)."""

from pricing.adapters.sqs_rates import tables_in
from pricing.bootstrap.market import record_rates
from shared.contracts.pricing import RatesPublished
from shared.runtime.lambda_sqs import Delivery, sqs_handler
from shared.runtime.observability import emit

record = record_rates()


async def consume(event: RatesPublished, _: Delivery) -> None:
    """Keep every day of the message."""
    emit("RatesNew", await record(tables_in(event)))


handler = sqs_handler(RatesPublished, consume)
