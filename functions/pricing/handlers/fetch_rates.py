"""Lambda: fetches exchange rates from the web (EventBridge Scheduler → FetchRates → SQS `pricing-rates`).

It runs outside the network of the stores and is told nothing of them.
"""

from pricing.bootstrap.web import fetch_rates
from shared.runtime.lambda_invoke import tick_handler
from shared.runtime.observability import emit, logger

fetch = fetch_rates()


async def work() -> int:
    """Fetch the rates and say how old the newest are."""
    found = await fetch()
    for problem in found.problems:
        logger.warning("a file of rates could not be had", problem=problem)
    emit("RatesProblems", len(found.problems))
    emit("RatesAge", found.age.total_seconds(), "Seconds")
    return found.tables


handler = tick_handler(work, "tables of rates told")
