"""Lambda: reads competitors' pages, and looks for them (SQS `pricing-pages.fifo` → ScanPages, DiscoverSite).

What was read and found leaves for `pricing-observed`. It runs outside the network of the stores and is told nothing of
them.
"""

import time
from typing import Annotated

from pydantic import Field

from pricing.adapters.recipe_messages import recipe_of
from pricing.adapters.sqs_discovered import SqsDiscovered, discovery_of
from pricing.adapters.sqs_observed import SqsObserved
from pricing.bootstrap.scanning import scanner
from pricing.usecases.looks import PageAsked, Scan
from shared.contracts.discovery import DiscoverPages
from shared.contracts.pricing import PagesToScan
from shared.kernel.clock import system_clock
from shared.runtime.lambda_sqs import Delivery, sqs_handler

type Asked = Annotated[PagesToScan | DiscoverPages, Field(discriminator="type")]

# What is left of the function's time when the last page must have come to an end.
RESERVE_SECONDS = 25.0

scanning = scanner()


async def consume(event: PagesToScan | DiscoverPages, delivery: Delivery) -> None:
    """Read every page of the request, or what names a site's pages."""
    deadline = time.monotonic() + delivery.remaining_ms() / 1000 - RESERVE_SECONDS
    if isinstance(event, DiscoverPages):
        found = SqsDiscovered(scanning.observed, scanning.later, event, system_clock)
        await scanning.discover(discovery_of(event), found, deadline)
        return
    this = Scan(
        organisation_id=event.organisation_id,
        job_id=event.job_id,
        lane=event.lane,
        planned_at=event.occurred_at,
        deadline=deadline,
        carried=event.carried,
        recipes={competitor_id: recipe_of(recipe) for competitor_id, recipe in event.recipes.items()},
    )
    asked = [PageAsked(**page.model_dump()) for page in event.pages]
    await scanning.scan(asked, SqsObserved(scanning.observed, scanning.later, event), this)


handler = sqs_handler(Asked, consume, fifo=True)
