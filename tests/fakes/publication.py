"""Publication's ports in memory."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from pricing.domain.emergency_stop import EmergencyStop
from pricing.domain.errors import BatchNotFound, EmergencyStopNotFound
from pricing.domain.outcome import Outcome, next_review
from pricing.domain.price_change import UNDO_ENDED, Failure, PriceChange, State
from pricing.domain.publication import PublicationSettings
from pricing.usecases.publication_gate import Gate
from pricing.usecases.publication_ports import Batch, ChangesWanted, Shown, Tally, Written, Wrote
from pricing.usecases.publish import PublishAlone, StartBatch
from shared.kernel.clock import system_clock
from shared.kernel.errors import Unavailable
from shared.kernel.paging import Page, Window
from tests.fakes.lists import page_of

UNSET = PublicationSettings(organisation_id="", shop_id="")
RISKS = {"auto": 0, "review": 1, "manager": 2}


def _sequence(change: PriceChange) -> str:
    return f"{change.proposed_at}/{change.change_id}"


def _queue(change: PriceChange) -> str:
    return f"{RISKS[change.route]}/{int(change.stake * 1000):020}/{change.change_id}"


def _is_meant(change: PriceChange, wanted: ChangesWanted) -> bool:
    names = ("state", "shop_id", "run_id", "batch_id", "product_id", "brand", "reason", "route")
    if any(getattr(wanted, name) not in {None, getattr(change, name)} for name in names):
        return False
    if wanted.since is not None and change.proposed_at < wanted.since:
        return False
    if wanted.until is not None and change.proposed_at >= wanted.until:
        return False
    size = change.size_percent
    if wanted.size_from is not None and (size is None or size < wanted.size_from):
        return False
    return wanted.size_to is None or (size is not None and size <= wanted.size_to)


@dataclass
class FakeChanges:
    """Price changes by id. Killed before a move, it stays as it is and raises, as a worker that dies would."""

    kept: dict[str, PriceChange] = field(default_factory=dict)
    killed_before: State | None = None

    async def some(self, organisation_id: str, change_ids: Sequence[str]) -> Sequence[PriceChange]:
        return [one for one in self._own(organisation_id) if one.change_id in change_ids]

    async def page(self, organisation_id: str, window: Window, wanted: ChangesWanted) -> Page[PriceChange]:
        own = [one for one in self._own(organisation_id) if _is_meant(one, wanted)]
        key = _queue if wanted.order == "risk" else _sequence
        return page_of(own, key, window, newest_first=True)

    async def withdraw(self, organisation_id: str, product_id: str, why: str, at: datetime) -> None:
        for one in self._own(organisation_id):
            waits = one.state in {State.PROPOSED, State.APPROVED} and one.batch_id is None
            if waits and one.product_id == product_id:
                self.kept[one.change_id] = replace(one, state=State.DENIED, decided_at=at, deny_reason=why)

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

    async def propose(self, changes: Sequence[PriceChange]) -> None:
        for change in changes:
            self.kept.setdefault(change.change_id, change)

    async def expire(self, at: datetime, limit: int) -> int:
        proposed = [one for one in self.kept.values() if one.state is State.PROPOSED and one.expires_at is not None]
        over = [one for one in proposed if one.expires_at is not None and one.expires_at <= at][:limit]
        for one in over:
            self.kept[one.change_id] = replace(one, state=State.DENIED, decided_at=at, deny_reason="expired")
        return len(over)

    async def waiting(self, organisation_id: str, shop_id: str, run_id: str | None) -> int:
        return len(self._waiting(organisation_id, shop_id, run_id))

    async def settle(self, organisation_id: str, batch_id: str, changes: Sequence[PriceChange], at: datetime) -> None:
        assert at.tzinfo is not None
        assert {one.organisation_id for one in changes} <= {organisation_id}
        sent = [one for one in changes if self._is_of(one.change_id, organisation_id, batch_id)]
        await self.move(State.SENT, sent)
        for one in sent:
            if one.undoes is not None and one.state is State.APPLIED:
                self.kept[one.undoes] = replace(self.kept[one.undoes], state=State.REVERTED)

    async def release(self, organisation_id: str, batch_id: str) -> None:
        for one in self._own(organisation_id):
            if one.batch_id == batch_id and one.state is State.APPROVED:
                free = replace(one, batch_id=None)
                denied = replace(one, state=State.DENIED, deny_reason=UNDO_ENDED)
                self.kept[one.change_id] = free if one.undoes is None else denied

    def gather(self, batch: Batch) -> list[PriceChange]:
        """Bind what waits to a batch, unless it is an undo; return what is the batch's."""
        if batch.undoes is None:
            for one in self._waiting(batch.organisation_id, batch.shop_id, batch.run_id):
                self.kept[one.change_id] = replace(one, batch_id=batch.batch_id)
        return [one for one in self._own(batch.organisation_id) if one.batch_id == batch.batch_id]

    def _is_of(self, change_id: str, organisation_id: str, batch_id: str) -> bool:
        known = self.kept.get(change_id)
        return known is not None and (known.organisation_id, known.batch_id) == (organisation_id, batch_id)

    async def unpublished(
        self, organisation_id: str, batch_id: str, limit: int, below: int | None = None
    ) -> Sequence[PriceChange]:
        waiting = {State.APPROVED, State.SENT}
        own = [one for one in self._own(organisation_id) if one.batch_id == batch_id and one.state in waiting]
        some = [one for one in own if below is None or one.share < below]
        return sorted(some, key=lambda one: one.proposed_at, reverse=True)[:limit]

    async def undoable(self, organisation_id: str, batch_id: str, after: str, limit: int) -> Sequence[PriceChange]:
        own = [one for one in self._own(organisation_id) if one.batch_id == batch_id and one.before is not None]
        stand = [one for one in own if one.state in {State.APPLIED, State.UNKNOWN} and one.change_id > after]
        return sorted(stand, key=lambda one: one.change_id)[:limit]

    async def standing(self, organisation_id: str, batch_id: str, after: str, limit: int) -> Sequence[PriceChange]:
        own = [one for one in self._own(organisation_id) if one.batch_id == batch_id and one.state is State.APPLIED]
        return sorted((one for one in own if one.change_id > after), key=lambda one: one.change_id)[:limit]

    async def applied(self, organisation_id: str, shop_id: str, window: Window, until: datetime) -> Page[PriceChange]:
        own = [one for one in self._own(organisation_id) if one.shop_id == shop_id and one.applied_at is not None]
        fed = sorted((f"{one.applied_at}/{one.change_id}", one) for one in own if (one.applied_at or until) < until)
        some = [(key, one) for key, one in fed if key > (window.after or "")][: window.limit]
        return Page(items=tuple(one for _, one in some), next_after=some[-1][0] if some else window.after or "")

    async def tally(self, organisation_id: str, batch_id: str) -> Tally:
        over = {State.APPLIED, State.FAILED, State.UNKNOWN, State.REVERTED}
        own = [one for one in self._own(organisation_id) if one.batch_id == batch_id and one.state in over]
        return Tally(len(own), sum(one.state is State.UNKNOWN or one.failure == "refused" for one in own))

    async def states(self, organisation_id: str, batch_id: str) -> dict[str, int]:
        own = [one for one in self._own(organisation_id) if one.batch_id == batch_id]
        return dict(Counter(one.state.value for one in own))

    def _waiting(self, organisation_id: str, shop_id: str, run_id: str | None) -> list[PriceChange]:
        free = [one for one in self._own(organisation_id) if one.state is State.APPROVED and one.batch_id is None]
        return [one for one in free if one.shop_id == shop_id and (run_id is None or one.run_id == run_id)]

    def _own(self, organisation_id: str) -> list[PriceChange]:
        own = [one for one in self.kept.values() if one.organisation_id == organisation_id]
        return sorted(own, key=_sequence, reverse=True)


