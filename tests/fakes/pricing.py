"""Pricing's ports in memory."""

from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal

from pricing.domain.decision import Decision
from pricing.domain.errors import (
    BatchNotFound,
    CompetitorExists,
    DecisionNotFound,
    FilterExists,
    FilterNotFound,
    ObservationNotFound,
    PolicyChanged,
    PolicyNotFound,
    ReportNotFound,
    RunNotFound,
)
from pricing.domain.fetched import Fetched
from pricing.domain.market import Competitor, Observation, Offer, ProductFacts
from pricing.domain.policy import Policy
from pricing.domain.price_change import PriceChange, State
from pricing.domain.product_filter import Criteria, SavedFilter
from pricing.usecases.house import Stores
from pricing.usecases.ports import Batch, PagesOfHost, Recorded, Run, ScanLog, StoredDecision, Written
from pricing.usecases.report import Report
from pricing.usecases.scan_pages import Look
from shared.kernel.errors import Unavailable
from shared.kernel.paging import Page, Window
from tests.fakes.lists import page_of


@dataclass
class FakeFacts:
    """Products by id."""

    kept: dict[str, ProductFacts] = field(default_factory=dict)

    async def keep(self, facts: Sequence[ProductFacts]) -> None:
        for one in facts:
            known = self.kept.get(one.product_id)
            newer = known is None or (known.organisation_id == one.organisation_id and known.revision < one.revision)
            if newer:
                self.kept[one.product_id] = one

    async def by_sku(self, organisation_id: str, shop_id: str, skus: Sequence[str]) -> dict[str, ProductFacts]:
        return {one.sku: one for one in self._own(organisation_id) if one.shop_id == shop_id and one.sku in skus}

    async def by_id(self, organisation_id: str, product_ids: Sequence[str]) -> dict[str, ProductFacts]:
        return {one.product_id: one for one in self._own(organisation_id) if one.product_id in product_ids}

    async def of_shop(self, organisation_id: str, shop_id: str, size: int) -> AsyncIterator[Sequence[ProductFacts]]:
        own = [one for one in self._own(organisation_id) if one.shop_id == shop_id and one.active]
        for start in range(0, len(own), size):
            yield own[start : start + size]

    async def count(self, organisation_id: str) -> int:
        return sum(one.active for one in self._own(organisation_id))

    async def count_of_shop(self, organisation_id: str, shop_id: str) -> int:
        return sum(one.active and one.shop_id == shop_id for one in self._own(organisation_id))

    async def count_meant(self, organisation_id: str, criteria: Criteria) -> int:
        return len(await self.some_meant(organisation_id, criteria, len(self.kept)))

    async def some_meant(
        self, organisation_id: str, criteria: Criteria, limit: int, after: str = ""
    ) -> Sequence[ProductFacts]:
        own = [one for one in self._own(organisation_id) if one.active and criteria.admits(one)]
        return [one for one in own if one.product_id > after][:limit]

    async def find_sku(self, organisation_id: str, sku: str) -> ProductFacts | None:
        return next((one for one in self._own(organisation_id) if one.sku == sku), None)

    def _own(self, organisation_id: str) -> list[ProductFacts]:
        own = [one for one in self.kept.values() if one.organisation_id == organisation_id]
        return sorted(own, key=lambda one: one.product_id)


@dataclass
class FakeCompetitors:
    """Competitors by organisation and id."""

    kept: dict[tuple[str, str], Competitor] = field(default_factory=dict)

    async def add(self, competitor: Competitor) -> None:
        key = (competitor.organisation_id, competitor.competitor_id)
        if key in self.kept:
            raise CompetitorExists("taken")
        self.kept[key] = competitor

    async def some(self, organisation_id: str, competitor_ids: Sequence[str]) -> dict[str, Competitor]:
        wanted = {(organisation_id, one) for one in competitor_ids}
        return {key[1]: one for key, one in self.kept.items() if key in wanted}

    async def page(self, organisation_id: str, window: Window) -> Page[Competitor]:
        own = [one for one in self.kept.values() if one.organisation_id == organisation_id]
        return page_of(own, lambda one: one.competitor_id, window)


