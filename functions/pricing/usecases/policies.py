"""Write a policy; every saving makes a version that never changes."""

from dataclasses import dataclass, replace

from pricing.domain.errors import PolicyNotFound
from pricing.domain.policy import Policy
from pricing.usecases.ports import Policies


@dataclass(frozen=True, slots=True, kw_only=True)
class SavePolicy:
    """Keep a new version of a policy. One whose bounds contradict is refused before any run."""

    policies: Policies

    async def __call__(self, policy: Policy) -> Policy:
        """Keep the policy as the version after the newest one, and return it."""
        try:
            newest = await self.policies.latest(policy.organisation_id, policy.policy_id)
            policy = replace(policy, version=newest.version + 1)
        except PolicyNotFound:
            policy = replace(policy, version=1)
        await self.policies.add(policy)
        return policy
