"""Lambda: starts jobs that are due (SQS `scheduler-due` → StartJob)."""

from scheduler.adapters.messages import job_of
from scheduler.bootstrap import start_job
from shared.contracts.scheduler import JobDue
from shared.runtime.lambda_sqs import Delivery, sqs_handler

start = start_job()


async def consume(event: JobDue, delivery: Delivery) -> None:
    """Start the job."""
    await start(job_of(event, delivery.sent_at))


handler = sqs_handler(JobDue, consume)