@dataclass
class FakeOffers:
    """Offers by id."""

    kept: dict[str, Offer] = field(default_factory=dict)

    async def add(self, offers: Sequence[Offer]) -> None:
        for offer in offers:
            self.kept.setdefault(offer.offer_id, offer)

    async def page(self, organisation_id: str, window: Window) -> Page[Offer]:
        return page_of(self._own(organisation_id), lambda one: one.offer_id, window)

    async def of_products(self, organisation_id: str, product_ids: Sequence[str]) -> dict[str, tuple[Offer, ...]]:
        own = [one for one in self._own(organisation_id) if one.product_id in product_ids]
        return {one.product_id: tuple(other for other in own if other.product_id == one.product_id) for one in own}

    async def some(self, organisation_id: str, offer_ids: Sequence[str]) -> Sequence[Offer]:
        return [one for one in self._own(organisation_id) if one.offer_id in offer_ids]

    async def to_scan(self, organisation_id: str, competitor_ids: Sequence[str]) -> Sequence[Offer]:
        own = self._own(organisation_id)
        return [one for one in own if not competitor_ids or one.competitor_id in competitor_ids]

    async def walk(self, organisation_id: str) -> AsyncIterator[Offer]:
        for one in sorted(self._own(organisation_id), key=lambda one: one.product_id):
            yield one

    def _own(self, organisation_id: str) -> list[Offer]:
        return [one for one in self.kept.values() if one.organisation_id == organisation_id]


@dataclass
class FakeScanLog:
    """The history, the offers it brings up to date, and what was announced by event id."""

    offers: FakeOffers = field(default_factory=FakeOffers)
    kept: dict[str, Observation] = field(default_factory=dict)
    progress: dict[tuple[str, str], Recorded] = field(default_factory=dict)
    plans: dict[str, int] = field(default_factory=dict)
    asked: dict[tuple[str, str, int], PagesOfHost] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)

    async def record(self, job_id: str, message_id: str, observations: Sequence[Observation], at: datetime) -> Recorded:
        assert at.tzinfo is not None
        new = {one.observation_id: one for one in observations if one.observation_id not in self.kept}
        read = sum(one.outcome == "read" for one in new.values())
        recorded = Recorded(read, len(new) - read)
        for one in new.values():
            self.kept[one.observation_id] = one
            self._bring_up_to_date(one)
        if new:
            self.progress.setdefault((job_id, message_id), recorded)
        return recorded

    async def plan(self, organisation_id: str, job_id: str, pages: Sequence[PagesOfHost], at: datetime) -> None:
        assert organisation_id
        assert at.tzinfo is not None
        if job_id in self.plans:
            return
        self.plans[job_id] = sum(len(part.offers) for part in pages)
        self.asked |= {(job_id, part.host, part.part): part for part in pages}

    async def refuse(self, organisation_id: str, job_id: str, detail: str, at: datetime) -> None:
        assert organisation_id
        assert at.tzinfo is not None
        self.refused[job_id] = detail

    def _bring_up_to_date(self, seen: Observation) -> None:
        offer = self.offers.kept.get(seen.offer_id)
        if offer is None or offer.organisation_id != seen.organisation_id:
            return
        before = offer.latest if seen.outcome == "read" else offer.last_failure
        if before is not None and before.captured_at >= seen.captured_at:
            return
        if seen.outcome == "read":
            offer = replace(offer, latest=seen, previous=offer.latest, misses=0)
        else:
            offer = replace(offer, last_failure=seen, misses=offer.misses + (seen.outcome == "not_found"))
        self.offers.kept[offer.offer_id] = offer


