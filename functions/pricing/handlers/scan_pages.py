"""Lambda: reads competitors' pages (SQS `pricing-pages.fifo` → ScanPages → SQS `pricing-observed`).

It runs outside the network of the stores and is told nothing of them.
"""

import time

from pricing.adapters.sqs_observed import SqsObserved
from pricing.bootstrap import scanner
from pricing.usecases.scan_pages import PageAsked, Scan
from shared.contracts.pricing import PagesToScan
from shared.runtime.lambda_sqs import Delivery, sqs_handler

# What is left of the function's time when the last page must have come to an end.
RESERVE_SECONDS = 25.0

scan, observed = scanner()


async def consume(event: PagesToScan, delivery: Delivery) -> None:
    """Read every page of the request."""
    asked = [
        PageAsked(**page.model_dump(include={"offer_id", "product_id", "competitor_id", "url"})) for page in event.pages
    ]
    deadline = time.monotonic() + delivery.remaining_ms() / 1000 - RESERVE_SECONDS
    this = Scan(organisation_id=event.organisation_id, job_id=event.job_id, deadline=deadline)
    await scan(asked, SqsObserved(observed, event), this)


handler = sqs_handler(PagesToScan, consume, fifo=True)
