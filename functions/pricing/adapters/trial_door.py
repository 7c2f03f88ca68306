"""The side of trials that computes: contracts in, contracts out."""

from dataclasses import asdict, dataclass

from pricing.adapters.policy_text import policy_from, policy_hash
from pricing.usecases.trials import PreviewAsked
from pricing.usecases.try_policies import CheckPolicy, ExplainDecision, PreviewPolicy
from shared.contracts import policy_trials as contracts
from shared.kernel.errors import Rejected

type Question = contracts.CheckPolicy | contracts.PreviewPolicy | contracts.ExplainDecision
type Said = contracts.PolicyChecked | contracts.PolicyPreviewed | contracts.DecisionExplained
type Answer = Said | contracts.TrialRefused


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialDoor:
    """Serves `CheckPolicy`, `PreviewPolicy` and `ExplainDecision`."""

    check: CheckPolicy
    preview: PreviewPolicy
    explain: ExplainDecision

    async def __call__(self, asked: Question) -> Answer:
        """Try a policy, or explain a decision; what makes no sense is an answer too."""
        try:
            return await self._said(asked)
        except Rejected as error:
            faults = tuple(contracts.RefusedFault(pointer=one.pointer, detail=one.detail) for one in error.faults)
            return contracts.TrialRefused(refused=error.code, detail=error.detail, faults=faults)

    async def _said(self, asked: Question) -> Said:
        if isinstance(asked, contracts.ExplainDecision):
            explained = await self.explain(asked.organisation_id, asked.decision_id)
            return contracts.DecisionExplained.model_validate(asdict(explained))
        document = policy_from(asked.document)
        if isinstance(asked, contracts.CheckPolicy):
            checked = await self.check(asked.organisation_id, document, policy_hash(document))
            return contracts.PolicyChecked.model_validate(asdict(checked))
        how = PreviewAsked(against=asked.against, skus=asked.skus, after=asked.after, limit=asked.limit)
        previewed = await self.preview(asked.organisation_id, document, how)
        return contracts.PolicyPreviewed.model_validate(asdict(previewed))