@dataclass
class FakeBatches:
    """Batches by id, over the changes that they bind; `asked` are those that somebody is to look at again."""

    changes: FakeChanges = field(default_factory=FakeChanges)
    kept: dict[str, Batch] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    reviews: list[tuple[str, datetime]] = field(default_factory=list)

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

    async def page(self, organisation_id: str, window: Window) -> Page[Batch]:
        own = [one for one in self.kept.values() if one.organisation_id == organisation_id]
        return page_of(own, lambda one: one.batch_id, window, newest_first=True)

    async def begin(self, batch: Batch, canary_share: int, at: datetime) -> Batch:
        known = await self.get(batch.organisation_id, batch.batch_id)
        if known.started_at is None:
            own = self.changes.gather(batch)
            is_careful = canary_share > 0 and own and batch.undoes is None
            share = max(canary_share, min(one.share for one in own) + 1) if is_careful else 0
            begun = replace(known, state="RUNNING", started_at=at, total=len(own), canary_share=share)
            self.kept[batch.batch_id] = begun
        return self.kept[batch.batch_id]

    async def pass_canary(self, batch: Batch, resume_at: datetime | None) -> Batch:
        known = await self.get(batch.organisation_id, batch.batch_id)
        if not known.canary_passed and known.finished_at is None:
            state = "RUNNING" if resume_at is None else "CANARY"
            self.kept[batch.batch_id] = replace(known, state=state, canary_passed=True, resume_at=resume_at)
        return self.kept[batch.batch_id]

    async def resume(self, at: datetime, limit: int) -> int:
        waiting = [one for one in self.kept.values() if one.state == "CANARY" and one.resume_at is not None]
        due = [one for one in waiting if one.resume_at is not None and one.resume_at <= at][:limit]
        for one in due:
            await self.go_on(one)
        return len(due)

    async def halt(self, batch: Batch, why: str) -> Batch:
        known = await self.get(batch.organisation_id, batch.batch_id)
        if not known.halted and known.finished_at is None:
            self.kept[batch.batch_id] = replace(known, halted=why)
            await self.go_on(known)
        return self.kept[batch.batch_id]

    async def go_on(self, batch: Batch) -> None:
        known = await self.get(batch.organisation_id, batch.batch_id)
        if known.state == "CANARY":
            self.kept[batch.batch_id] = replace(known, state="RUNNING", resume_at=None)
            self.asked.append(batch.batch_id)

    async def ask_on(self, batch: Batch, written: int) -> None:
        assert written > 0
        self.asked.append(batch.batch_id)

    async def ask_reviews(self, at: datetime, limit: int) -> int:
        due = [one for one in self.kept.values() if one.review_at is not None and one.review_at <= at]
        new = [one for one in due if (one.batch_id, one.review_at) not in self.reviews][:limit]
        self.reviews += [(one.batch_id, one.review_at) for one in new if one.review_at is not None]
        self.asked += [one.batch_id for one in new]
        return len(new)

    async def reviewed(self, batch: Batch, outcome: Outcome, next_at: datetime | None) -> Batch:
        known = await self.get(batch.organisation_id, batch.batch_id)
        if known.review_at == batch.review_at:
            self.kept[batch.batch_id] = replace(known, outcome=outcome, review_at=next_at)
        return self.kept[batch.batch_id]

    async def end(self, batch: Batch, state: str, at: datetime, detail: str = "") -> Batch:
        known = await self.get(batch.organisation_id, batch.batch_id)
        if known.finished_at is None:
            states = await self.changes.states(batch.organisation_id, batch.batch_id)
            total = sum(states.values())
            ended = replace(known, state=state, total=total, states=states, finished_at=at, detail=detail)
            review = next_review(at, at) if states.get("APPLIED") and known.undoes is None else None
            self.kept[batch.batch_id] = replace(ended, resume_at=None, review_at=review)
            if known.started_at is None:
                await self.changes.release(batch.organisation_id, batch.batch_id)
        return self.kept[batch.batch_id]


