"""Lambda: closes what pricing keeps of jobs that were ended, and notes imports that failed (EventBridge → SQS)."""

from typing import Annotated

from pydantic import Field

from pricing.bootstrap.work import close_work, note_import
from pricing.usecases.raise_failures import ImportEnded as Ended
from shared.contracts.jobs import JobEnded
from shared.contracts.products import ImportEnded
from shared.runtime.lambda_sqs import Delivery, sqs_handler

close = close_work()
note = note_import()

type WorkEnded = Annotated[JobEnded | ImportEnded, Field(discriminator="type")]


async def consume(event: JobEnded | ImportEnded, _: Delivery) -> None:
    """Close what pricing keeps of the job, or note what failed of the import."""
    if isinstance(event, JobEnded):
        await close(event.organisation_id, event.job_id)
        return
    await note(
        Ended(
            import_id=event.import_id,
            organisation_id=event.organisation_id,
            shop_id=event.shop_id,
            rows=event.rows,
            accepted=event.accepted,
            detail=event.detail,
            at=event.occurred_at,
        )
    )


handler = sqs_handler(WorkEnded, consume)
