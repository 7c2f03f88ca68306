"""Pricing's own work, on its queues."""

from collections.abc import Sequence
from datetime import datetime

from pricing.usecases.ports import Batch, PagesOfHost, Run
from shared.contracts.pricing import BatchRequested, PagesToScan, PageToScan, RunRequested
from shared.kernel.identifiers import derived_id
from shared.runtime.queues import Queue


class SqsWork:
    """Asks pricing's workers for decisions and publications."""

    def __init__(self, decide: Queue, publish: Queue) -> None:
        self._decide = decide
        self._publish = publish

    async def run(self, run: Run) -> None:
        """Ask for a run's decisions."""
        message = RunRequested(
            id=derived_id("msg", "run", run.run_id),
            occurred_at=run.requested_at,
            correlation_id=run.run_id,
            organisation_id=run.organisation_id,
            run_id=run.run_id,
        )
        await self._decide.send([message])

    async def publish(self, batch: Batch) -> None:
        """Ask for a batch's publication."""
        message = BatchRequested(
            id=derived_id("msg", "batch", batch.batch_id),
            occurred_at=batch.requested_at,
            correlation_id=batch.batch_id,
            organisation_id=batch.organisation_id,
            batch_id=batch.batch_id,
        )
        await self._publish.send([message])


class SqsScanners:
    """Asks scanners for pages: one message group for each host, so that a host is read by one scanner at a time."""

    def __init__(self, pages: Queue) -> None:
        self._pages = pages

    async def scan(self, organisation_id: str, job_id: str, pages: Sequence[PagesOfHost], at: datetime) -> None:
        """Ask for pages to be read; asking twice with one job id is asking once."""
        for part in pages:
            message = PagesToScan(
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
            await self._pages.send([message], group=part.host)