@dataclass
class FakeObservations:
    """The history that a log keeps, for reading."""

    log: FakeScanLog

    async def get(self, organisation_id: str, observation_id: str) -> Observation:
        found = self.log.kept.get(observation_id)
        if found is None or found.organisation_id != organisation_id:
            raise ObservationNotFound("none")
        return found

    async def page(self, organisation_id: str, window: Window, product_id: str | None) -> Page[Observation]:
        own = [one for one in self.log.kept.values() if one.organisation_id == organisation_id]
        own = [one for one in own if product_id is None or one.product_id == product_id]
        return page_of(own, lambda one: f"{one.captured_at}/{one.observation_id}", window, newest_first=True)

    async def failed_of(self, organisation_id: str, job_id: str) -> Sequence[str]:
        own = [one for one in self.log.kept.values() if one.organisation_id == organisation_id]
        return [one.offer_id for one in own if one.job_id == job_id and one.outcome != "read"]


@dataclass
class FakePolicies:
    """Every version of every policy."""

    kept: dict[tuple[str, str, int], Policy] = field(default_factory=dict)

    async def add(self, policy: Policy) -> None:
        key = (policy.organisation_id, policy.policy_id, policy.version)
        if key in self.kept:
            raise PolicyChanged("saved meanwhile")
        self.kept[key] = policy

    async def latest(self, organisation_id: str, policy_id: str) -> Policy:
        versions = [key for key in self.kept if key[:2] == (organisation_id, policy_id)]
        if not versions:
            raise PolicyNotFound("none")
        return self.kept[max(versions)]

    async def version(self, organisation_id: str, policy_id: str, version: int) -> Policy:
        found = self.kept.get((organisation_id, policy_id, version))
        if found is None:
            raise PolicyNotFound("none")
        return found

    async def page(self, organisation_id: str, window: Window) -> Page[Policy]:
        ids = {key[1] for key in self.kept if key[0] == organisation_id}
        newest = [await self.latest(organisation_id, one) for one in ids]
        return page_of(newest, lambda one: one.policy_id, window)


@dataclass
class FakeChanges:
    """Price changes by id. Killed before a move, it stays as it is and raises, as a worker that dies would."""

    kept: dict[str, PriceChange] = field(default_factory=dict)
    killed_before: State | None = None

    async def some(self, organisation_id: str, change_ids: Sequence[str]) -> Sequence[PriceChange]:
        return [one for one in self._own(organisation_id) if one.change_id in change_ids]

    async def page(
        self, organisation_id: str, window: Window, state: State | None, run_id: str | None
    ) -> Page[PriceChange]:
        own = [one for one in self._own(organisation_id) if state is None or one.state is state]
        own = [one for one in own if run_id is None or one.run_id == run_id]
        return page_of(own, lambda one: f"{one.proposed_at}/{one.change_id}", window, newest_first=True)

    async def move(self, before: State, changes: Sequence[PriceChange]) -> Sequence[str]:
        if before is self.killed_before:
            raise Unavailable("the worker died")
        moved = []
        for change in changes:
            known = self.kept.get(change.change_id)
            whose = change.organisation_id
            if known is not None and known.state is before and known.organisation_id == whose:
                self.kept[change.change_id] = change
                moved.append(change.change_id)
        return moved

    async def waiting(self, organisation_id: str, run_id: str | None) -> int:
        return len(self._waiting(organisation_id, run_id))

    async def settle(self, organisation_id: str, batch_id: str, changes: Sequence[PriceChange], at: datetime) -> None:
        assert at.tzinfo is not None
        assert {one.organisation_id for one in changes} <= {organisation_id}
        sent = [one for one in changes if self._is_of(one.change_id, organisation_id, batch_id)]
        await self.move(State.SENT, sent)

    async def release(self, organisation_id: str, batch_id: str) -> None:
        for one in self._own(organisation_id):
            if one.batch_id == batch_id and one.state is State.APPROVED:
                self.kept[one.change_id] = replace(one, batch_id=None)

    def gather(self, organisation_id: str, batch_id: str, run_id: str | None) -> int:
        """Bind what waits to a batch."""
        taken = self._waiting(organisation_id, run_id)
        for one in taken:
            self.kept[one.change_id] = replace(one, batch_id=batch_id)
        return len(taken)

    def _is_of(self, change_id: str, organisation_id: str, batch_id: str) -> bool:
        known = self.kept.get(change_id)
        return known is not None and (known.organisation_id, known.batch_id) == (organisation_id, batch_id)

    async def unpublished(self, organisation_id: str, batch_id: str, limit: int) -> Sequence[PriceChange]:
        waiting = {State.APPROVED, State.SENT}
        own = [one for one in self._own(organisation_id) if one.batch_id == batch_id and one.state in waiting]
        return sorted(own, key=lambda one: one.proposed_at, reverse=True)[:limit]

    async def states(self, organisation_id: str, batch_id: str) -> dict[str, int]:
        own = [one for one in self._own(organisation_id) if one.batch_id == batch_id]
        return dict(Counter(one.state.value for one in own))

    def _waiting(self, organisation_id: str, run_id: str | None) -> list[PriceChange]:
        free = [one for one in self._own(organisation_id) if one.state is State.APPROVED and one.batch_id is None]
        return [one for one in free if run_id is None or one.run_id == run_id]

    def _own(self, organisation_id: str) -> list[PriceChange]:
        own = [one for one in self.kept.values() if one.organisation_id == organisation_id]
        return sorted(own, key=lambda one: f"{one.proposed_at}/{one.change_id}", reverse=True)


