"""Lambda: records what scanners read and found (SQS `pricing-observed` → RecordObservations, RecordCandidates)."""

from typing import Annotated

from pydantic import Field

from pricing.adapters.messages import observation_of
from pricing.bootstrap.market import record_candidates, record_observations
from pricing.domain.site import NamedPage
from pricing.usecases.candidates import Part
from shared.contracts.discovery import PagesDiscovered
from shared.contracts.pricing import PagesRead
from shared.kernel.clock import system_clock
from shared.runtime.lambda_sqs import Delivery, sqs_handler
from shared.runtime.observability import emit

type Seen = Annotated[PagesRead | PagesDiscovered, Field(discriminator="type")]

record = record_observations()
keep_candidates = record_candidates()


async def consume(event: PagesRead | PagesDiscovered, _: Delivery) -> None:
    """Record every reading of the message, or every page that was found."""
    if isinstance(event, PagesDiscovered):
        await keep_candidates(
            Part(
                message_id=event.id,
                job_id=event.job_id,
                organisation_id=event.organisation_id,
                problems=event.problems,
                last=event.last,
                before=event.before,
            ),
            event.competitor_id,
            [NamedPage(page.url, title=page.title, modified=page.modified) for page in event.pages],
        )
        return
    now = system_clock()
    looks = [observation_of(event, reading) for reading in event.readings]
    if event.second_look_by is not None:
        # The pages were counted when they were looked at first.
        again = await record(event.job_id, event.id, looks, second_look=True)
        emit("LooksSuspicious", again.suspicious)
        return
    for reading in event.readings:
        emit("Looks", 1, outcome=reading.outcome)
        emit("LookAge", max(0.0, (now - reading.captured_at).total_seconds()), "Seconds")
    recorded = await record(event.job_id, event.id, looks)
    # What is new of the message: a share of these is what the alarm looks at.
    emit("LooksRead", recorded.read)
    emit("LooksFailed", recorded.failed)
    emit("LooksSuspicious", recorded.suspicious)


handler = sqs_handler(Seen, consume)
