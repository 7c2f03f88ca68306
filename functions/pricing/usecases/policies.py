"""Write policies; every saving makes a version that never changes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from pricing.domain.errors import OwnPolicy, PolicyFaults, PolicyNotFound
from pricing.domain.policies.document import PolicyDocument
from pricing.domain.policies.version import Policy
from pricing.usecases.ports import Policies
from pricing.usecases.trials import Checked, FoundFault, Trials
from shared.kernel.clock import Clock
from shared.kernel.errors import Fault

MOST_FAULTS = 100


class PolicyTexts(Protocol):
    """How policies are written."""

    def read_policy(self, text: bytes, *, yaml: bool) -> PolicyDocument:
        """Read a policy of JSON or YAML; `InvalidPolicy` says by line and column what is wrong with it."""

    def policy_from(self, data: object) -> PolicyDocument:
        """The policy that plain data means; `InvalidPolicy` says what is wrong with it."""

    def policy_data(self, document: PolicyDocument) -> Mapping[str, object]:
        """The policy as plain data."""

    def policy_yaml(self, document: PolicyDocument) -> str:
        """The policy as YAML."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SavePolicy:
    """Keep a new version of a policy. One that the checker refuses, or whose tests fail, is not kept."""

    policies: Policies
    trials: Trials
    clock: Clock

    async def __call__(
        self, organisation_id: str, policy_id: str, document: PolicyDocument, user_id: str
    ) -> tuple[Policy, Checked]:
        """Keep the document as the version after the newest one; returns it with what is worth knowing of it."""
        checked = await self.trials.check(organisation_id, document)
        if not checked.is_sound:
            raise PolicyFaults(_summary(checked), faults=_faults(checked))
        try:
            newest = (await self.policies.latest(organisation_id, policy_id)).version
        except PolicyNotFound:
            newest = 0
        policy = Policy(
            policy_id=policy_id,
            version=newest + 1,
            organisation_id=organisation_id,
            author_id=user_id,
            created_at=self.clock(),
            document=document,
            document_hash=checked.document_hash,
        )
        await self.policies.add(policy)
        return policy, checked


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovePolicy:
    """Let a colleague vouch for a version: then its prices inside the band go out without a reader."""

    policies: Policies
    clock: Clock

    async def __call__(self, organisation_id: str, policy_id: str, version: int, user_id: str) -> Policy:
        """Note the approval; an author does not approve a version of their own."""
        policy = await self.policies.version(organisation_id, policy_id, version)
        if policy.author_id == user_id:
            detail = f"you wrote version {version} of «{policy_id}»; ask a colleague to approve it"
            raise OwnPolicy(detail)
        return await self.policies.approve(organisation_id, policy_id, version, user_id, self.clock())


def _summary(checked: Checked) -> str:
    errors = sum(one.severity == "error" for one in checked.findings)
    failed = sum(not one.passed for one in checked.tests)
    return f"{errors} faults and {failed} failing tests; nothing was saved"


def _faults(checked: Checked) -> tuple[Fault, ...]:
    found = [
        Fault(f"rules/{one.rule or ''}", f"{one.code}: {one.message}{_example(one)}; {one.mend}")
        for one in checked.findings
        if one.severity == "error"
    ]
    failed = [
        Fault(f"tests/{one.name}", f"expected {one.expected}, got {one.got}") for one in checked.tests if not one.passed
    ]
    return (*found, *failed)[:MOST_FAULTS]


def _example(one: FoundFault) -> str:
    return "" if one.sku is None else f" (for example {one.sku})"
