"""Trials of policies in memory."""

import asyncio
from dataclasses import asdict, dataclass, field
from threading import Thread
from typing import Any

from pricing.adapters.policy_text import policy_from, policy_hash
from pricing.domain.policies.document import PolicyDocument
from pricing.usecases.trials import Checked, Explained, FoundFault, PreviewAsked, Previewed, TriedCase
from pricing.usecases.try_policies import CheckPolicy
from tests.builders.pricing import MONDAY
from tests.fakes.pricing import FakeCompetitors, FakeFacts


@dataclass
class FakeTrials:
    """Finds what it is told to find."""

    findings: tuple[FoundFault, ...] = ()
    tests: tuple[TriedCase, ...] = ()
    asked: list[tuple[str, str]] = field(default_factory=list)

    async def check(self, organisation_id: str, document: PolicyDocument) -> Checked:
        self.asked.append((organisation_id, document.name))
        return Checked(findings=self.findings, tests=self.tests, document_hash=policy_hash(document))

    async def preview(self, organisation_id: str, document: PolicyDocument, asked: PreviewAsked) -> Previewed:
        self.asked.append((organisation_id, document.name))
        return Previewed(rows=(), next_after=asked.after or None)

    async def explain(self, organisation_id: str, decision_id: str) -> Explained:
        self.asked.append((organisation_id, decision_id))
        return Explained(replayable=False)


def checked_without_a_shop(asked: dict[str, Any]) -> dict[str, Any]:
    """The function that tries policies, for a test that opens the API's door: it knows no product, no competitor."""
    facts, competitors = FakeFacts(), FakeCompetitors()
    check = CheckPolicy(facts=facts, competitors=competitors, clock=lambda: MONDAY)
    document = policy_from(asked["document"])
    made: list[Checked] = []
    # The door's own loop waits for this answer.
    asking = Thread(target=lambda: made.append(asyncio.run(check("nobody", document, policy_hash(document)))))
    asking.start()
    asking.join()
    return asdict(made[0])
