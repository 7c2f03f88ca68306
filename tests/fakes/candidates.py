"""Found pages in memory."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from pricing.domain.candidate import Candidate
from pricing.usecases.candidates import DiscoveryJob, Part, found_again
from shared.kernel.paging import Page, Window
from tests.fakes.lists import page_of
from tests.fakes.pricing import FakeOffers


@dataclass
class FakeCandidates:
    """Candidates by id, the jobs that were started, and the parts that were announced."""

    offers: FakeOffers = field(default_factory=FakeOffers)
    kept: dict[str, Candidate] = field(default_factory=dict)
    started: list[DiscoveryJob] = field(default_factory=list)
    parts: dict[tuple[str, str], tuple[Part, int]] = field(default_factory=dict)
    ended: dict[tuple[str, str], str] = field(default_factory=dict)

    async def start(self, job: DiscoveryJob) -> None:
        self.started.append(job)

    async def keep(self, part: Part, found: Sequence[Candidate], at: datetime) -> None:
        assert at.tzinfo is not None
        name = (part.organisation_id, part.message_id)
        if name in self.parts:
            return
        known = [self.kept.get(one.candidate_id) for one in found]
        self.parts[name] = (part, sum(one is None or one.job_id != part.job_id for one in known))
        own = [one for (org, _), (one, _) in self.parts.items() if (org, one.job_id) == (name[0], part.job_id)]
        if any(one.last and set(one.before) <= {other.message_id for other in own} for one in own):
            self.ended[name[0], part.job_id] = "; ".join(problem for one in own for problem in one.problems)
        for one in found:
            before = self.kept.get(one.candidate_id)
            self.kept[one.candidate_id] = one if before is None else found_again(before, one)

    async def page(
        self, organisation_id: str, window: Window, competitor_id: str | None, *, suggested: bool
    ) -> Page[Candidate]:
        own = [one for one in self.kept.values() if one.organisation_id == organisation_id]
        wanted = [one for one in own if competitor_id in {None, one.competitor_id}]
        page = page_of(
            [one for one in wanted if one.suggestions or not suggested], lambda one: one.candidate_id, window
        )
        offers = [one for one in self.offers.kept.values() if one.organisation_id == organisation_id]
        watched = {one.url for one in offers}
        return replace(page, items=tuple(one for one in page.items if one.url not in watched))
