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
from pricing.usecases.ports import Competitors, Facts, Offers, Policies, Run, Runs, Stops, StoredDecision
from shared.kernel.clock import Clock
from shared.kernel.errors import Rejected
from shared.kernel.identifiers import derived_id, fresh_id

PRODUCTS_IN_A_PART = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class StartRun:
    """Ask for a policy's newest version to be applied to its shop."""

    policies: Policies
    runs: Runs
    clock: Clock

    async def __call__(self, organisation_id: str, policy_id: str, user_id: str, run_id: str | None = None) -> Run:
        """Keep the run as PENDING and, in one with it, ask for its decisions."""
        policy = await self.policies.latest(organisation_id, policy_id)
        at = self.clock()
        run = Run(
            run_id=run_id or fresh_id("run", at),
            organisation_id=organisation_id,
            shop_id=policy.shop_id,
            policy_id=policy_id,
            policy_version=policy.version,
            state="PENDING",
            requested_by=user_id,
            requested_at=at,
        )
        return await self.runs.add(run)


@dataclass(frozen=True, slots=True, kw_only=True)
class StartDueRun:
    """Start the run that a schedule's job stands for, under the job's id."""

    start: StartRun
    runs: Runs
    clock: Clock

    async def __call__(self, organisation_id: str, policy_id: str, user_id: str, run_id: str) -> None:
        """Start the run, or let its job end with the reason why it cannot be started."""
        try:
            await self.start(organisation_id, policy_id, user_id, run_id)
        except Rejected as error:
            await self.runs.refuse(organisation_id, run_id, error.detail, self.clock())


@dataclass(frozen=True, slots=True, kw_only=True)
class DecideRun:
    """Take the decisions of a run.

    Every decision of a run is taken at the moment its first part was taken up, which is kept with the run: a run
    that waited long looks at all that was observed meanwhile. A decision's id is made of run and product, so a run
    that is carried out twice, or goes on after a crash, keeps what it decided first.

    A run that is to stop ends between two parts: its decisions stay for reading, its proposals are withdrawn,
    because prices of half a shop are no policy.
    """

    facts: Facts
    offers: Offers
    competitors: Competitors
    policies: Policies
    runs: Runs
    stops: Stops
    clock: Clock

    async def __call__(self, organisation_id: str, run_id: str) -> Run:
        """Decide every product of the run's shop and close the run; returns it."""
        run = await self.runs.get(organisation_id, run_id)
        if run.finished_at is not None:
            return run
        policy = await self.policies.version(organisation_id, run.policy_id, run.policy_version)
        run = await self.runs.begin(run, await self.facts.count_of_shop(organisation_id, run.shop_id), self.clock())
        at = run.started_at or run.requested_at
        async for products in self.facts.of_shop(organisation_id, run.shop_id, PRODUCTS_IN_A_PART):
            if await self.stops.stopped(organisation_id, run_id):
                return await self.runs.cancel(run, self.clock())
            await self._part(run, policy, products, at)
        return await self.runs.finish(run, self.clock())

    async def _part(self, run: Run, policy: Policy, products: Sequence[ProductFacts], at: datetime) -> None:
        offers = await self.offers.of_products(run.organisation_id, [facts.product_id for facts in products])
        named = {offer.competitor_id for of_product in offers.values() for offer in of_product}
        rules = await self.competitors.some(run.organisation_id, sorted(named))
        decided = [
            _stored(run, at, decide(facts, offers.get(facts.product_id, ()), policy, at, rules)) for facts in products
        ]
        changes = [
            _proposed(run, policy, one, price)
            for one in decided
            if (price := one.decision.price) is not None and one.decision.moves
        ]
        await self.runs.decided(decided, changes, self.clock())


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
