"""Second looks at kept pages, as messages on the queue of observations."""

from pricing.adapters.sqs_observed import reading_of
from pricing.domain.reading import Reader
from pricing.usecases.looks import Look
from shared.contracts.pricing import PagesRead, PageUnread
from shared.kernel.clock import Clock
from shared.kernel.identifiers import derived_id
from shared.runtime.queues import Queue


class SqsSecondLooks:
    """Answers one request to read a page that nobody could read."""

    def __init__(self, queue: Queue, request: PageUnread, clock: Clock) -> None:
        self._queue = queue
        self._request = request
        self._clock = clock

    async def tell(self, look: Look) -> None:
        """Send the look; its message's id is made of the request's, so telling it twice is telling it once."""
        request = self._request
        page = request.page
        # Not a reading of our readers' version: as long as they find no price, every scan fetches the page anew.
        own = {"readers_version": None, "etag": page.etag, "last_modified": page.last_modified, "bytes_read": 0}
        await self._queue.send(
            [
                PagesRead(
                    id=derived_id("msg", "second-look", request.id),
                    occurred_at=self._clock(),
                    correlation_id=request.correlation_id,
                    organisation_id=request.organisation_id,
                    job_id=request.job_id,
                    second_look_by=Reader.LLM.value,
                    readings=(reading_of(look).model_copy(update=own),),
                )
            ]
        )
