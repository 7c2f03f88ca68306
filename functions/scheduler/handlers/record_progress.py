"""Lambda: keeps the news of jobs (EventBridge → SQS `scheduler-progress` → FollowJob)."""

from typing import Annotated

from pydantic import Field

from scheduler.adapters.messages import News, opened_job, part_of
from scheduler.bootstrap import follow_job
from shared.contracts.jobs import JobEnded, JobOpened, JobPlanned, JobProgressed
from shared.runtime.lambda_sqs import Delivery, sqs_handler

follow = follow_job()

type Progress = Annotated[JobOpened | JobPlanned | JobProgressed | JobEnded, Field(discriminator="type")]


async def consume(event: JobOpened | News, _: Delivery) -> None:
    """Keep what the event tells of."""
    if isinstance(event, JobOpened):
        await follow.opened(opened_job(event))
    else:
        await follow.told(part_of(event, follow.clock()))


handler = sqs_handler(Progress, consume)
