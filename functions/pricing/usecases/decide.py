"""A policy run: decide every product of a shop, and propose the prices that move."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from pricing.domain.deciding import decide
from pricing.domain.decision import Decision
from pricing.domain.market import ProductFacts
from pricing.domain.policy import Policy
from pricing.domain.price_change import PriceChange, State
from pricing.usecases.ports import Facts, Offers, Policies, Run, Runs, StoredDecision, Work
from shared.kernel.clock import Clock
from shared.kernel.errors import Unavailable
from shared.kernel.identifiers import derived_id, sortable_id

PRODUCTS_IN_A_PART = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class StartRun:
    """Ask for a policy's newest version to be applied to its shop."""

    policies: Policies
    runs: Runs
    work: Work
    clock: Clock

    async def __call__(self, organisation_id: str, policy_id: str, user_id: str) -> Run:
        """Keep the run as PENDING and hand it to the worker; a run that cannot be handed over is not kept."""
        policy = await self.policies.latest(organisation_id, policy_id)
        at = self.clock()
        run = Run(
            run_id=sortable_id("run", at),
            organisation_id=organisation_id,
            shop_id=policy.shop_id,
            policy_id=policy_id,
            policy_version=policy.version,
            state="PENDING",
            requested_by=user_id,
            requested_at=at,
        )
        await self.runs.add(run)
        try:
            await self.work.run(run)
        except Unavailable:
            await self.runs.remove(run)
            raise
        return run


@dataclass(frozen=True, slots=True, kw_only=True)
class DecideRun:
    """Take the decisions of a run.

    Every decision of a run is taken at the run's own time, and its id is made of run and product: a run that
    is carried out twice, or goes on after a crash, keeps what it decided first.
    """

    facts: Facts
    offers: Offers
    policies: Policies
    runs: Runs
    clock: Clock

    async def __call__(self, organisation_id: str, run_id: str) -> Run:
        """Decide every product of the run's shop and close the run; returns it."""
        run = await self.runs.get(organisation_id, run_id)
        if run.finished_at is not None:
            return run
        policy = await self.policies.version(organisation_id, run.policy_id, run.policy_version)
        async for products in self.facts.of_shop(organisation_id, run.shop_id, PRODUCTS_IN_A_PART):
            await self._part(run, policy, products)
        return await self.runs.finish(run, self.clock())

    async def _part(self, run: Run, policy: Policy, products: Sequence[ProductFacts]) -> None:
        offers = await self.offers.of_products(run.organisation_id, [facts.product_id for facts in products])
        at = run.requested_at
        decided = [_stored(run, at, decide(facts, offers.get(facts.product_id, ()), policy, at)) for facts in products]
        changes = [
            _proposed(run, policy, one, price)
            for one in decided
            if (price := one.decision.price) is not None and one.decision.moves
        ]
        await self.runs.decided(decided, changes)


def _stored(run: Run, at: datetime, decision: Decision) -> StoredDecision:
    decision_id = derived_id("dec", run.run_id, decision.product_id)
    return StoredDecision(decision_id, run.organisation_id, run.run_id, run.policy_id, run.policy_version, at, decision)


def _proposed(run: Run, policy: Policy, stored: StoredDecision, price: Decimal) -> PriceChange:
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
    )
    if decision.route != "auto":
        return change
    if run.requested_by == policy.author_id:
        # Nobody lets their own prices through: a band needs a colleague to start the run.
        return replace(change, route="review")
    return replace(change, state=State.APPROVED, decided_by="policy", decided_at=at, justification="inside the band")
