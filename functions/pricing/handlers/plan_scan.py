"""Lambda: splits a scan into pages (SQS `pricing-scan-requests` → PlanScan)."""

from pricing.bootstrap import plan_scan
from shared.contracts.pricing import ScanRequested
from shared.runtime.lambda_sqs import Delivery, sqs_handler

plan = plan_scan()


async def consume(event: ScanRequested, _: Delivery) -> None:
    """Plan the scan of one job."""
    await plan(event.organisation_id, event.job_id, event.competitor_ids)


handler = sqs_handler(ScanRequested, consume)
