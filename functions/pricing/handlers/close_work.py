"""Lambda: closes runs, publications and reports whose jobs were ended (EventBridge → SQS → CloseWork)."""

from pricing.bootstrap.work import close_work
from shared.contracts.jobs import JobEnded
from shared.runtime.lambda_sqs import Delivery, sqs_handler

close = close_work()


async def consume(event: JobEnded, _: Delivery) -> None:
    """Close what pricing keeps of the job."""
    await close(event.organisation_id, event.job_id)


handler = sqs_handler(JobEnded, consume)
