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
from pricing.usecases.subjects import Read, ReadSubjects, Together


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
        return await self._made(rules, read, at, policy_version)

    async def by_each(
        self, policies: Sequence[Compiled], organisation_id: str, products: Sequence[ProductFacts], at: datetime
    ) -> list[tuple[list[Inputs], list[Decision]]]:
        """What each of several policies decides of the same products at the same moment, from one reading."""
        if not products:
            return [([], []) for _ in policies]
        read = await self.subjects(Together(policies), organisation_id, products, at)
        return [await self._made(rules, read, at, 0) for rules in policies]

    async def _made(
        self, rules: Compiled, read: Read, at: datetime, policy_version: int
    ) -> tuple[list[Inputs], list[Decision]]:
        inputs = inputs_of(read.subjects, read.competitors, at)
        made = decided(rules, inputs, policy_version=policy_version)
        looping = await self.loops(rules, read, made, at)
        if not looping:
            return inputs, made
        # Where one stands otherwise its family may be decided otherwise.
        subjects = [looping.get(place, subject) for place, subject in enumerate(read.subjects)]
        inputs = inputs_of(subjects, read.competitors, at)
        return inputs, decided(rules, inputs, policy_version=policy_version)
