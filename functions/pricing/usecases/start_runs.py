"""Start policy runs: for people, for schedules, and because competitors' prices changed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from pricing.usecases.ports import PRODUCTS_IN_A_PART, Facts, Policies, Run, Runs, ShopPart, Trigger
from shared.kernel.clock import Clock
from shared.kernel.each import for_each
from shared.kernel.errors import Rejected
from shared.kernel.identifiers import fresh_id

# A part's message names each partition.
PARTITIONS_IN_A_PART = 500
# So much one run takes up; what is left starts the next one.
MOST_PARTITIONS = 20_000


@dataclass(frozen=True, slots=True)
class Touched:
    """Products of one partition of a shop whose competitors' prices changed since a policy took them up last."""

    partition: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Follower:
    """A policy, in its newest version, that runs by itself so long after the first price changed."""

    organisation_id: str
    shop_id: str
    policy_id: str
    version: int
    author_id: str
    after: timedelta


class NewPrices(Protocol):
    """What changed in the market since each policy decided on it, and which policies want to know."""

    async def followers(self) -> Sequence[Follower]:
        """Return the policies of every organisation that run when prices change."""

    async def touched(self, policy: Follower, limit: int) -> Sequence[Touched]:
        """Return what was touched since the policy took it up, longest ago first."""

    async def start(self, run: Run, parts: Sequence[ShopPart], taken: Sequence[Touched]) -> bool:
        """Start the run with these parts and forget what it takes up for its policy, in one.

        False, and nothing is done, when another run took some of it up. What is touched later stays for the next run.
        """

    async def remind(self, run: Run, waits: Mapping[str, datetime]) -> None:
        """Note for a run's policy that partitions are to be decided again at a moment, or earlier if they change."""

    async def forget(self, policy: Follower, taken: Sequence[Touched]) -> None:
        """Forget what no run need take up, because no product is left of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StartRun:
    """Ask for a policy's newest version to be applied to its shop."""

    policies: Policies
    runs: Runs
    clock: Clock

    async def __call__(
        self,
        organisation_id: str,
        policy_id: str,
        user_id: str,
        run_id: str | None = None,
        trigger: Trigger = "person",
    ) -> Run:
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
            trigger=trigger,
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
            await self.start(organisation_id, policy_id, user_id, run_id, "schedule")
        except Rejected as error:
            await self.runs.refuse(organisation_id, run_id, error.detail, self.clock())


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowPrices:
    """Start the runs that follow new prices, each policy's for itself.

    A run waits for the pause of its policy after the first change, so that a scan of a thousand pages makes one run
    and not a thousand; it is never put off further by what changes meanwhile.
    """

    prices: NewPrices
    facts: Facts
    clock: Clock

    async def __call__(self) -> int:
        """Start what is due; returns how many runs that were. What fails for one policy fails after all others."""
        return await for_each(await self.prices.followers(), self._follow)

    async def _follow(self, policy: Follower) -> bool:
        first = await self.prices.touched(policy, 1)
        if not first or first[0].at + policy.after > self.clock():
            return False
        touched = await self.prices.touched(policy, MOST_PARTITIONS)
        names = [one.partition for one in touched]
        sizes = await self.facts.sizes_of(policy.organisation_id, policy.shop_id, names)
        parts = _parts(sizes)
        if not parts:
            await self.prices.forget(policy, touched)
            return False
        return await self.prices.start(_run(policy, len(parts), self.clock()), parts, touched)


def _parts(sizes: Mapping[str, int]) -> list[ShopPart]:
    """Divide partitions, by how many products each has, into parts; a partition is never divided."""
    parts: list[ShopPart] = []
    names: list[str] = []
    products = 0
    for name in sorted(sizes):
        names.append(name)
        products += sizes[name]
        if products >= PRODUCTS_IN_A_PART or len(names) == PARTITIONS_IN_A_PART:
            parts.append(ShopPart(products=products, partitions=tuple(names)))
            names, products = [], 0
    return [*parts, ShopPart(products=products, partitions=tuple(names))] if names else parts


def _run(policy: Follower, parts: int, now: datetime) -> Run:
    return Run(
        run_id=fresh_id("run", now),
        organisation_id=policy.organisation_id,
        shop_id=policy.shop_id,
        policy_id=policy.policy_id,
        policy_version=policy.version,
        state="RUNNING",
        requested_by=policy.author_id,
        requested_at=now,
        started_at=now,
        trigger="new_prices",
        parts=parts,
    )
