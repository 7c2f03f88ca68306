"""Questions to be answered, on their queue."""

from assistant.domain.question import Question
from shared.contracts.assistant import QuestionAsked
from shared.kernel.identifiers import derived_id
from shared.runtime.queues import Queue


class SqsQuestions:
    """Hands questions over to be answered."""

    def __init__(self, queue: Queue) -> None:
        self._queue = queue

    async def answer(self, question: Question) -> None:
        """Hand a question over to be answered."""
        message = QuestionAsked(
            id=derived_id("msg", "question", question.question_id),
            occurred_at=question.asked_at,
            correlation_id=question.question_id,
            organisation_id=question.organisation_id,
            question_id=question.question_id,
        )
        await self._queue.send([message])
