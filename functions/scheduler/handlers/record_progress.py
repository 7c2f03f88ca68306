"""Lambda: keeps count of jobs' items (EventBridge → SQS `scheduler-progress` → FollowJob)."""

from typing import Annotated

from pydantic import Field

from scheduler.bootstrap import follow_job
from shared.contracts.pricing import ScanPlanned, ScanProgressed
from shared.runtime.lambda_sqs import Delivery, sqs_handler

follow = follow_job()

type Progress = Annotated[ScanPlanned | ScanProgressed, Field(discriminator="type")]


async def consume(event: ScanPlanned | ScanProgressed, _: Delivery) -> None:
    """Count what the event tells of."""
    if isinstance(event, ScanPlanned):
        await follow.planned(event.organisation_id, event.job_id, event.id, event.pages)
    else:
        counts = (event.pages_read, event.pages_failed)
        await follow.progressed(event.organisation_id, event.job_id, event.id, counts)


handler = sqs_handler(Progress, consume)
