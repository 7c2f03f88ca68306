"""Trying policies: what pricing's API asks the function that computes, and what it answers."""

from typing import Any, Literal

from pydantic import Field

from shared.contracts.envelope import Message


class CheckPolicy(Message):
    """Question: is this policy sound? `document` is its plain form."""

    action: Literal["check"] = "check"
    organisation_id: str
    document: dict[str, Any]


class PolicyFinding(Message):
    """What the checker found."""

    code: str
    severity: Literal["error", "warning", "info"]
    rule: str | None = None
    message: str
    sku: str | None = None
    mend: str


class PolicyStep(Message):
    """One step of a decision: its name, what went in, what came out."""

    name: str
    before: str
    after: str


class PolicyCase(Message):
    """What became of one of a policy's own tests."""

    name: str
    passed: bool
    expected: str
    got: str
    steps: tuple[PolicyStep, ...] = ()


class PolicyChecked(Message):
    """What is wrong with a policy, what its tests say, and the hash of its document."""

    findings: tuple[PolicyFinding, ...] = ()
    tests: tuple[PolicyCase, ...] = ()
    document_hash: str


class PreviewPolicy(Message):
    """Question: what would this policy decide now, for some products of its shop?

    They come in the order of their partitions, those after one; or those of some SKUs. `against` is the saved policy
    to compare with.
    """

    action: Literal["preview"] = "preview"
    organisation_id: str
    document: dict[str, Any]
    against: str | None = None
    skus: tuple[str, ...] = Field(default=(), max_length=200)
    after: str = ""
    limit: int = Field(ge=1, le=200)


class PreviewedPrice(Message):
    """What a policy would decide for one product, and what the policy to compare with would. Amounts are text."""

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
    steps: tuple[PolicyStep, ...] = ()


class PolicyPreviewed(Message):
    """The previewed prices, and where to go on."""

    rows: tuple[PreviewedPrice, ...]
    next_after: str | None


class ExplainDecision(Message):
    """Question: what would have changed this decision, and does it come out the same again?"""

    action: Literal["explain"] = "explain"
    organisation_id: str
    decision_id: str


class FieldDifference(Message):
    """A field in which a decision, made again, or an observation that it names, is not what was stored."""

    field: str
    stored: str
    again: str


class NearestChange(Message):
    """The nearest change of the market that would have changed a price, and to what. Amounts are text."""

    kind: Literal["reference", "new_offer", "returning_offer"]
    observation_id: str | None
    competitor_id: str | None
    price_mode: Literal["item", "landed"]
    before: str | None
    at: str
    price: str | None
    reason: str
    together: bool


class DecisionExplained(Message):
    """What would have changed a decision, and where it differs when it is made again from what it was made from."""

    replayable: bool
    differences: tuple[FieldDifference, ...] = ()
    counterfactual: NearestChange | None = None
    words: str | None = None


class RefusedFault(Message):
    """One thing that is wrong with what was asked."""

    pointer: str
    detail: str


class TrialRefused(Message):
    """What was asked makes no sense: the code of the error, and what, where and how to mend it."""

    refused: str
    detail: str
    faults: tuple[RefusedFault, ...] = ()
