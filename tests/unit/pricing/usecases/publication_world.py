"""Price changes on their way into a shop, for tests of their approval and publication."""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from pricing.domain.emergency_stop import EmergencyStop
from pricing.domain.price_change import Approver, PriceChange, State
from pricing.domain.promotions.law import the_law
from pricing.domain.publication import Kpi
from pricing.usecases.approve import ApproveChanges, DenyChanges, Ruling
from pricing.usecases.close_work import CloseWork
from pricing.usecases.emergency_stops import StopWriting
from pricing.usecases.keep_time import KeepTime
from pricing.usecases.publication_gate import Gate
from pricing.usecases.publication_ports import Batch, Shop
from pricing.usecases.publication_settings import SetPublication
from pricing.usecases.publish import PublishBatch, StartBatch
from pricing.usecases.review_batch import ReviewBatch
from pricing.usecases.tell_kpi import TellKpi
from pricing.usecases.undo import UndoBatch
from tests.builders.pricing import MONDAY, a_change, some_facts
from tests.fakes.holds import FakeHolds
from tests.fakes.market_days import FakeRollUps
from tests.fakes.pricing import FakeFacts, FakeReports, FakeRuns, FakeStops
from tests.fakes.promotions import runs_no_promotions
from tests.fakes.publication import FakeBatches, FakeChanges, FakeShop, an_open_gate
from tests.fakes.sealer import FakeSealer
from tests.fakes.simulations import FakeSimulations

COLLEAGUE = Approver(user_id="colleague", manages=False, justification="")
APPROVED = a_change(state=State.APPROVED)


@dataclass
class World:
    """Price changes on their way into a shop."""

    changes: FakeChanges = field(default_factory=FakeChanges)
    facts: FakeFacts = field(default_factory=lambda: FakeFacts({"prd": some_facts()}))
    shop: FakeShop = field(default_factory=lambda: FakeShop({"prd": Decimal("99.99")}))
    target: Shop | None = None
    stops: FakeStops = field(default_factory=FakeStops)
    holds: FakeHolds = field(default_factory=FakeHolds)
    gate: Gate = field(default_factory=an_open_gate)
    now: datetime = MONDAY
    seconds_left: float | None = None

    def __post_init__(self) -> None:
        self.batches = FakeBatches(self.changes)

    def propose(self, *changes: PriceChange) -> None:
        self.changes.kept |= {change.change_id: change for change in changes}

    def approve(self, *ids: str, approver: Approver = COLLEAGUE, organisation_id: str = "org") -> list[Ruling]:
        approving = ApproveChanges(changes=self.changes, facts=self.facts, holds=self.holds, clock=lambda: MONDAY)
        return list(asyncio.run(approving(organisation_id, ids, approver)))

    def deny(self, *ids: str, reason: str = "too early", organisation_id: str = "org") -> list[Ruling]:
        denying = DenyChanges(changes=self.changes, clock=lambda: MONDAY)
        return list(asyncio.run(denying(organisation_id, ids, "colleague", reason)))

    @property
    def starting(self) -> StartBatch:
        return StartBatch(changes=self.changes, batches=self.batches, gate=self.gate, clock=lambda: self.now)

    def start(self, run_id: str | None = None, organisation_id: str = "org") -> Batch:
        return asyncio.run(self.starting(organisation_id, "usr", "demo-eu", run_id))

    def undo(self, batch: Batch, organisation_id: str = "org", despite_stop: str | None = None) -> Batch:
        undoing = UndoBatch(changes=self.changes, batches=self.batches, gate=self.gate, clock=lambda: self.now)
        return asyncio.run(undoing(organisation_id, "manager", batch.batch_id, "a wrong cost file", despite_stop))

    def stop(self, shop_id: str | None = None, organisation_id: str = "org") -> EmergencyStop:
        stopping = StopWriting(emergency_stops=self.gate.emergency_stops, facts=self.facts, clock=lambda: self.now)
        return asyncio.run(stopping(organisation_id, "engineer", shop_id, "a wrong cost file"))

    def set_publication(self, **changes: Any) -> None:
        setting = SetPublication(settings=self.gate.settings, seals=FakeSealer(), clock=lambda: self.now)
        asyncio.run(setting("org", "demo-eu", "manager", lambda known: replace(known, **changes)))

    def tell_kpi(self, batch: Batch, value: str, organisation_id: str = "org") -> Batch:
        kpi = Kpi(name="conversion rate", value=Decimal(value), baseline=Decimal("2.50"))
        return asyncio.run(TellKpi(batches=self.batches, gate=self.gate)(organisation_id, "usr", batch.batch_id, kpi))

    @property
    def keeping(self) -> KeepTime:
        return KeepTime(
            changes=self.changes,
            batches=self.batches,
            promotions=runs_no_promotions(self.starting, self.gate),
            roll_ups=FakeRollUps(),
            clock=lambda: self.now,
        )

    def keep_time(self) -> int:
        return asyncio.run(self.keeping())

    def publish(self, batch: Batch) -> Batch:
        publishing = PublishBatch(
            changes=self.changes,
            batches=self.batches,
            holds=self.holds,
            facts=self.facts,
            law=the_law(),
            gate=self.gate,
            shop=self.target or self.shop,
            review=ReviewBatch(changes=self.changes, batches=self.batches, facts=self.facts, clock=lambda: self.now),
            stops=self.stops,
            clock=lambda: self.now,
            time_left=lambda: self.seconds_left,
        )
        return asyncio.run(publishing(batch.organisation_id, batch.batch_id))

    def approve_many(self, count: int) -> None:
        """Approved prices of so many products."""
        self.shop.prices |= {f"p{place}": Decimal("99.99") for place in range(count)}
        self.propose(*(replace(APPROVED, change_id=f"c{place}", product_id=f"p{place}") for place in range(count)))

    def count(self, state: State) -> int:
        return sum(one.state is state for one in self.changes.kept.values())

    def state(self, change_id: str = "chg") -> State:
        return self.changes.kept[change_id].state

    def run[T](self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run(work)

    def close(self, batch: Batch) -> None:
        """Its job was ended by a person."""
        closing = CloseWork(
            runs=FakeRuns(),
            batches=self.batches,
            reports=FakeReports(),
            simulations=FakeSimulations(),
            clock=lambda: self.now,
        )
        asyncio.run(closing(batch.organisation_id, batch.batch_id))
