"""Lambda: fetches catalogue files from the web (SQS `products-pulls` → PullFile → SQS `products-pulled`).

It runs outside the network of the stores and is told nothing of them.
"""

from products.bootstrap import pull_file
from products.usecases.pull import Pull
from shared.contracts.products import PullRequested
from shared.runtime.lambda_sqs import Delivery, sqs_handler

pull = pull_file()


async def consume(event: PullRequested, _: Delivery) -> None:
    """Fetch the file and hand it over."""
    await pull(
        Pull(
            job_id=event.job_id,
            organisation_id=event.organisation_id,
            shop_id=event.shop_id,
            source_url=event.source_url,
        )
    )


handler = sqs_handler(PullRequested, consume)
