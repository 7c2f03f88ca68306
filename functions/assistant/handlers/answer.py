"""Lambda: answers questions (SQS `assistant-questions` → AnswerQuestion)."""

from assistant.bootstrap import answer_question
from shared.contracts.assistant import QuestionAsked
from shared.runtime.lambda_sqs import Delivery, sqs_handler

answer = answer_question()


async def consume(event: QuestionAsked, _: Delivery) -> None:
    """Answer the question."""
    await answer(event.organisation_id, event.question_id)


handler = sqs_handler(QuestionAsked, consume)
