"""Work for pricing's own workers, as messages; their ids are made of the work's, so asking twice is asking once."""

from datetime import datetime

from pricing.usecases.ports import Batch, PagesOfHost, Run
from shared.contracts.pricing import BatchRequested, PagesToScan, PageToScan, RunRequested
from shared.kernel.identifiers import derived_id

DECIDE = "decide"
PUBLISH = "publish"
PAGES = "pages"
REPORTS = "reports"


def run_requested(run: Run) -> RunRequested:
    """Decide a run."""
    return RunRequested(
        id=derived_id("msg", "run", run.run_id),
        occurred_at=run.requested_at,
        correlation_id=run.run_id,
        organisation_id=run.organisation_id,
        run_id=run.run_id,
    )


def batch_requested(batch: Batch) -> BatchRequested:
    """Publish a batch."""
    return BatchRequested(
        id=derived_id("msg", "batch", batch.batch_id),
        occurred_at=batch.requested_at,
        correlation_id=batch.batch_id,
        organisation_id=batch.organisation_id,
        batch_id=batch.batch_id,
    )


def pages_to_scan(organisation_id: str, job_id: str, part: PagesOfHost, at: datetime) -> PagesToScan:
    """Read pages of one host."""
    return PagesToScan(
        id=derived_id("msg", "scan", job_id, part.host, str(part.part)),
        occurred_at=at,
        correlation_id=job_id,
        organisation_id=organisation_id,
        job_id=job_id,
        host=part.host,
        pages=tuple(
            PageToScan(
                offer_id=offer.offer_id,
                product_id=offer.product_id,
                competitor_id=offer.competitor_id,
                url=offer.url,
            )
            for offer in part.offers
        ),
    )
