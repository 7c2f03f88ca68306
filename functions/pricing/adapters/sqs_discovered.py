"""What a scanner found of a site, as messages on the queue of observations."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from pricing.adapters.pages_later import PagesLater
from pricing.adapters.sqs_observed import MOST_BYTES
from pricing.domain.site import NamedPage
from pricing.usecases.discover import Discovery
from shared.contracts.discovery import DiscoverPages, FoundPage, PagesDiscovered
from shared.kernel.clock import Clock
from shared.kernel.identifiers import derived_id
from shared.runtime.queues import Queue, message_bytes, pieces

MOST_PAGES = 500


@dataclass(frozen=True, slots=True)
class SqsDiscovered:
    """Answers one request to look for pages."""

    queue: Queue
    later: PagesLater
    request: DiscoverPages
    clock: Clock
    told: list[str] = field(default_factory=list)

    async def tell(self, pages: Sequence[NamedPage], problems: Sequence[str], *, last: bool) -> None:
        """Send pages; a message's id is made of what it tells, so telling the same twice is telling it once."""
        found = [FoundPage(url=one.url, title=one.title, modified=one.modified) for one in pages]
        parts = list(pieces(found, MOST_PAGES, MOST_BYTES, message_bytes)) or [[]]
        messages = [self._message(some, problems, last=last) for some in parts]
        await self.queue.send(messages)
        self.told.extend(one.id for one in messages)

    def _message(self, pages: Sequence[FoundPage], problems: Sequence[str], *, last: bool) -> PagesDiscovered:
        request = self.request
        told = (*(page.url for page in pages), *problems, "last" if last else "")
        return PagesDiscovered(
            id=derived_id("msg", "pages-discovered", request.job_id, *told),
            occurred_at=self.clock(),
            correlation_id=request.correlation_id,
            organisation_id=request.organisation_id,
            job_id=request.job_id,
            competitor_id=request.competitor_id,
            pages=tuple(pages),
            problems=tuple(problems),
            last=last,
            before=self._told() if last else (),
        )

    def _told(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*self.request.told, *self.told)))

    async def carry(self, rest: Discovery, not_before: datetime | None) -> None:
        """Ask for the rest later; asking twice is asking once."""
        request = self.request
        again = request.model_copy(
            update={
                "id": derived_id("msg", "discover", request.id, "rest"),
                "todo": rest.todo,
                "files": rest.files,
                "pages": rest.pages,
                "carried": rest.carried,
                "told": self._told(),
                "not_before": not_before,
                "traceparent": None,
            }
        )
        await self.later.put_off(again)


def discovery_of(request: DiscoverPages) -> Discovery:
    """The discovery that a request asks for."""
    return Discovery(
        organisation_id=request.organisation_id,
        job_id=request.job_id,
        competitor_id=request.competitor_id,
        domain=request.domain,
        lane=request.lane,
        planned_at=request.occurred_at,
        todo=request.todo,
        files=request.files,
        pages=request.pages,
        carried=request.carried,
    )
