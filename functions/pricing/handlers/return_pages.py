"""Lambda: gives pages back to their lanes when their time has come (SQS `pricing-pages-later` → `pricing-pages.fifo`).

Like the scanner it runs outside the network of the stores and is told nothing of them.
"""

from typing import Annotated

from pydantic import Field

from pricing.bootstrap.market import return_pages
from shared.contracts.discovery import DiscoverPages
from shared.contracts.pricing import PagesToScan
from shared.runtime.lambda_sqs import Delivery, sqs_handler

type Waiting = Annotated[PagesToScan | DiscoverPages, Field(discriminator="type")]

back = return_pages()


async def consume(event: PagesToScan | DiscoverPages, _: Delivery) -> None:
    """Give back the pages of one request."""
    await back.give(event)


handler = sqs_handler(Waiting, consume)
