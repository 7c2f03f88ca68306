"""Lambda: divides policy runs and takes their decisions (SQS `pricing-decide` → PlanRun, DecidePart)."""

from typing import Annotated

from pydantic import Field

from pricing.bootstrap.deciding import decider
from pricing.usecases.ports import ShopPart
from shared.contracts.pricing import RunPartRequested, RunRequested
from shared.runtime.lambda_sqs import Delivery, sqs_handler
from shared.runtime.observability import emit

type Asked = Annotated[RunRequested | RunPartRequested, Field(discriminator="type")]

plan, decide = decider()


async def consume(event: RunRequested | RunPartRequested, _: Delivery) -> None:
    """Divide the run, or decide a part of it."""
    if isinstance(event, RunRequested):
        await plan(event.organisation_id, event.run_id)
        return
    part = ShopPart(after=event.after, until=event.until, partitions=event.partitions)
    run = await decide(event.organisation_id, event.run_id, event.place, part)
    for reason, count in (run.reasons or {}).items():
        emit("Decisions", count, reason=reason)


handler = sqs_handler(Asked, consume)
