"""Questions and their answers, over HTTP."""

from dataclasses import asdict

from fastapi import APIRouter, Response
from pydantic import Field

from assistant.domain.question import Question, State
from assistant.usecases.house import Assistant
from shared.kernel.identifiers import fresh_id
from shared.runtime.answers import Body, View, answer
from shared.runtime.http_api import Asking


class NewQuestion(Body):
    """What you want to know."""

    text: str = Field(
        min_length=3,
        max_length=1000,
        examples=["which products lost first place, and what would the policy do?"],
    )


class FactView(View):
    """A number of the answer, its place in the text, and the record it was read from."""

    number: int
    label: str
    value: str
    unit: str
    record: str


class AnswerView(View):
    """A text in which every number is a fact."""

    text: str
    facts: list[FactView]
    tool: str | None
    planner: str
    as_of: str | None


class QuestionView(View):
    """A question, with its answer once there is one."""

    question_id: str
    text: str
    state: str
    asked_at: str
    answered_at: str | None
    answer: AnswerView | None


def _shown(question: Question) -> dict[str, object]:
    return {name: value for name, value in asdict(question).items() if name not in {"organisation_id", "user_id"}}


def question_routes(house: Assistant) -> APIRouter:
    """The routes of questions."""
    router = APIRouter(tags=["questions"])

    @router.post("/questions", status_code=202, response_model=QuestionView, summary="Ask a question")
    async def ask(asking: Asking, body: NewQuestion) -> Response:
        """The question is answered in the background; read it until its state is ANSWERED."""
        asking.must("assistant:ask")
        at = house.clock()
        question = Question(
            question_id=fresh_id("qst", at),
            organisation_id=asking.organisation_id,
            user_id=asking.user_id,
            text=body.text,
            state=State.ASKED,
            asked_at=at,
        )
        kept = await house.ask(question)
        return answer(_shown(kept), status=202, headers={"Location": f"/assistant/questions/{kept.question_id}"})

    @router.get("/questions/{question_id}", response_model=QuestionView, summary="Read a question and its answer")
    async def get_question(asking: Asking, question_id: str) -> Response:
        asking.must("assistant:ask")
        return answer(_shown(await house.questions.get(asking.organisation_id, question_id)))

    return router