@dataclass
class FakeShop:
    """A shop: its prices by product; `written` is every price that was really changed.

    It may show something else, say yes and forget, write and not answer in time, let nobody in (`shut` says why), or
    lose its voice after it wrote (`mute`). `noted` is what the catalogue was told of it.
    """

    prices: dict[str, Decimal | None] = field(default_factory=dict)
    written: list[tuple[str, Decimal]] = field(default_factory=list)
    shows_instead: dict[str, Decimal] = field(default_factory=dict)
    forgets: bool = False
    hangs: int = 0
    shut: str = ""
    mute: str = ""
    noted: list[tuple[str, Decimal]] = field(default_factory=list)

    async def write(self, organisation_id: str, batch_id: str, changes: Sequence[PriceChange]) -> Wrote:
        assert organisation_id
        assert batch_id
        assert len({change.shop_id for change in changes}) == 1
        if self.shut:
            return Wrote([Written(change.product_id, None, untried=True) for change in changes], self.shut)
        if self.forgets:
            return Wrote([Written(change.product_id, None) for change in changes])
        answers = [Written(change.product_id, *self._write(change)) for change in changes]
        if self.hangs:
            self.hangs -= 1
            raise Unavailable("the shop did not answer in time")
        return Wrote([replace(one, unclear=self.mute) for one in answers] if self.mute else answers)

    async def read(self, organisation_id: str, changes: Sequence[PriceChange]) -> Shown:
        assert organisation_id
        if self.shut or self.mute:
            return Shown({}, self.shut or self.mute)
        shown = self.prices | self.shows_instead
        return Shown({one.product_id: shown[one.product_id] for one in changes if one.product_id in shown})

    async def note(self, organisation_id: str, batch_id: str, changes: Sequence[PriceChange]) -> None:
        assert organisation_id
        assert batch_id
        self.noted += [(change.product_id, change.after) for change in changes]

    def _write(self, change: PriceChange) -> tuple[str | None, Failure]:
        if change.product_id not in self.prices:
            return "the catalogue has no such product", "refused"
        shown = self.prices[change.product_id]
        if shown == change.after:
            return None, "refused"
        if shown != change.before:
            return f"the shop shows {shown}: changed since", "conflict"
        self.prices[change.product_id] = change.after
        self.written.append((change.product_id, change.after))
        return None, "refused"


