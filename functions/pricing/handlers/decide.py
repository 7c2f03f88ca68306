"""Lambda: takes the decisions of a policy run (SQS `pricing-decide` → DecideRun)."""

from pricing.bootstrap import decide_run
from shared.contracts.pricing import RunRequested
from shared.runtime.lambda_sqs import Delivery, sqs_handler
from shared.runtime.observability import emit

decide = decide_run()


async def consume(event: RunRequested, _: Delivery) -> None:
    """Decide the run."""
    run = await decide(event.organisation_id, event.run_id)
    for reason, count in (run.reasons or {}).items():
        emit("Decisions", count, reason=reason)


handler = sqs_handler(RunRequested, consume)
