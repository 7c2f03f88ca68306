"""A scan: plan which pages to read, and record what was read.

Both may be done twice for one message: a job is planned once, and a page is recorded once for ever, because an
observation's id is made of its offer and its job. Parts are recorded in any order: an older look never replaces a
newer one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import batched, groupby

from pricing.domain.market import Observation, Offer
from pricing.domain.product_filter import Criteria
from pricing.usecases.filters import Filters
from pricing.usecases.ports import Facts, Observations, Offers, PagesOfHost, Recorded, ScanLog
from shared.kernel.clock import Clock
from shared.kernel.errors import Rejected

# A URL has 2,048 characters at most, so a request stays within what a queue takes without the bucket's help:
# the scanner, which meets untrusted pages, cannot read large messages there.
PAGES_IN_A_MESSAGE = 75
PRODUCTS_AT_ONCE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketPart:
    """Which offers a scan is about: all, or those of some competitors, a category, a saved filter or a failed job.

    A re-match (`not_found`) takes up the offers whose pages were lost; every other scan leaves those out.
    """

    competitor_ids: tuple[str, ...] = ()
    category: str | None = None
    filter_id: str | None = None
    failed_of: str | None = None
    not_found: bool = False

    @property
    def is_all(self) -> bool:
        """Whether no part is named."""
        return not (self.competitor_ids or self.category or self.filter_id or self.failed_of)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanScan:
    """Split a scan into the pages of each host and ask the scanners to read them."""

    facts: Facts
    filters: Filters
    offers: Offers
    observations: Observations
    log: ScanLog
    clock: Clock

    async def __call__(self, organisation_id: str, job_id: str, part: MarketPart) -> int:
        """Ask for the pages and announce how many there are; returns their number. A filter that is gone is told."""
        try:
            offers = _wanted(await self._offers(organisation_id, part), part)
        except Rejected as error:
            await self.log.refuse(organisation_id, job_id, error.detail, self.clock())
            return 0
        await self.log.plan(organisation_id, job_id, _parts(offers), self.clock())
        return len(offers)

    async def _offers(self, organisation_id: str, part: MarketPart) -> Sequence[Offer]:
        if part.failed_of is not None:
            failed = await self.observations.failed_of(organisation_id, part.failed_of)
            return await self.offers.some(organisation_id, failed)
        if part.filter_id is not None:
            saved = await self.filters.get(organisation_id, part.filter_id)
            return await self._offers_of(organisation_id, saved.criteria)
        if part.category is not None:
            return await self._offers_of(organisation_id, Criteria(categories=(part.category,)))
        return await self.offers.to_scan(organisation_id, part.competitor_ids)

    async def _offers_of(self, organisation_id: str, criteria: Criteria) -> list[Offer]:
        found: list[Offer] = []
        after = ""
        while products := await self.facts.some_meant(organisation_id, criteria, PRODUCTS_AT_ONCE, after):
            of_products = await self.offers.of_products(organisation_id, [one.product_id for one in products])
            found += [offer for offers in of_products.values() for offer in offers]
            after = products[-1].product_id
        return found


def _wanted(offers: Sequence[Offer], part: MarketPart) -> list[Offer]:
    if part.not_found:
        # By the clock a lost page is looked for a few times; who names a part means all that is lost in it.
        return [offer for offer in offers if offer.is_lost and not (part.is_all and offer.is_given_up)]
    return [offer for offer in offers if not offer.is_lost or part.failed_of is not None]


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
