"""Pricing's ports in memory."""

from collections import Counter
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from pricing.domain.candidate import identifiers
from pricing.domain.decision import Decision, ReasonCode
from pricing.domain.errors import (
    CompetitorExists,
    CompetitorNotFound,
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
from pricing.domain.health import Tally, state_of
from pricing.domain.market import Competitor, Observation, Offer, ProductFacts
from pricing.domain.policies.version import Policy
from pricing.domain.price_change import PriceChange, State
from pricing.domain.product_filter import Criteria, SavedFilter
from pricing.domain.rates import Rates, RateTable
from pricing.domain.recording import NOTHING_KNOWN, Known, Looked, looked, wants_second_look
from pricing.domain.scan_effects import Effects, changed_offers, decided_anew, moved_products
from pricing.usecases.data_health import Wanted
from pricing.usecases.house import Stores
from pricing.usecases.looks import Look, PageAsked
from pricing.usecases.ports import NOTHING_SAID, PagesOfLane, Recorded, Run, ScanLog, ShopPart, StoredDecision
from pricing.usecases.report import Report
from shared.kernel.clock import Clock, system_clock
from shared.kernel.errors import Unavailable
from shared.kernel.paging import Page, Window
from tests.fakes.lists import page_of
from tests.fakes.publication import FakeChanges
from tests.fakes.scan_budget import FakeBudgets


@dataclass
class FakeFacts:
    """Products by id."""

    kept: dict[str, ProductFacts] = field(default_factory=dict)

    async def keep(self, facts: Sequence[ProductFacts], *, again: bool = False) -> None:
        for one in facts:
            known = self.kept.get(one.product_id, one)
            is_newer = known.revision < one.revision + again or known is one
            if is_newer and known.organisation_id == one.organisation_id:
                self.kept[one.product_id] = one

    async def by_sku(self, organisation_id: str, shop_id: str, skus: Sequence[str]) -> dict[str, ProductFacts]:
        return {one.sku: one for one in self._own(organisation_id) if one.shop_id == shop_id and one.sku in skus}

    async def by_id(self, organisation_id: str, product_ids: Sequence[str]) -> dict[str, ProductFacts]:
        return {one.product_id: one for one in self._own(organisation_id) if one.product_id in product_ids}

    async def by_identifiers(self, organisation_id: str, wanted: Sequence[str]) -> dict[str, list[ProductFacts]]:
        own = [one for one in self._own(organisation_id) if one.active]
        carried = {one.product_id: identifiers((one.gtin, one.mpn, one.sku)) for one in own}
        found = {name: [one for one in own if name in carried[one.product_id]] for name in wanted}
        return {name: some for name, some in found.items() if some}

    async def parts_of(self, organisation_id: str, shop_id: str, size: int) -> Sequence[ShopPart]:
        parts: list[ShopPart] = []
        after, more = "", True
        while more:
            part, more = await self.part_after(organisation_id, shop_id, after, size)
            if part.products:
                parts.append(part)
            after = part.until
        return parts

    async def part_after(self, organisation_id: str, shop_id: str, after: str, size: int) -> tuple[ShopPart, bool]:
        left = [one for one in self._of_shop(organisation_id, shop_id) if one.partition > after]
        until = left[:size][-1].partition if left else after
        taken = [one for one in left if one.partition <= until]
        return ShopPart(after=after, until=until, products=len(taken)), len(taken) < len(left)

    async def in_part(self, organisation_id: str, shop_id: str, part: ShopPart) -> Sequence[ProductFacts]:
        return [
            one
            for one in self._of_shop(organisation_id, shop_id)
            if (one.partition in part.partitions if part.partitions else part.after < one.partition <= part.until)
        ]

    async def sizes_of(self, organisation_id: str, shop_id: str, partitions: Sequence[str]) -> dict[str, int]:
        own = [one.partition for one in self._of_shop(organisation_id, shop_id)]
        wanted = set(partitions)
        return dict(Counter(one for one in own if one in wanted))

    def _of_shop(self, organisation_id: str, shop_id: str) -> list[ProductFacts]:
        own = [one for one in self._own(organisation_id) if one.shop_id == shop_id and one.active]
        return sorted(own, key=lambda one: (one.partition, one.product_id))

    async def count(self, organisation_id: str) -> int:
        return sum(one.active for one in self._own(organisation_id))

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

    async def change(
        self, organisation_id: str, competitor_id: str, change: Callable[[Competitor], Competitor]
    ) -> Competitor:
        changed = change(await self.get(organisation_id, competitor_id))
        self.kept[organisation_id, competitor_id] = changed
        return changed

    async def get(self, organisation_id: str, competitor_id: str) -> Competitor:
        if (organisation_id, competitor_id) not in self.kept:
            raise CompetitorNotFound("none")
        return self.kept[organisation_id, competitor_id]

    async def some(self, organisation_id: str, competitor_ids: Sequence[str]) -> dict[str, Competitor]:
        wanted = {(organisation_id, one) for one in competitor_ids}
        return {key[1]: one for key, one in self.kept.items() if key in wanted}

    async def walk(self, organisation_id: str) -> AsyncIterator[Competitor]:
        for one in [one for one in self.kept.values() if one.organisation_id == organisation_id]:
            yield one

    async def page(self, organisation_id: str, window: Window) -> Page[Competitor]:
        own = [one for one in self.kept.values() if one.organisation_id == organisation_id]
        return page_of(own, lambda one: one.competitor_id, window)


@dataclass
class FakeOffers:
    """Offers by id."""

    kept: dict[str, Offer] = field(default_factory=dict)

    async def add(self, offers: Sequence[Offer], said: Mapping[str, Collection[str]] = NOTHING_SAID) -> int:
        changed = 0
        for offer in offers:
            known = self.kept.get(offer.offer_id, offer)
            told = {name: getattr(offer, name) for name in said.get(offer.offer_id, ())}
            self.kept[offer.offer_id] = replace(known, **told)
            changed += self.kept[offer.offer_id] != known
        return changed

    async def remove(self, organisation_id: str, offer_id: str) -> None:
        if any(one.offer_id == offer_id for one in self._own(organisation_id)):
            del self.kept[offer_id]

    async def page(self, organisation_id: str, window: Window) -> Page[Offer]:
        return page_of(self._own(organisation_id), lambda one: one.offer_id, window)

    async def to_decide(
        self, organisation_id: str, shop_id: str, product_ids: Sequence[str]
    ) -> dict[str, tuple[Offer, ...]]:
        found = await self.of_products(organisation_id, product_ids)
        return {name: tuple(one for one in own if one.shop_id == shop_id) for name, own in found.items()}

    async def of_products(self, organisation_id: str, product_ids: Sequence[str]) -> dict[str, tuple[Offer, ...]]:
        own = [one for one in self._own(organisation_id) if one.product_id in product_ids]
        return {one.product_id: tuple(other for other in own if other.product_id == one.product_id) for one in own}

    async def some(self, organisation_id: str, offer_ids: Sequence[str]) -> Sequence[Offer]:
        return [one for one in self._own(organisation_id) if one.offer_id in offer_ids]

    async def of_competitor(self, organisation_id: str, competitor_id: str, limit: int) -> Sequence[Offer]:
        own = [one for one in self.kept.values() if one.organisation_id == organisation_id]
        read = [one for one in own if one.competitor_id == competitor_id and one.latest is not None]
        return sorted(read, key=lambda one: one.offer_id)[:limit]

    async def broken(self, organisation_id: str, competitor_id: str, limit: int) -> Sequence[Offer]:
        own = [one for one in self._own(organisation_id) if one.competitor_id == competitor_id]
        found = [one for one in own if one.quarantined is not None or one.failing_since is not None]
        return sorted(found, key=lambda one: one.offer_id)[:limit]

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
    asked: dict[tuple[str, int, int], PagesOfLane] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    budgets: FakeBudgets = field(default_factory=FakeBudgets)
    unread: list[Observation] = field(default_factory=list)
    touch: Callable[[Sequence[Offer], datetime], None] | None = None

    async def record(
        self,
        job_id: str,
        message_id: str,
        observations: Sequence[Observation],
        at: datetime,
        known: Known = NOTHING_KNOWN,
        *,
        second_look: bool = False,
    ) -> Recorded:
        assert at.tzinfo is not None
        new = {one.observation_id: one for one in observations if one.observation_id not in self.kept}
        before = dict(self.offers.kept)
        for one in new.values():
            self._take_in(one, known)
        kept = [self.kept[name] for name in new]
        self._note_effects(f"{job_id}/{message_id}", kept, before, at, looks=0 if second_look else len(kept))
        if self.touch is not None:
            self.touch(decided_anew(before, self.offers.kept), at)
        read = sum(one.is_read for one in kept)
        recorded = Recorded(read, len(kept) - read, sum(one.quality == "suspicious" for one in kept))
        if new and not second_look:
            self.progress.setdefault((job_id, message_id), recorded)
            self.unread += [one for one in kept if wants_second_look(one, before.get(one.offer_id), known)]
        return recorded

    async def plan(self, organisation_id: str, job_id: str, pages: Sequence[PagesOfLane], at: datetime) -> None:
        assert organisation_id
        assert at.tzinfo is not None
        if job_id in self.plans:
            return
        self.plans[job_id] = sum(len(part.pages) for part in pages)
        self.asked |= {(job_id, part.lane, part.part): part for part in pages}

    async def refuse(self, organisation_id: str, job_id: str, detail: str, at: datetime) -> None:
        assert organisation_id
        assert at.tzinfo is not None
        self.refused[job_id] = detail

    def _note_effects(
        self, name: str, kept: list[Observation], before: dict[str, Offer], at: datetime, *, looks: int
    ) -> None:
        if not kept:
            return
        changed = changed_offers(before, self.offers.kept)
        of_products = [
            one for one in self.offers.kept.values() if one.product_id in {two.product_id for two in changed}
        ]
        useful = moved_products(before, changed, of_products)
        billed_ms = sum(one.billed_ms for one in kept)
        effects = Effects(looks=looks, billed_ms=billed_ms, changes=len(changed), useful=useful)
        self.budgets.brought[name] = (kept[0].organisation_id, at, effects)

    def _take_in(self, seen: Observation, known: Known) -> None:
        offer = self.offers.kept.get(seen.offer_id)
        own = None if offer is None or offer.organisation_id != seen.organisation_id else offer
        self.carry_out(looked(own, seen, known))

    def carry_out(self, result: Looked) -> None:
        """Keep what a look changed."""
        if result.offer is not None:
            self.offers.kept[result.offer.offer_id] = result.offer
        for one in (result.seen, result.changed):
            if one is not None:
                self.kept[one.observation_id] = one


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
        return [one.offer_id for one in own if one.job_id == job_id and not one.is_read]


@dataclass
class FakeQuarantine:
    """The doubted prices that a log keeps."""

    log: FakeScanLog
    clock: Clock = system_clock

    async def page(self, organisation_id: str, window: Window) -> Page[Observation]:
        own = [one for one in self.log.offers.kept.values() if one.organisation_id == organisation_id]
        waiting = [one.quarantined for one in own if one.quarantined is not None]
        return page_of(waiting, lambda one: f"{one.captured_at}/{one.observation_id}", window, newest_first=True)

    async def settle(
        self, organisation_id: str, observation_id: str, judge: Callable[[Offer | None, Observation], Looked]
    ) -> Observation:
        seen = await FakeObservations(self.log).get(organisation_id, observation_id)
        before = dict(self.log.offers.kept)
        result = judge(before.get(seen.offer_id), seen)
        self.log.carry_out(result)
        if self.log.touch is not None:
            self.log.touch(decided_anew(before, self.log.offers.kept), self.clock())
        return result.seen


@dataclass
class FakeHealth:
    """How the offers of a log are delivered."""

    offers: FakeOffers

    async def tallies(self, organisation_id: str, since: datetime, month: datetime) -> Sequence[Tally]:
        own = [one for one in self.offers.kept.values() if one.organisation_id == organisation_id]
        return [self._one(offer, since, month) for offer in own]

    def _one(self, offer: Offer, since: datetime, month: datetime) -> Tally:
        seen = None if offer.latest is None else offer.latest.captured_at
        failure = None if offer.failing_since is None else offer.last_failure
        return Tally(
            competitor_id=offer.competitor_id,
            host=offer.host,
            state=state_of(offer, since),
            reason=None if failure is None else failure.outcome,
            offers=1,
            delivered=int(seen is not None and seen >= since),
            read=int(seen is not None),
            added=int(offer.created_at >= month),
            failing_since=offer.failing_since,
            newest=seen,
        )

    async def page(self, organisation_id: str, wanted: Wanted, since: datetime, window: Window) -> Page[Offer]:
        own = [one for one in self.offers.kept.values() if one.organisation_id == organisation_id]
        return page_of([one for one in own if self._is(one, wanted, since)], lambda one: one.offer_id, window)

    def _is(self, offer: Offer, wanted: Wanted, since: datetime) -> bool:
        tally = self._one(offer, since, since)
        return (
            offer.competitor_id == wanted.competitor_id
            and wanted.state in {None, tally.state}
            and wanted.reason in {None, tally.reason}
            and wanted.host in {None, offer.host}
        )


@dataclass
class FakeRates:
    """Every version of every day's table."""

    kept: list[RateTable] = field(default_factory=list)

    async def keep(self, tables: Sequence[RateTable]) -> int:
        before = len(self.kept)
        for table in tables:
            earlier = [one for one in self.kept if one.day == table.day and one.published_at <= table.published_at]
            stood = max(earlier, key=lambda one: one.published_at, default=None)
            if stood is None or stood.quotes != table.quotes:
                self.kept.append(table)
        return len(self.kept) - before

    async def between(self, first: date, last: date) -> Rates:
        return Rates(tuple(one for one in self.kept if first <= one.day <= last))

    async def page(self, window: Window) -> Page[RateTable]:
        newest = {one.day: one for one in sorted(self.kept, key=lambda one: one.published_at)}
        return page_of(list(newest.values()), lambda one: one.day.isoformat(), window, newest_first=True)


@dataclass
class FakePolicies:
    """Every version of every policy."""

    kept: dict[tuple[str, str, int], Policy] = field(default_factory=dict)

    async def add(self, policy: Policy) -> None:
        key = (policy.organisation_id, policy.policy_id, policy.version)
        if key in self.kept:
            raise PolicyChanged("saved meanwhile")
        self.kept[key] = policy

    async def approve(self, organisation_id: str, policy_id: str, version: int, user_id: str, at: datetime) -> Policy:
        found = await self.version(organisation_id, policy_id, version)
        if found.approved_by is None:
            self.kept[organisation_id, policy_id, version] = replace(found, approved_by=user_id, approved_at=at)
        return await self.version(organisation_id, policy_id, version)

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
class FakeRuns:
    """Runs and decisions by id; proposals go where price changes are kept."""

    changes: FakeChanges = field(default_factory=FakeChanges)
    kept: dict[str, Run] = field(default_factory=dict)
    taken: dict[str, StoredDecision] = field(default_factory=dict)
    killed_after_parts: int | None = None
    refused: dict[str, str] = field(default_factory=dict)
    asked: dict[str, tuple[ShopPart, ...]] = field(default_factory=dict)
    done: dict[str, set[int]] = field(default_factory=dict)

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

    async def begin(self, run: Run, parts: Sequence[ShopPart], at: datetime) -> Run:
        known = await self.get(run.organisation_id, run.run_id)
        if known.started_at is None:
            self.kept[run.run_id] = replace(known, state="RUNNING", started_at=at, parts=len(parts))
            self.asked[run.run_id] = tuple(parts)
        return self.kept[run.run_id]

    async def part_done(self, run: Run, place: int, since: datetime, at: datetime) -> bool:
        assert since <= at
        done = self.done.setdefault(run.run_id, set())
        done.add(place)
        return len(done) >= (run.parts or 0)

    async def walk(self, organisation_id: str, run_id: str, size: int) -> AsyncIterator[Sequence[StoredDecision]]:
        own = [one for one in self.taken.values() if (one.organisation_id, one.run_id) == (organisation_id, run_id)]
        own.sort(key=lambda one: one.decision.product_id)
        for start in range(0, len(own), size):
            yield own[start : start + size]

    async def decided(self, decisions: Sequence[StoredDecision], changes: Sequence[PriceChange], at: datetime) -> None:
        assert at.tzinfo is not None
        if self.killed_after_parts == 0:
            raise Unavailable("the worker died")
        if self.killed_after_parts is not None:
            self.killed_after_parts -= 1
        run = self.kept.get(decisions[0].run_id) if decisions else None
        if run is not None and run.finished_at is not None:
            return
        known = {one.decision_id for one in decisions} & set(self.taken)
        for one in decisions:
            self.taken.setdefault(one.decision_id, one)
        for change in changes:
            if change.decision_id not in known:
                self.changes.kept.setdefault(change.change_id, change)

    async def finish(self, run: Run, at: datetime) -> Run:
        known = await self.get(run.organisation_id, run.run_id)
        if known.finished_at is not None:
            return known
        own = [one for one in self.taken.values() if self._is_of(one, run) and one.decision.rule is not None]
        moments = {one.decision.product_id: one.decided_at for one in own}
        for one in [*self.changes.kept.values()]:
            of_shop = (one.organisation_id, one.shop_id) == (run.organisation_id, run.shop_id)
            of_another = one.run_id != run.run_id and not one.run_id.startswith("hld_")
            older = one.product_id in moments and one.proposed_at < moments[one.product_id]
            if of_shop and of_another and older and self._is_open(one):
                self._withdraw(one, f"superseded by {run.run_id}", at)
        return self._closed(run, "FINISHED", at)

    async def cancel(self, run: Run, at: datetime) -> Run:
        closed = self._closed(run, "CANCELLED", at)
        if closed.state == "CANCELLED":
            for one in [*self.changes.kept.values()]:
                if self._is_of(one, run) and self._is_open(one):
                    self._withdraw(one, f"{run.run_id} was cancelled", at)
        return closed

    @staticmethod
    def _is_open(one: PriceChange) -> bool:
        free = one.state is State.APPROVED and one.decided_by == "policy" and one.batch_id is None
        return free or one.state is State.PROPOSED

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

    async def decisions(
        self, organisation_id: str, run_id: str, window: Window, reason: ReasonCode | None = None
    ) -> Page[StoredDecision]:
        whose = (organisation_id, run_id)
        own = [one for one in self.taken.values() if (one.organisation_id, one.run_id) == whose]
        own = [one for one in own if reason in {None, one.decision.reason}]
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
class FakeStops:
    """The jobs that are to stop; `after` looks a job that was not yet to stop is."""

    jobs: set[tuple[str, str]] = field(default_factory=set)
    after: int = 0
    looks: int = 0

    async def stopped(self, organisation_id: str, job_id: str) -> bool:
        self.looks += 1
        return (organisation_id, job_id) in self.jobs and self.looks > self.after


@dataclass
class FakePages:
    """The web: what each URL brings, or what it brings in turn; `later` are hosts and for how long they are silent."""

    answers: dict[str, Fetched | list[Fetched]]
    asked: list[str] = field(default_factory=list)
    conditions: dict[str, tuple[str | None, str | None]] = field(default_factory=dict)
    cleared: dict[str, float | None] = field(default_factory=dict)
    pauses: dict[str, float] = field(default_factory=dict)
    silent: dict[str, float] = field(default_factory=dict)
    rests: int = 0

    async def fetch(
        self,
        url: str,
        *,
        etag: str | None = None,
        last_modified: str | None = None,
        deadline: float | None = None,
        pause_seconds: float | None = None,
    ) -> Fetched:
        assert deadline is not None
        self.asked.append(url)
        self.conditions[url] = (etag, last_modified)
        self.cleared[url] = pause_seconds
        answer = self.answers[url]
        return answer.pop(0) if isinstance(answer, list) else answer

    def pause_of(self, url: str) -> float | None:
        return self.pauses.get(url)

    async def rest(self) -> None:
        self.rests += 1

    def silences(self) -> dict[str, float]:
        return self.silent

    def silence(self, host: str, seconds: float) -> None:
        self.silent[host] = max(seconds, self.silent.get(host, 0.0))


@dataclass
class FakeObserved:
    """What looks left in, one entry for each time, and the pages that went back with when they may be asked for."""

    told: list[tuple[Look, ...]] = field(default_factory=list)
    carried: list[tuple[datetime | None, tuple[PageAsked, ...]]] = field(default_factory=list)

    async def tell(self, looks: Sequence[Look]) -> None:
        self.told.append(tuple(looks))

    async def carry(self, pages: Sequence[PageAsked], not_before: datetime | None) -> None:
        self.carried.append((not_before, tuple(pages)))


@dataclass
class FakeLaneMemory:
    """What is remembered of each lane's hosts."""

    kept: dict[int, dict[str, datetime]] = field(default_factory=dict)

    async def recall(self, lane: int) -> dict[str, datetime]:
        return self.kept.get(lane, {})

    async def keep(self, lane: int, until: Mapping[str, datetime]) -> None:
        self.kept[lane] = dict(until)


@dataclass
class FakeSnapshots:
    """Pages that were kept, by place; while `down` none can be."""

    kept: dict[str, Fetched] = field(default_factory=dict)
    down: bool = False

    async def keep(self, pages: Sequence[Fetched]) -> Sequence[str | None]:
        if self.down:
            return [None] * len(pages)
        places = [f"snapshots/{len(self.kept) + place}" for place in range(len(pages))]
        self.kept |= dict(zip(places, pages, strict=True))
        return places


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

    kept: dict[tuple[str, str, str], bytes] = field(default_factory=dict)

    async def write(self, organisation_id: str, report_id: str, content: bytes, file_format: str) -> None:
        self.kept[organisation_id, report_id, file_format] = content

    async def link(self, organisation_id: str, report_id: str, file_format: str) -> str:
        assert (organisation_id, report_id, file_format) in self.kept
        return f"https://files.example/{report_id}.{file_format}"


@dataclass(frozen=True)
class Kept:
    """Everything that pricing keeps, and the log that records scans in it: of fakes or of adapters."""

    stores: Stores
    log: ScanLog
