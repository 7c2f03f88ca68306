"""Lambda: takes the decisions of a policy run (SQS `pricing-decide` → DecideRun)."""

from pricing.bootstrap import decide_run
from shared.contracts.pricing import RunRequested
from shared.runtime.lambda_sqs import Delivery, sqs_handler

decide = decide_run()


async def consume(event: RunRequested, _: Delivery) -> None:
    """Decide the run."""
    await decide(event.organisation_id, event.run_id)


handler = sqs_handler(RunRequested, consume)
