"""Lambda: writes reports (SQS `pricing-reports` → WriteReport)."""

from pricing.bootstrap.figures import write_report
from pricing.usecases.report import Report
from shared.contracts.pricing import ReportRequested
from shared.runtime.lambda_sqs import Delivery, sqs_handler

write = write_report()


async def consume(event: ReportRequested, _: Delivery) -> None:
    """Write the report's file."""
    report = Report(
        report_id=event.job_id,
        organisation_id=event.organisation_id,
        kind=event.report,
        filter_id=event.filter_id,
        state="PENDING",
        requested_by="a schedule",
        requested_at=event.occurred_at,
    )
    await write(report)


handler = sqs_handler(ReportRequested, consume)
