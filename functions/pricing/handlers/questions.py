"""Lambda: answers the assistant's questions about the market (direct invocation)."""

from typing import Annotated

from pydantic import Field, TypeAdapter

from pricing.adapters.question_door import Question, QuestionDoor
from pricing.bootstrap.telling import ask_market
from shared.runtime.lambda_invoke import invoke_handler

question: TypeAdapter[Question] = TypeAdapter(Annotated[Question, Field(discriminator="tool")])

handler = invoke_handler(question, QuestionDoor(ask_market()))
