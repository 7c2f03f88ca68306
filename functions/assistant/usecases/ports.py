"""What the assistant's intents need from outside, in its own words."""

from datetime import datetime
from typing import Protocol

from assistant.domain.composing import Told
from assistant.domain.plan import Plan
from assistant.domain.question import Answer, Question


class Questions(Protocol):
    """The questions of every organisation."""

    async def add(self, question: Question) -> Question:
        """Keep a new question, ask for its answer and announce it, in one; a question of this id stays as it is."""

    async def get(self, organisation_id: str, question_id: str) -> Question:
        """Return one question; `QuestionNotFound` when there is none."""

    async def answered(self, question: Question, answer: Answer, at: datetime) -> None:
        """Keep the answer to a question and announce the end, unless it has an answer."""


class Planner(Protocol):
    """What understands a question."""

    @property
    def name(self) -> str:
        """What to call this planner in an answer."""

    async def plan(self, text: str) -> Plan | None:
        """Return the question to pricing that fits, or None when none does; `Unavailable` when it cannot say."""


class Market(Protocol):
    """Pricing, asked."""

    async def ask(self, organisation_id: str, plan: Plan) -> Told:
        """Return what pricing knows."""
