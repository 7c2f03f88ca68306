"""The ways the assistant refuses."""

from shared.kernel.errors import NotFound


class QuestionNotFound(NotFound):
    """No such question of this organisation."""

    code = "assistant/question-not-found"
    title = "There is no such question"
