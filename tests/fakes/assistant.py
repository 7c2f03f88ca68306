"""The assistant's ports in memory."""

from dataclasses import dataclass, field, replace
from datetime import datetime

from assistant.domain.composing import Told
from assistant.domain.errors import QuestionNotFound
from assistant.domain.plan import Plan
from assistant.domain.question import Answer, Question, State
from shared.kernel.errors import Unavailable


@dataclass
class FakeQuestions:
    """Questions by id."""

    kept: dict[str, Question] = field(default_factory=dict)

    async def add(self, question: Question) -> Question:
        return self.kept.setdefault(question.question_id, question)

    async def get(self, organisation_id: str, question_id: str) -> Question:
        found = self.kept.get(question_id)
        if found is None or found.organisation_id != organisation_id:
            raise QuestionNotFound("none")
        return found

    async def answered(self, question: Question, answer: Answer, at: datetime) -> None:
        found = self.kept.get(question.question_id)
        if found is None or found.organisation_id != question.organisation_id or found.answer is not None:
            return
        self.kept[question.question_id] = replace(found, answer=answer, state=State.ANSWERED, answered_at=at)


@dataclass
class FakePlanner:
    """A model that always chooses the same."""

    choice: Plan | None
    down: bool = False

    @property
    def name(self) -> str:
        return "model"

    async def plan(self, text: str) -> Plan | None:
        if self.down:
            raise Unavailable(f"no model for «{text}»")
        return self.choice


@dataclass
class FakeMarket:
    """Pricing that tells one thing, and remembers what it was asked."""

    told: Told
    asked: list[tuple[str, Plan]] = field(default_factory=list)

    async def ask(self, organisation_id: str, plan: Plan) -> Told:
        self.asked.append((organisation_id, plan))
        return self.told
