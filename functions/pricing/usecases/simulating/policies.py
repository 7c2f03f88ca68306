"""The policies that a simulation is about: written in the question, or saved."""

from dataclasses import dataclass, field

from pricing.domain.errors import InvalidSimulation, PolicyFaults
from pricing.domain.policies.checking import findings
from pricing.domain.policies.compiled import Compiled
from pricing.domain.policies.compiling import Outcome, compile_policy, compiled, ready
from pricing.domain.policies.version import Policy
from pricing.domain.simulation import Asked
from pricing.usecases.ports import Competitors, Policies
from shared.kernel.clock import Clock
from shared.kernel.errors import Fault

MOST_FAULTS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """The saved policy, and the candidate that it is compared with."""

    saved: Policy
    live: Compiled
    candidate: Compiled
    name: str

    @property
    def both(self) -> tuple[Compiled, Compiled]:
        """The saved one, then the candidate."""
        return self.live, self.candidate

    @property
    def joins_families(self) -> bool:
        """Whether either of them gives one price to the products of a family."""
        return any(rule.same_price is not None for one in self.both for rule in one.plan.rules)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadPair:
    """Read both policies of a comparison. Without a candidate the saved policy is compared with itself."""

    policies: Policies
    competitors: Competitors
    clock: Clock

    async def __call__(self, organisation_id: str, asked: Asked) -> Pair:
        """Both compiled; `InvalidSimulation` when they are of different shops, `PolicyFaults` for a faulty document."""
        saved = await self.policies.latest(organisation_id, str(asked.against))
        document, name = asked.document, "the document"
        if document is None:
            other = saved
            if asked.policy_id is not None:
                other = await self.policies.latest(organisation_id, asked.policy_id)
            document, name = other.document, f"{other.policy_id} version {other.version}"
        if (document.shop, document.currency) != (saved.shop_id, saved.currency):
            ours, theirs = f"{document.shop} in {document.currency}", f"{saved.shop_id} in {saved.currency}"
            detail = f"the candidate is for {ours}, «{saved.policy_id}» for {theirs}"
            raise InvalidSimulation(detail, faults=(Fault("#/document", detail),))
        outcome = compile_policy(document)
        if asked.document is not None:
            await self._check(organisation_id, outcome)
        candidate = ready(outcome)
        same = document == saved.document
        return Pair(saved=saved, live=candidate if same else compiled(saved.document), candidate=candidate, name=name)

    async def _check(self, organisation_id: str, outcome: Outcome) -> None:
        """What was saved was checked; faults that show in products are told when the document is."""
        known = [one.competitor_id async for one in self.competitors.walk(organisation_id)]
        found = findings(outcome, (), known, self.clock())
        errors = [one for one in found if one.severity == "error"]
        if errors:
            told = "; ".join(f"rule «{one.rule}»: {one.message}; {one.mend}" for one in errors[:MOST_FAULTS])
            raise PolicyFaults(f"{len(errors)} faults: {told}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Versions:
    """The versions of one policy that runs were made by, each compiled once."""

    policies: Policies
    organisation_id: str
    policy_id: str
    known: dict[int, Compiled] = field(default_factory=dict)

    async def of(self, version: int) -> Compiled:
        """One version, compiled."""
        if version not in self.known:
            saved = await self.policies.version(self.organisation_id, self.policy_id, version)
            self.known[version] = compiled(saved.document)
        return self.known[version]