@dataclass
class FakeRuns:
    """Runs and decisions by id; proposals go where price changes are kept."""

    changes: FakeChanges = field(default_factory=FakeChanges)
    kept: dict[str, Run] = field(default_factory=dict)
    taken: dict[str, StoredDecision] = field(default_factory=dict)
    killed_after_parts: int | None = None
    refused: dict[str, str] = field(default_factory=dict)

    async def add(self, run: Run) -> Run:
        return self.kept.setdefault(run.run_id, run)

    async def refuse(self, organisation_id: str, run_id: str, detail: str, at: datetime) -> None:
        assert organisation_id
        assert at.tzinfo is not None
        self.refused[run_id] = detail

    async def get(self, organisation_id: str, run_id: str) -> Run:
        found = self.kept.get(run_id)
        if found is None or found.organisation_id != organisation_id:
            raise RunNotFound("none")
        return found

    async def page(self, organisation_id: str, window: Window) -> Page[Run]:
        own = [one for one in self.kept.values() if one.organisation_id == organisation_id]
        return page_of(own, lambda one: one.run_id, window, newest_first=True)

    async def begin(self, run: Run, products: int, at: datetime) -> Run:
        assert products >= 0
        known = await self.get(run.organisation_id, run.run_id)
        if known.started_at is None:
            self.kept[run.run_id] = replace(known, state="RUNNING", started_at=at)
        return self.kept[run.run_id]

    async def decided(self, decisions: Sequence[StoredDecision], changes: Sequence[PriceChange], at: datetime) -> None:
        assert at.tzinfo is not None
        if self.killed_after_parts == 0:
            raise Unavailable("the worker died")
        if self.killed_after_parts is not None:
            self.killed_after_parts -= 1
        known = {one.decision_id for one in decisions} & set(self.taken)
        for one in decisions:
            self.taken.setdefault(one.decision_id, one)
        for change in changes:
            if change.decision_id not in known:
                self.changes.kept.setdefault(change.change_id, change)

    async def finish(self, run: Run, at: datetime) -> Run:
        for one in [*self.changes.kept.values()]:
            of_shop = (one.organisation_id, one.shop_id) == (run.organisation_id, run.shop_id)
            if of_shop and one.state is State.PROPOSED and one.proposed_at < (run.started_at or run.requested_at):
                self._withdraw(one, f"superseded by {run.run_id}", at)
        return self._closed(run, "FINISHED", at)

    async def cancel(self, run: Run, at: datetime) -> Run:
        for one in [*self.changes.kept.values()]:
            free = one.state is State.APPROVED and one.decided_by == "policy" and one.batch_id is None
            if self._is_of(one, run) and (free or one.state is State.PROPOSED):
                self._withdraw(one, f"{run.run_id} was cancelled", at)
        return self._closed(run, "CANCELLED", at)

    def _withdraw(self, one: PriceChange, why: str, at: datetime) -> None:
        self.changes.kept[one.change_id] = replace(one, state=State.DENIED, decided_at=at, deny_reason=why)

    @staticmethod
    def _is_of(one: StoredDecision | PriceChange, run: Run) -> bool:
        return (one.organisation_id, one.run_id) == (run.organisation_id, run.run_id)

    def _closed(self, run: Run, state: str, at: datetime) -> Run:
        known = self.kept[run.run_id]
        if known.finished_at is not None:
            return known
        decisions = [one for one in self.taken.values() if self._is_of(one, run)]
        proposed = [one for one in self.changes.kept.values() if self._is_of(one, run)]
        self.kept[run.run_id] = replace(
            run,
            state=state,
            finished_at=at,
            decisions=len(decisions),
            proposed=len(proposed),
            reasons=dict(sorted(Counter(one.decision.reason.value for one in decisions).items())),
        )
        return self.kept[run.run_id]

    async def decision(self, organisation_id: str, decision_id: str) -> StoredDecision:
        found = self.taken.get(decision_id)
        if found is None or found.organisation_id != organisation_id:
            raise DecisionNotFound("none")
        return found

    async def decisions(self, organisation_id: str, run_id: str, window: Window) -> Page[StoredDecision]:
        whose = (organisation_id, run_id)
        own = [one for one in self.taken.values() if (one.organisation_id, one.run_id) == whose]
        return page_of(own, lambda one: one.decision.product_id, window)

    async def newest_decisions(self, organisation_id: str, product_ids: Sequence[str]) -> dict[str, StoredDecision]:
        own = [one for one in self.taken.values() if one.organisation_id == organisation_id]
        oldest_first = sorted(own, key=lambda one: one.decided_at)
        return {one.decision.product_id: one for one in oldest_first if one.decision.product_id in product_ids}

    def of_product(self, product_id: str) -> Decision:
        """The one decision that was taken for a product."""
        (found,) = [one.decision for one in self.taken.values() if one.decision.product_id == product_id]
        return found


