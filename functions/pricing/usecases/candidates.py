"""Look for a competitor's pages, and keep those that were found for people to match."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from pricing.domain.candidate import MOST_SUGGESTIONS, Candidate, Suggestion, candidate_id_of, identifiers_in
from pricing.domain.errors import NotTheirPage
from pricing.domain.lanes import lane_of
from pricing.domain.market import ProductFacts
from pricing.domain.site import NamedPage
from pricing.usecases.ports import Competitors, Facts
from shared.kernel.clock import Clock
from shared.kernel.paging import Page, Window
from shared.kernel.public_url import checked_url, host_of


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscoveryJob:
    """A job that looks for a competitor's pages: from one address on, or from what its robots.txt names."""

    job_id: str
    organisation_id: str
    competitor_id: str
    domain: str
    lane: int
    start_url: str | None
    requested_by: str
    requested_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part of what a job found; the last names those before it, which may arrive after it."""

    message_id: str
    job_id: str
    organisation_id: str
    problems: tuple[str, ...] = ()
    last: bool = False
    before: tuple[str, ...] = ()


class Candidates(Protocol):
    """The found pages of every organisation."""

    async def start(self, job: DiscoveryJob) -> None:
        """Ask the scanner for a site's pages and announce the job, in one."""

    async def keep(self, part: Part, found: Sequence[Candidate], at: datetime) -> None:
        """Keep pages and announce the progress, in one; a part that comes twice is kept once.

        A page that is known keeps when it was found first. The job ends with the last of its parts to arrive.
        """

    async def page(
        self, organisation_id: str, window: Window, competitor_id: str | None, *, suggested: bool
    ) -> Page[Candidate]:
        """Return some pages that nobody watches, by id: of one competitor or all, with a suggestion or all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StartDiscovery:
    """Look for the pages of a competitor."""

    competitors: Competitors
    candidates: Candidates
    lanes: int
    clock: Clock

    async def __call__(
        self, organisation_id: str, competitor_id: str, start_url: str | None, user_id: str, job_id: str
    ) -> DiscoveryJob:
        """Start the job; an address that is not on the competitor's domain is refused."""
        competitor = await self.competitors.get(organisation_id, competitor_id)
        if start_url is not None:
            start_url = checked_url(start_url)
            if not competitor.owns(host_of(start_url)):
                detail = f"«{host_of(start_url)}» is not on {competitor.domain}, the domain of «{competitor_id}»"
                raise NotTheirPage(detail)
        job = DiscoveryJob(
            job_id=job_id,
            organisation_id=organisation_id,
            competitor_id=competitor_id,
            domain=competitor.domain,
            lane=lane_of(competitor.domain if start_url is None else host_of(start_url), self.lanes),
            start_url=start_url,
            requested_by=user_id,
            requested_at=self.clock(),
        )
        await self.candidates.start(job)
        return job


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordCandidates:
    """Keep what a scanner found, each page with the products that share an identifier with it."""

    facts: Facts
    candidates: Candidates
    clock: Clock

    async def __call__(self, part: Part, competitor_id: str, pages: Sequence[NamedPage]) -> None:
        """Keep a part of what was found."""
        at = self.clock()
        said = {page.url: identifiers_in(page.url, page.title) for page in pages}
        wanted = sorted({one for found in said.values() for one in found})
        products = await self.facts.by_identifiers(part.organisation_id, wanted) if wanted else {}
        found = [
            Candidate(
                candidate_id=candidate_id_of(part.organisation_id, page.url),
                organisation_id=part.organisation_id,
                competitor_id=competitor_id,
                url=page.url,
                job_id=part.job_id,
                first_found_at=at,
                found_at=at,
                title=page.title,
                modified=page.modified,
                suggestions=_suggestions(said[page.url], products),
            )
            for page in pages
        ]
        await self.candidates.keep(part, found, at)


def _suggestions(said: Sequence[str], products: dict[str, list[ProductFacts]]) -> tuple[Suggestion, ...]:
    """The products that share an identifier with a page, those with the longest first."""
    by_product: dict[str, Suggestion] = {}
    for one in sorted(said, key=len, reverse=True):
        for product in products.get(one, ()):
            suggestion = Suggestion(product_id=product.product_id, sku=product.sku, because=one)
            by_product.setdefault(product.product_id, suggestion)
    return tuple(list(by_product.values())[:MOST_SUGGESTIONS])


def found_again(before: Candidate, after: Candidate) -> Candidate:
    """A known page that was found again: it keeps when it was found first, and its title where the new one has none."""
    return replace(after, first_found_at=before.first_found_at, title=after.title or before.title)
