"""The work the assistant takes on."""

from typing import Literal

from shared.contracts.envelope import Event


class QuestionAsked(Event):
    """Command: answer a stored question."""

    type: Literal["assistant.question-asked"] = "assistant.question-asked"
    question_id: str