@dataclass
class FakeBatches:
    """Batches by id, over the changes that they bind."""

    changes: FakeChanges = field(default_factory=FakeChanges)
    kept: dict[str, Batch] = field(default_factory=dict)

    async def add(self, batch: Batch) -> Batch:
        return self.kept.setdefault(batch.batch_id, batch)

    async def find(self, organisation_id: str, batch_id: str) -> Batch | None:
        found = self.kept.get(batch_id)
        return found if found is not None and found.organisation_id == organisation_id else None

    async def get(self, organisation_id: str, batch_id: str) -> Batch:
        found = self.kept.get(batch_id)
        if found is None or found.organisation_id != organisation_id:
            raise BatchNotFound("none")
        return found

    async def begin(self, batch: Batch, at: datetime) -> Batch:
        known = await self.get(batch.organisation_id, batch.batch_id)
        if known.started_at is None:
            total = self.changes.gather(batch.organisation_id, batch.batch_id, batch.run_id)
            self.kept[batch.batch_id] = replace(known, state="RUNNING", started_at=at, total=total)
        return self.kept[batch.batch_id]

    async def end(self, batch: Batch, state: str, at: datetime) -> Batch:
        known = await self.get(batch.organisation_id, batch.batch_id)
        if known.finished_at is None:
            states = await self.changes.states(batch.organisation_id, batch.batch_id)
            total = sum(states.values())
            self.kept[batch.batch_id] = replace(known, state=state, total=total, states=states, finished_at=at)
        return self.kept[batch.batch_id]


@dataclass
class FakeStops:
    """The jobs that are to stop; `after` looks a job that was not yet to stop is."""

    jobs: set[tuple[str, str]] = field(default_factory=set)
    after: int = 0
    looks: int = 0

    async def stopped(self, organisation_id: str, job_id: str) -> bool:
        self.looks += 1
        return (organisation_id, job_id) in self.jobs and self.looks > self.after


