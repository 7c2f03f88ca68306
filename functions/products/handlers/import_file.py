"""Lambda: imports pulled catalogue files (SQS `products-pulled` → ImportPulled)."""

from products.bootstrap import import_pulled
from products.usecases.import_pulled import Pulled
from shared.contracts.products import FilePulled
from shared.runtime.lambda_sqs import Delivery, sqs_handler

import_file = import_pulled()


async def consume(event: FilePulled, _: Delivery) -> None:
    """Import the file, or close its job with the reason why there is none."""
    await import_file(
        Pulled(
            job_id=event.job_id,
            organisation_id=event.organisation_id,
            shop_id=event.shop_id,
            sha256=event.sha256,
            problem=event.problem,
        )
    )


handler = sqs_handler(FilePulled, consume)
