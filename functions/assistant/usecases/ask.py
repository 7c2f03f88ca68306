"""Ask a question, and answer it. A question that is delivered twice is answered once."""

from dataclasses import dataclass

from assistant.domain.composing import composed, unanswerable
from assistant.domain.plan import Plan, planned
from assistant.domain.question import Question, State
from assistant.usecases.ports import Market, Planner, Questions
from shared.kernel.clock import Clock
from shared.kernel.errors import Unavailable


@dataclass(frozen=True, slots=True, kw_only=True)
class RulePlanner:
    """Understands questions by their words; needs no model and no key."""

    @property
    def name(self) -> str:
        """What to call this planner in an answer."""
        return "rules"

    async def plan(self, text: str) -> Plan | None:
        """Return the question to pricing that fits, or None when none does."""
        return planned(text)


@dataclass(frozen=True, slots=True, kw_only=True)
class AskQuestion:
    """Keep a question and, in one with it, ask for its answer."""

    questions: Questions

    async def __call__(self, question: Question) -> Question:
        """Return the question as it was kept."""
        return await self.questions.add(question)


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerQuestion:
    """Answer a question: understand it, ask pricing, put what pricing says into words.

    When the language model does not answer, the rules understand the question instead.
    """

    questions: Questions
    planner: Planner
    market: Market
    clock: Clock

    async def __call__(self, organisation_id: str, question_id: str) -> None:
        """Keep the answer with the question."""
        question = await self.questions.get(organisation_id, question_id)
        if question.state is State.ANSWERED:
            return
        planner, plan = await self._understood(question.text)
        at = self.clock()
        if plan is None:
            await self.questions.answered(question, unanswerable(planner), at)
            return
        told = await self.market.ask(organisation_id, plan)
        await self.questions.answered(question, composed(told, planner, at), at)

    async def _understood(self, text: str) -> tuple[str, Plan | None]:
        try:
            return self.planner.name, await self.planner.plan(text)
        except Unavailable:
            rules = RulePlanner()
            return rules.name, await rules.plan(text)