@dataclass
class FakeShop:
    """A shop: its prices by product; `written` is every price that was really changed. It may show something else."""

    prices: dict[str, Decimal | None] = field(default_factory=dict)
    written: list[tuple[str, Decimal]] = field(default_factory=list)
    shows_instead: dict[str, Decimal] = field(default_factory=dict)

    async def write(self, organisation_id: str, batch_id: str, changes: Sequence[PriceChange]) -> Sequence[Written]:
        assert organisation_id
        assert batch_id
        return [Written(change.product_id, self._write(change)) for change in changes]

    async def read(self, organisation_id: str, product_ids: Sequence[str]) -> dict[str, Decimal | None]:
        assert organisation_id
        shown = self.prices | self.shows_instead
        return {one: shown[one] for one in product_ids if one in shown}

    def _write(self, change: PriceChange) -> str | None:
        if change.product_id not in self.prices:
            return "the catalogue has no such product"
        shown = self.prices[change.product_id]
        if shown == change.after:
            return None
        if shown != change.before:
            return f"the shop shows {shown}: changed since"
        self.prices[change.product_id] = change.after
        self.written.append((change.product_id, change.after))
        return None


@dataclass
class FakePages:
    """The web: what each URL brings."""

    answers: dict[str, Fetched]
    asked: list[str] = field(default_factory=list)

    async def fetch(self, url: str, *, deadline: float | None = None) -> Fetched:
        assert deadline is not None
        self.asked.append(url)
        return self.answers[url]


@dataclass
class FakeObserved:
    """The messages that looks left in, by part."""

    told: dict[int, tuple[Look, ...]] = field(default_factory=dict)

    async def tell(self, looks: Sequence[Look], part: int) -> None:
        self.told.setdefault(part, tuple(looks))


@dataclass
class FakeFilters:
    """Saved filters by organisation and id."""

    kept: dict[tuple[str, str], SavedFilter] = field(default_factory=dict)

    async def add(self, saved: SavedFilter) -> None:
        if (saved.organisation_id, saved.filter_id) in self.kept:
            raise FilterExists("taken")
        self.kept[saved.organisation_id, saved.filter_id] = saved

    async def get(self, organisation_id: str, filter_id: str) -> SavedFilter:
        found = self.kept.get((organisation_id, filter_id))
        if found is None:
            raise FilterNotFound("none")
        return found

    async def remove(self, organisation_id: str, filter_id: str) -> None:
        self.kept.pop((organisation_id, filter_id), None)

    async def page(self, organisation_id: str, window: Window) -> Page[SavedFilter]:
        own = [one for one in self.kept.values() if one.organisation_id == organisation_id]
        return page_of(own, lambda one: one.filter_id, window)


@dataclass
class FakeReports:
    """Reports by id; `asked` are those whose files were asked for."""

    kept: dict[str, Report] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    async def request(self, report: Report) -> Report:
        if report.report_id not in self.kept:
            self.asked.append(report.report_id)
        return self.kept.setdefault(report.report_id, report)

    async def keep(self, report: Report) -> Report:
        return self.kept.setdefault(report.report_id, report)

    async def finish(self, report: Report) -> Report:
        self.kept[report.report_id] = report
        return report

    async def get(self, organisation_id: str, report_id: str) -> Report:
        found = self.kept.get(report_id)
        if found is None or found.organisation_id != organisation_id:
            raise ReportNotFound("none")
        return found

    async def page(self, organisation_id: str, window: Window) -> Page[Report]:
        own = [one for one in self.kept.values() if one.organisation_id == organisation_id]
        return page_of(own, lambda one: one.report_id, window, newest_first=True)


@dataclass
class FakeReportFiles:
    """Report files by organisation and report."""

    kept: dict[tuple[str, str], str] = field(default_factory=dict)

    async def write(self, organisation_id: str, report_id: str, text: str) -> None:
        self.kept[organisation_id, report_id] = text

    async def link(self, organisation_id: str, report_id: str) -> str:
        assert (organisation_id, report_id) in self.kept
        return f"https://files.example/{report_id}"


@dataclass(frozen=True)
class Kept:
    """Everything that pricing keeps, and the log that records scans in it: of fakes or of adapters."""

    stores: Stores
    log: ScanLog
