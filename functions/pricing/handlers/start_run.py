"""Lambda: starts the policy runs that schedules ask for (SQS `pricing-runs-due` → StartDueRun)."""

from pricing.bootstrap.runs import start_due_run
from shared.contracts.pricing import RunDue
from shared.runtime.lambda_sqs import Delivery, sqs_handler

start = start_due_run()


async def consume(event: RunDue, _: Delivery) -> None:
    """Start the run under the job's id."""
    await start(event.organisation_id, event.policy_id, event.requested_by, event.job_id)


handler = sqs_handler(RunDue, consume)
