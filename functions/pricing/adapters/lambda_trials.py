"""Trials of policies by the function that computes: the API carries no kernel."""

from pricing.adapters.policy_text import policy_data
from pricing.domain.errors import DecisionNotFound, InvalidPolicy, PolicyNotFound, PolicyTooLarge
from pricing.domain.policies.document import PolicyDocument
from pricing.usecases.trials import (
    Checked,
    Explained,
    FieldDifference,
    FoundFault,
    NearestChange,
    PreviewAsked,
    Previewed,
    PreviewedPrice,
    TriedCase,
    TriedStep,
)
from shared.contracts.envelope import Message
from shared.contracts.policy_trials import (
    CheckPolicy,
    DecisionExplained,
    ExplainDecision,
    PolicyChecked,
    PolicyPreviewed,
    PolicyStep,
    PreviewPolicy,
    TrialRefused,
)
from shared.kernel.errors import Fault, Rejected
from shared.runtime.aws import invoke

# Lambda takes six million bytes.
LARGEST_QUESTION = 5_500_000
REFUSALS: dict[str, type[Rejected]] = {one.code: one for one in (InvalidPolicy, PolicyNotFound, DecisionNotFound)}


class LambdaTrials:
    """Asks the function that tries policies."""

    def __init__(self, function: str) -> None:
        self._function = function

    async def check(self, organisation_id: str, document: PolicyDocument) -> Checked:
        """Check a policy against the organisation's catalogue and competitors, and run its own tests."""
        question = CheckPolicy(organisation_id=organisation_id, document=policy_data(document))
        told = PolicyChecked.model_validate_json(await self._asked(question))
        return Checked(
            findings=tuple(FoundFault(**one.model_dump()) for one in told.findings),
            tests=tuple(TriedCase(**one.model_dump() | {"steps": _steps(one.steps)}) for one in told.tests),
            document_hash=told.document_hash,
        )

    async def preview(self, organisation_id: str, document: PolicyDocument, asked: PreviewAsked) -> Previewed:
        """Say what a policy would decide now."""
        question = PreviewPolicy(
            organisation_id=organisation_id,
            document=policy_data(document),
            against=asked.against,
            skus=asked.skus,
            after=asked.after,
            limit=asked.limit,
        )
        told = PolicyPreviewed.model_validate_json(await self._asked(question))
        rows = tuple(PreviewedPrice(**one.model_dump() | {"steps": _steps(one.steps)}) for one in told.rows)
        return Previewed(rows=rows, next_after=told.next_after)

    async def explain(self, organisation_id: str, decision_id: str) -> Explained:
        """Say what would have changed a decision, and whether it comes out the same again."""
        question = ExplainDecision(organisation_id=organisation_id, decision_id=decision_id)
        told = DecisionExplained.model_validate_json(await self._asked(question))
        nearest = told.counterfactual
        return Explained(
            replayable=told.replayable,
            differences=tuple(FieldDifference(**one.model_dump()) for one in told.differences),
            counterfactual=None if nearest is None else NearestChange(**nearest.model_dump()),
            words=told.words,
        )

    async def _asked(self, question: Message) -> str:
        text = question.model_dump_json()
        if len(text.encode()) > LARGEST_QUESTION:
            raise PolicyTooLarge(f"{len(text.encode()):,} bytes as JSON; {LARGEST_QUESTION:,} can be tried")
        told = await invoke(self._function, text)
        if '"refused"' in told[:200]:
            refused = TrialRefused.model_validate_json(told)
            faults = tuple(Fault(one.pointer, one.detail) for one in refused.faults)
            raise REFUSALS.get(refused.refused, InvalidPolicy)(refused.detail, faults=faults)
        return told


def _steps(told: tuple[PolicyStep, ...]) -> tuple[TriedStep, ...]:
    return tuple(TriedStep(one.name, one.before, one.after) for one in told)
