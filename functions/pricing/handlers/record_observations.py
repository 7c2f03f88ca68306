"""Lambda: records what scanners read (SQS `pricing-observed` → RecordObservations)."""

from pricing.adapters.messages import observation_of
from pricing.bootstrap import record_observations
from shared.contracts.pricing import PagesRead
from shared.kernel.clock import system_clock
from shared.runtime.lambda_sqs import Delivery, sqs_handler
from shared.runtime.observability import emit

record = record_observations()


async def consume(event: PagesRead, _: Delivery) -> None:
    """Record every reading of the message."""
    now = system_clock()
    for reading in event.readings:
        emit("Looks", 1, outcome=reading.outcome)
        emit("LookAge", max(0.0, (now - reading.captured_at).total_seconds()), "Seconds")
    await record(event.job_id, event.id, [observation_of(event, reading) for reading in event.readings])


handler = sqs_handler(PagesRead, consume)
