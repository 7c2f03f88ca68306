"""Lambda: computes simulations (SQS `pricing-simulations` → Simulate)."""

from pricing.bootstrap.simulating import simulator
from shared.contracts.pricing import SimulationRequested
from shared.runtime.lambda_sqs import Delivery, sqs_handler

simulate = simulator()


async def consume(event: SimulationRequested, delivery: Delivery) -> None:
    """Compute the simulation and write its files."""
    await simulate(event.organisation_id, event.job_id, lambda: delivery.remaining_ms() / 1000)


handler = sqs_handler(SimulationRequested, consume)
