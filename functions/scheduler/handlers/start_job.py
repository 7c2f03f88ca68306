"""Lambda: starts jobs that are due (EventBridge Scheduler → SQS `scheduler-due` → FireSchedule)."""

from scheduler.adapters.messages import moment_of
from scheduler.bootstrap import start_job
from shared.contracts.scheduler import JobDue
from shared.runtime.lambda_sqs import Delivery, sqs_handler

fire = start_job()


async def consume(event: JobDue, delivery: Delivery) -> None:
    """Start the job of the run."""
    await fire(event.organisation_id, event.schedule_id, moment_of(event, delivery.sent_at))


handler = sqs_handler(JobDue, consume)
