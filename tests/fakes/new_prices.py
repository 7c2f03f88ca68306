"""What changed in the market, in memory."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from pricing.domain.market import Offer
from pricing.usecases.ports import Run, ShopPart
from pricing.usecases.start_runs import Follower, Touched
from tests.fakes.pricing import FakeFacts, FakePolicies, FakeRuns


@dataclass
class FakeNewPrices:
    """When each partition was touched first, by policy."""

    facts: FakeFacts = field(default_factory=FakeFacts)
    policies: FakePolicies = field(default_factory=FakePolicies)
    runs: FakeRuns = field(default_factory=FakeRuns)
    noted: dict[tuple[str, str, str], dict[str, datetime]] = field(default_factory=dict)

    def touch(self, offers: Iterable[Offer], at: datetime) -> None:
        """Note that offers changed, for each policy that follows them."""
        for offer in offers:
            known = self.facts.kept.get(offer.product_id)
            partition = offer.product_id if known is None else known.partition
            for policy in self._following():
                if (policy.organisation_id, policy.shop_id) == (offer.organisation_id, offer.shop_id):
                    noted = self.noted.setdefault(_key(policy), {})
                    noted[partition] = min(at, noted.get(partition, at))

    async def followers(self) -> Sequence[Follower]:
        return self._following()

    def _following(self) -> list[Follower]:
        newest = {key[:2]: policy for key, policy in sorted(self.policies.kept.items())}
        return [
            Follower(
                organisation_id=one.organisation_id,
                shop_id=one.shop_id,
                policy_id=one.policy_id,
                version=one.version,
                author_id=one.author_id,
                after=timedelta(minutes=one.document.on_new_prices.after_minutes),
            )
            for one in newest.values()
            if one.document.on_new_prices is not None
        ]

    async def touched(self, policy: Follower, limit: int) -> Sequence[Touched]:
        noted = self.noted.get(_key(policy), {})
        return [Touched(name, at) for name, at in sorted(noted.items(), key=lambda one: one[1])][:limit]

    async def start(self, run: Run, parts: Sequence[ShopPart], taken: Sequence[Touched]) -> bool:
        noted = self.noted.get((run.organisation_id, run.shop_id, run.policy_id), {})
        if any(noted.get(one.partition) != one.at for one in taken):
            return False
        for one in taken:
            del noted[one.partition]
        await self.runs.add(run)
        self.runs.asked[run.run_id] = tuple(parts)
        return True

    async def remind(self, run: Run, waits: Mapping[str, datetime]) -> None:
        noted = self.noted.setdefault((run.organisation_id, run.shop_id, run.policy_id), {})
        for partition, at in waits.items():
            noted[partition] = min(at, noted.get(partition, at))

    async def forget(self, policy: Follower, taken: Sequence[Touched]) -> None:
        for one in taken:
            self.noted.get(_key(policy), {}).pop(one.partition, None)


def _key(policy: Follower) -> tuple[str, str, str]:
    return policy.organisation_id, policy.shop_id, policy.policy_id
