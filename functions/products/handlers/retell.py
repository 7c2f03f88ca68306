"""Lambda: tells a shop's products again (SQS `products-retell` → TellAgain)."""

from products.bootstrap import tell_again
from shared.contracts.pricing import FactsWanted
from shared.runtime.lambda_sqs import Delivery, sqs_handler

# What the batch that is under way may take.
RESERVE_MS = 20_000

tell = tell_again()


async def consume(event: FactsWanted, delivery: Delivery) -> None:
    """Tell as much as the time allows, and ask for the rest."""
    await tell(event.organisation_id, event.job_id, event.shop_id, lambda: delivery.remaining_ms() > RESERVE_MS)


handler = sqs_handler(FactsWanted, consume)
