"""Asking and answering through fakes."""

import asyncio

import pytest

from assistant.domain.plan import Plan
from assistant.domain.question import Question, State
from assistant.usecases.ask import AnswerQuestion, AskQuestion, RulePlanner
from assistant.usecases.ports import Planner
from shared.kernel.errors import NotFound, Unavailable
from tests.builders.assistant import MONDAY, a_question, told_summary
from tests.fakes.assistant import FakeMarket, FakePlanner, FakeQuestions

SUMMARY = Plan("market_summary")


def kept(question: Question) -> FakeQuestions:
    return FakeQuestions({question.question_id: question})


def answer(questions: FakeQuestions, market: FakeMarket, planner: Planner, organisation_id: str = "org") -> None:
    answering = AnswerQuestion(questions=questions, planner=planner, market=market, clock=lambda: MONDAY)
    asyncio.run(answering(organisation_id, "qst"))


def test_a_question_is_kept() -> None:
    questions = FakeQuestions()

    asyncio.run(AskQuestion(questions=questions)(a_question()))

    assert questions.kept == {"qst": a_question()}


def test_the_planners_choice_is_asked_of_pricing_and_put_into_words() -> None:
    questions, market = kept(a_question()), FakeMarket(told_summary())

    answer(questions, market, FakePlanner(SUMMARY))

    done = questions.kept["qst"]
    assert market.asked == [("org", SUMMARY)]
    assert (done.state, done.answered_at) == (State.ANSWERED, MONDAY)
    assert done.answer is not None
    assert (done.answer.planner, [fact.value for fact in done.answer.facts]) == ("model", ["3"])


def test_a_question_that_comes_twice_is_answered_once() -> None:
    questions, market = kept(a_question()), FakeMarket(told_summary())
    answer(questions, market, FakePlanner(SUMMARY))
    first = questions.kept["qst"]

    answer(questions, market, FakePlanner(Plan("lost_first_place")))

    assert questions.kept["qst"] == first
    assert len(market.asked) == 1


def test_without_the_model_the_rules_understand_the_question() -> None:
    questions, market = kept(a_question("how many products are watched?")), FakeMarket(told_summary())

    answer(questions, market, FakePlanner(None, down=True))

    done = questions.kept["qst"].answer
    assert done is not None
    assert (done.planner, market.asked) == ("rules", [("org", SUMMARY)])


def test_what_no_record_answers_is_not_asked_of_pricing() -> None:
    questions, market = kept(a_question("what is love?")), FakeMarket(told_summary())

    answer(questions, market, RulePlanner())

    done = questions.kept["qst"].answer
    assert done is not None
    assert done.text.startswith("I don't know.")
    assert market.asked == []


def test_another_organisations_question_is_not_answered() -> None:
    questions, market = kept(a_question()), FakeMarket(told_summary())

    with pytest.raises(NotFound):
        answer(questions, market, RulePlanner(), "rival")

    assert questions.kept["qst"].answer is None


def test_without_pricing_the_question_stays_open() -> None:
    class Silent(FakeMarket):
        async def ask(self, organisation_id: str, plan: Plan) -> object:  # type: ignore[override]  # never returns
            raise Unavailable(f"{organisation_id}: {plan}")

    questions = kept(a_question("how many?"))

    with pytest.raises(Unavailable):
        answer(questions, Silent(told_summary()), RulePlanner())

    assert questions.kept["qst"].state is State.ASKED
