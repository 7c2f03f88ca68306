"""A policy run: divide a shop into parts, decide every product of each, and propose the prices that move."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from itertools import groupby

from pricing.domain.decision import Decision
from pricing.domain.decisions.stored import data_of
from pricing.domain.policies.compiled import Compiled
from pricing.domain.policies.compiling import compiled
from pricing.domain.policies.version import Policy
from pricing.domain.price_change import PriceChange, State, weighed
from pricing.domain.publication import PublicationSettings
from pricing.usecases.deciding import DecideProducts
from pricing.usecases.ports import PRODUCTS_IN_A_PART, Facts, Policies, Run, Runs, ShopPart, Stops, StoredDecision
from pricing.usecases.publish import PublishAlone
from pricing.usecases.waiting import Reminders, waits_of
from shared.kernel.clock import Clock
from shared.kernel.identifiers import derived_id

DECISIONS_AT_ONCE = 250
MOST_COMPILED = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanRun:
    """Divide a run into parts, which are decided side by side.

    Each part is decided at a moment of its own, when a worker takes it up and reads what it decides from: a run, or a
    part, that waited long looks at all that was observed meanwhile.
    """

    facts: Facts
    runs: Runs
    clock: Clock

    async def __call__(self, organisation_id: str, run_id: str) -> Run:
        """Ask for the run's parts; a shop without products is decided at once. Returns the run."""
        run = await self.runs.get(organisation_id, run_id)
        if run.finished_at is not None:
            return run
        if run.started_at is None:
            parts = await self.facts.parts_of(organisation_id, run.shop_id, PRODUCTS_IN_A_PART)
            run = await self.runs.begin(run, parts, self.clock())
        # No part comes to close a run without parts, so it is asked each time: whoever began it may have died since.
        return await self.runs.finish(run, self.clock()) if run.parts == 0 else run


@dataclass(frozen=True, slots=True, kw_only=True)
class DecidePart:
    """Take the decisions of a part of a run.

    A decision's id is made of run and product, so a part that is decided twice, or goes on after a crash, keeps what
    it decided first; the rest is decided as things stand then. What is decided together is kept together: a family
    has the prices of one moment. Whoever decides the last part closes the run, and has what its policy let through
    published, where the shop's prices go out by themselves.

    A run that is to stop ends between two such steps: its decisions stay for reading, its proposals are withdrawn,
    because prices of half a shop are no policy.
    """

    facts: Facts
    decided: DecideProducts
    policies: Policies
    runs: Runs
    reminders: Reminders
    publish: PublishAlone
    stops: Stops
    clock: Clock
    compiled: dict[tuple[str, str, int], tuple[Policy, Compiled]] = field(default_factory=dict)

    async def __call__(self, organisation_id: str, run_id: str, place: int, part: ShopPart) -> Run:
        """Decide every product of the part; returns the run."""
        at = self.clock()
        run = await self.runs.get(organisation_id, run_id)
        if run.state == "CANCELLED":
            # A worker may have kept proposals while the run was cancelled, and died before it withdrew them.
            return await self.runs.cancel(run, at)
        if run.finished_at is not None:
            # Whoever closed it may have died before its prices went out.
            await self.publish(run)
            return run
        settings = await self.publish.gate.settings_of(organisation_id, run.shop_id)
        policy, rules = await self._policy(run)
        products = await self.facts.in_part(organisation_id, run.shop_id, part)
        # Nobody lets their own prices through: a band needs a colleague to start the run, or to approve the policy.
        is_read = policy.approved_by is not None or run.requested_by != policy.author_id
        inputs, made = await self.decided(rules, organisation_id, products, at, policy_version=policy.version)
        made_from = list(zip(made, inputs, strict=True))
        for start, end in _together([one.partition for one in products]):
            if await self.stops.stopped(organisation_id, run_id):
                return await self.runs.cancel(run, self.clock())
            stored = [_stored(run, decision, data_of(seen), at) for decision, seen in made_from[start:end]]
            changes = [
                weighed(_proposed(run, policy, one, price, settings, is_read=is_read), seen.facts)
                for one, (_, seen) in zip(stored, made_from[start:end], strict=True)
                if (price := one.decision.price) is not None and one.decision.moves
            ]
            await self.runs.decided(stored, changes, self.clock())
        if policy.document.on_new_prices is not None:
            # Nobody else would look again when a schedule opens.
            await self.reminders.remind(run, waits_of(rules, inputs, made))
        if await self.runs.part_done(run, place, at, self.clock()):
            run = await self.runs.finish(run, self.clock())
            await self.publish(run)
        return run

    async def _policy(self, run: Run) -> tuple[Policy, Compiled]:
        name = (run.organisation_id, run.policy_id, run.policy_version)
        if name not in self.compiled:
            if len(self.compiled) >= MOST_COMPILED:
                self.compiled.clear()
            policy = await self.policies.version(*name)
            self.compiled[name] = (policy, compiled(policy.document))
        policy, rules = self.compiled[name]
        if policy.approved_by is None:
            # Everything else about a version stays for ever.
            policy = await self.policies.version(*name)
            self.compiled[name] = (policy, rules)
        return policy, rules


def _together(partitions: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Where to cut products, which come by partition: some hundred at once, and never through a partition."""
    start = end = 0
    for _, members in groupby(partitions):
        size = len(list(members))
        if start < end and end + size - start > DECISIONS_AT_ONCE:
            yield start, end
            start = end
        end += size
    if start < end:
        yield start, end


def _stored(run: Run, decision: Decision, inputs: dict[str, object], at: datetime) -> StoredDecision:
    return StoredDecision(
        decision_id=derived_id("dec", run.run_id, decision.product_id),
        organisation_id=run.organisation_id,
        run_id=run.run_id,
        policy_id=run.policy_id,
        policy_version=run.policy_version,
        decided_at=at,
        decision=decision,
        inputs=inputs,
    )


def _proposed(
    run: Run, policy: Policy, stored: StoredDecision, price: Decimal, settings: PublicationSettings, *, is_read: bool
) -> PriceChange:
    decision = stored.decision
    at = stored.decided_at
    change = PriceChange(
        change_id=derived_id("chg", run.run_id, decision.product_id),
        organisation_id=run.organisation_id,
        shop_id=run.shop_id,
        run_id=run.run_id,
        decision_id=stored.decision_id,
        product_id=decision.product_id,
        sku=decision.sku,
        currency=decision.currency,
        before=decision.current,
        after=price,
        reason=decision.reason.value,
        route=decision.route,
        state=State.PROPOSED,
        policy_author_id=policy.author_id,
        product_revision=decision.product_revision,
        proposed_at=at,
        expires_at=settings.expiry(at),
    )
    if decision.route != "auto":
        return change
    if not is_read:
        return replace(change, route="review")
    return replace(change, state=State.APPROVED, decided_by="policy", decided_at=at, justification="inside the band")
