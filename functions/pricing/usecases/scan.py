"""A scan: plan which pages to read, and record what was read.

Both may be done twice for one message: a page asked for twice is read once in five minutes and recorded
once for ever, because an observation's id is made of its offer and its job.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import batched, groupby

from pricing.domain.market import Observation, Offer
from pricing.usecases.ports import Offers, PagesOfHost, Recorded, ScanLog, Scanners
from shared.kernel.clock import Clock

PAGES_IN_A_MESSAGE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanScan:
    """Split a scan into the pages of each host and ask the scanners to read them."""

    offers: Offers
    scanners: Scanners
    log: ScanLog
    clock: Clock

    async def __call__(self, organisation_id: str, job_id: str, competitor_ids: Sequence[str]) -> int:
        """Ask for the pages, then announce how many there are; returns their number."""
        offers = await self.offers.to_scan(organisation_id, competitor_ids)
        at = self.clock()
        await self.scanners.scan(organisation_id, job_id, _parts(offers), at)
        await self.log.plan(job_id, organisation_id, len(offers), at)
        return len(offers)


def _parts(offers: Sequence[Offer]) -> list[PagesOfHost]:
    ordered = sorted(offers, key=lambda offer: (offer.host, offer.offer_id))
    return [
        PagesOfHost(host, tuple(some), part)
        for host, of_host in groupby(ordered, key=lambda offer: offer.host)
        for part, some in enumerate(batched(of_host, PAGES_IN_A_MESSAGE, strict=False))
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordObservations:
    """Record what scanners read. A failed look is recorded too, and leaves the last price as it was."""

    log: ScanLog
    clock: Clock

    async def __call__(self, job_id: str, message_id: str, observations: Sequence[Observation]) -> Recorded:
        """Keep the observations that are new; returns how many were."""
        return await self.log.record(job_id, message_id, observations, self.clock())
