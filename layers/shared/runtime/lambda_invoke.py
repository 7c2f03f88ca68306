"""A function that another house or an operator invokes directly: JSON in, JSON out."""

from collections.abc import Awaitable, Callable
from typing import Any, cast

from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext
from pydantic import BaseModel, TypeAdapter

from shared.runtime.loop import run
from shared.runtime.observability import logger, metrics

type Handler = Callable[[dict[str, Any], LambdaContext], dict[str, Any]]


def invoke_handler[Q](question: TypeAdapter[Q], serve: Callable[[Q], Awaitable[BaseModel]]) -> Handler:
    """The Lambda handler that validates the payload, serves it and returns the answer's JSON."""

    @metrics.log_metrics(capture_cold_start_metric=True)
    @logger.inject_lambda_context(clear_state=True)
    def handler(event: dict[str, Any], _: LambdaContext) -> dict[str, Any]:
        asked = question.validate_python(event)

        async def serving() -> BaseModel:
            return await serve(asked)

        reply = run(serving())
        logger.info("answered", question=type(asked).__name__)
        metrics.add_metric(name="Invocations", unit=MetricUnit.Count, value=1)
        return reply.model_dump(mode="json")

    return cast(Handler, handler)


def tick_handler(work: Callable[[], Awaitable[int]], what: str) -> Handler:
    """The Lambda handler of a schedule's tick: do the work there is, and log how much it was."""

    @metrics.log_metrics(capture_cold_start_metric=True)
    @logger.inject_lambda_context(clear_state=True)
    def handler(_event: dict[str, Any], _context: LambdaContext) -> dict[str, Any]:
        async def working() -> int:
            return await work()

        count = run(working())
        logger.info(what, count=count)
        metrics.add_metric(name="Ticks", unit=MetricUnit.Count, value=1)
        return {"count": count}

    return cast(Handler, handler)
