"""Work for the assistant's own worker, as messages."""

from assistant.domain.question import Question
from shared.contracts.assistant import QuestionAsked
from shared.kernel.identifiers import derived_id

QUESTIONS = "questions"


def question_asked(question: Question) -> QuestionAsked:
    """Answer a question; its id is made of the question's, so asking twice is asking once."""
    return QuestionAsked(
        id=derived_id("msg", "question", question.question_id),
        occurred_at=question.asked_at,
        correlation_id=question.question_id,
        organisation_id=question.organisation_id,
        question_id=question.question_id,
    )
