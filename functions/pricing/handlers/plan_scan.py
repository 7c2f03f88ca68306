"""Lambda: splits a scan into pages (SQS `pricing-scan-requests` → PlanScan)."""

from pricing.bootstrap.market import plan_scan
from pricing.usecases.scan import MarketPart
from shared.contracts.pricing import ScanRequested
from shared.runtime.lambda_sqs import Delivery, sqs_handler

plan = plan_scan()


async def consume(event: ScanRequested, _: Delivery) -> None:
    """Plan the scan of one job."""
    part = MarketPart(
        competitor_ids=event.competitor_ids,
        category=event.category,
        filter_id=event.filter_id,
        failed_of=event.failed_of,
        not_found=event.not_found,
        by_budget=event.by_budget,
    )
    await plan(event.organisation_id, event.job_id, part)


handler = sqs_handler(ScanRequested, consume)
