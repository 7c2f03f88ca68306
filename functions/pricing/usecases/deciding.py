"""Decide products as they stand: read what their decisions need, decide, and heed price wars."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from pricing.domain.decision import Decision
from pricing.domain.decisions.deciding import decided
from pricing.domain.decisions.inputs import Inputs, inputs_of
from pricing.domain.market import ProductFacts
from pricing.domain.policies.compiled import Compiled
from pricing.usecases.loops import HeedLoops
from pricing.usecases.subjects import ReadSubjects


@dataclass(frozen=True, slots=True, kw_only=True)
class DecideProducts:
    """Decide products of one organisation and shop. Those of a family must come together."""

    subjects: ReadSubjects
    loops: HeedLoops

    async def __call__(
        self,
        rules: Compiled,
        organisation_id: str,
        products: Sequence[ProductFacts],
        at: datetime,
        *,
        policy_version: int = 0,
    ) -> tuple[list[Inputs], list[Decision]]:
        """The inputs and the decision of each product, in their order."""
        if not products:
            return [], []
        read = await self.subjects(rules, organisation_id, products, at)
        inputs = inputs_of(read.subjects, read.competitors, at)
        made = decided(rules, inputs, policy_version=policy_version)
        looping = await self.loops(rules, read, made, at)
        if not looping:
            return inputs, made
        # Where one stands otherwise its family may be decided otherwise.
        subjects = [looping.get(place, subject) for place, subject in enumerate(read.subjects)]
        inputs = inputs_of(subjects, read.competitors, at)
        return inputs, decided(rules, inputs, policy_version=policy_version)
