"""What trying policies says: answers of the function that computes, in the words of those who ask it."""

from dataclasses import dataclass
from typing import Literal, Protocol

from pricing.domain.policies.document import PolicyDocument

type Severity = Literal["error", "warning", "info"]
type Change = Literal["reference", "new_offer", "returning_offer"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundFault:
    """What the checker says of a policy: which fault, where, for which product, and how to mend it."""

    code: str
    severity: Severity
    rule: str | None
    message: str
    sku: str | None
    mend: str


@dataclass(frozen=True, slots=True)
class TriedStep:
    """One step of a decision: its name, what went in, what came out."""

    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TriedCase:
    """What became of one of a policy's own tests; `expected` and `got` are in words."""

    name: str
    passed: bool
    expected: str
    got: str
    steps: tuple[TriedStep, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A policy before it is saved: what the checker found, what its tests say, and the hash of its document."""

    findings: tuple[FoundFault, ...]
    tests: tuple[TriedCase, ...]
    document_hash: str

    @property
    def is_sound(self) -> bool:
        """Whether it may be saved."""
        return all(one.severity != "error" for one in self.findings) and all(one.passed for one in self.tests)


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewAsked:
    """For which products a policy is previewed: those of some SKUs, or those after a place in the shop's order."""

    against: str | None = None
    skus: tuple[str, ...] = ()
    after: str = ""
    limit: int = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewedPrice:
    """What a policy would decide for one product, and what the saved one would. Amounts are in `currency`, as text."""

    product_id: str
    sku: str
    rule: str | None
    currency: str
    current: str | None
    price: str | None
    reason: str
    binding: str | None
    route: str
    goal_reached: bool
    change_percent: str | None
    margin_before_percent: str | None
    margin_after_percent: str | None
    against_price: str | None = None
    against_reason: str | None = None
    steps: tuple[TriedStep, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Previewed:
    """Previewed prices, and after which place to go on."""

    rows: tuple[PreviewedPrice, ...]
    next_after: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NearestChange:
    """The nearest change of the market that would have changed a price, and to what. Amounts are text."""

    kind: Change
    observation_id: str | None
    competitor_id: str | None
    price_mode: Literal["item", "landed"]
    before: str | None
    at: str
    price: str | None
    reason: str
    together: bool


@dataclass(frozen=True, slots=True)
class FieldDifference:
    """A field in which what is made again is not what was stored."""

    field: str
    stored: str
    again: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """What would have changed a decision, in words too, and where it differs when it is made again.

    Not `replayable` is a decision whose inputs are no longer kept.
    """

    replayable: bool
    differences: tuple[FieldDifference, ...] = ()
    counterfactual: NearestChange | None = None
    words: str | None = None


class Trials(Protocol):
    """Where policies are tried before anybody relies on them, and decisions are made again."""

    async def check(self, organisation_id: str, document: PolicyDocument) -> Checked:
        """Check a policy against the organisation's catalogue and competitors, and run its own tests."""

    async def preview(self, organisation_id: str, document: PolicyDocument, asked: PreviewAsked) -> Previewed:
        """Say what a policy would decide now."""

    async def explain(self, organisation_id: str, decision_id: str) -> Explained:
        """Say what would have changed a decision; `DecisionNotFound` is the asker's to find out."""
