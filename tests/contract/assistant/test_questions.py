"""Questions: fake and MongoDB keep the same promises."""

from collections.abc import Callable

import pytest

from assistant.adapters.mongo_questions import MongoQuestions
from assistant.domain.errors import QuestionNotFound
from assistant.domain.question import State
from assistant.usecases.ports import Questions
from shared.runtime.mongo import Mongo
from shared.runtime.outbox import Outbox
from shared.runtime.queues import Queue
from tests.builders.assistant import MONDAY, a_question, an_answer
from tests.fakes.assistant import FakeQuestions
from tests.fakes.cloud import FakeCloud
from tests.fakes.runs import Run


@pytest.fixture(params=["fake", "mongodb"])
def questions(request: pytest.FixtureRequest) -> Questions:
    """The store under test."""
    if request.param == "fake":
        return FakeQuestions()
    assert isinstance(request.getfixturevalue("cloud"), FakeCloud)
    store: Callable[[str], Mongo] = request.getfixturevalue("store")
    mongo = store("assistant")
    outbox = Outbox(mongo, "assistant", bus="bus", queues={"questions": Queue("questions")})
    return MongoQuestions(mongo, outbox)


def test_a_question_is_read_by_its_organisation_only(questions: Questions, run: Run) -> None:
    run(questions.add(a_question()))

    assert run(questions.get("org", "qst")) == a_question()
    with pytest.raises(QuestionNotFound):
        run(questions.get("rival", "qst"))


def test_the_first_answer_stays(questions: Questions, run: Run) -> None:
    run(questions.add(a_question()))

    for text in ("first", "second"):
        run(questions.answered(a_question(), an_answer(text), MONDAY))

    found = run(questions.get("org", "qst"))
    assert (found.answer, found.state, found.answered_at) == (an_answer("first"), State.ANSWERED, MONDAY)


def test_no_organisation_answers_the_question_of_another(questions: Questions, run: Run) -> None:
    run(questions.add(a_question()))

    run(questions.answered(a_question(organisation_id="rival"), an_answer(), MONDAY))

    assert run(questions.get("org", "qst")).answer is None
