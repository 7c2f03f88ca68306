"""A function that another house or an operator invokes directly: JSON in, JSON out."""

from collections.abc import Awaitable, Callable
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext
from pydantic import BaseModel, TypeAdapter

from shared.runtime.deadline import before_the_end_of
from shared.runtime.loop import run
from shared.runtime.observability import emit, invocation, logger, span

# The key that carries the caller's trace beside the question.
TRACE_KEY = "traceparent"

type Handler = Callable[[dict[str, Any], LambdaContext], dict[str, Any]]


def invoke_handler[Q](question: TypeAdapter[Q], serve: Callable[[Q], Awaitable[BaseModel]]) -> Handler:
    """The Lambda handler that validates the payload, serves it and returns the answer's JSON."""

    def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
        asked = question.validate_python({key: value for key, value in event.items() if key != TRACE_KEY})
        name = type(asked).__name__

        async def serving() -> BaseModel:
            return await serve(asked)

        with invocation(context), before_the_end_of(context), span(name, kind="server", parent=event.get(TRACE_KEY)):
            reply = run(serving())
            logger.info("answered", question=name)
            emit("Invocations", 1)
            return reply.model_dump(mode="json")

    return handler


def tick_handler(work: Callable[[], Awaitable[int]], what: str) -> Handler:
    """The Lambda handler of a schedule's tick: do the work there is, and log how much it was."""

    def handler(_event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
        async def working() -> int:
            return await work()

        with invocation(context), before_the_end_of(context), span(what, kind="consumer"):
            count = run(working())
            logger.info(what, count=count)
            emit("Ticks", 1)
            return {"count": count}

    return handler