@dataclass
class FakePublicationSettings:
    """Settings by organisation and shop; `unset` are those of every other shop."""

    kept: dict[tuple[str, str], PublicationSettings] = field(default_factory=dict)
    unset: PublicationSettings = UNSET

    async def of(self, organisation_id: str, shop_id: str) -> PublicationSettings:
        known = self.kept.get((organisation_id, shop_id), self.unset)
        return replace(known, organisation_id=organisation_id, shop_id=shop_id)

    async def set(self, settings: PublicationSettings, over: PublicationSettings | None = None) -> bool:
        known = await self.of(settings.organisation_id, settings.shop_id)
        if over is not None and (known.changed_at, known.changed_by) != (over.changed_at, over.changed_by):
            return False
        self.kept[settings.organisation_id, settings.shop_id] = settings
        return True


@dataclass
class FakeEmergencyStops:
    """Emergency stops by id; `comes` is one that somebody sets after so many looks."""

    kept: dict[str, EmergencyStop] = field(default_factory=dict)
    comes: tuple[int, EmergencyStop] | None = None
    looks: int = 0

    async def add(self, stop: EmergencyStop) -> None:
        self.kept.setdefault(stop.stop_id, stop)

    async def lift(self, organisation_id: str, stop_id: str, user_id: str, reason: str, at: datetime) -> EmergencyStop:
        known = self.kept.get(stop_id)
        if known is None or known.organisation_id != organisation_id:
            raise EmergencyStopNotFound("none")
        if known.lifted_at is None:
            self.kept[stop_id] = replace(known, lifted_by=user_id, lifted_at=at, lift_reason=reason)
        return self.kept[stop_id]

    async def in_force(self, organisation_id: str, shop_id: str) -> Sequence[EmergencyStop]:
        self.looks += 1
        if self.comes is not None and self.looks > self.comes[0]:
            await self.add(self.comes[1])
        own = [one for one in self.kept.values() if one.organisation_id == organisation_id and one.lifted_at is None]
        return [one for one in own if one.shop_id in {None, shop_id}]

    async def page(self, organisation_id: str, window: Window) -> Page[EmergencyStop]:
        own = [one for one in self.kept.values() if one.organisation_id == organisation_id]
        return page_of(own, lambda one: one.stop_id, window, newest_first=True)


def an_open_gate(**settings: Any) -> Gate:
    """Every shop live, without a canary, and nothing stopped."""
    changed: dict[str, Any] = {"mode": "live", "canary_percent": 0} | settings
    unset = replace(UNSET, **changed)
    return Gate(settings=FakePublicationSettings(unset=unset), emergency_stops=FakeEmergencyStops())


def publishes_nothing() -> PublishAlone:
    """What follows a run in shops that are in test mode."""
    gate = an_open_gate(mode="test")
    starting = StartBatch(changes=FakeChanges(), batches=FakeBatches(), gate=gate, clock=system_clock)
    return PublishAlone(start=starting, gate=gate)
