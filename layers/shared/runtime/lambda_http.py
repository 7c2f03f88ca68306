"""API Gateway HTTP API → FastAPI, on one event loop for the life of the execution environment."""

import asyncio
from collections.abc import Callable
from typing import Any, cast

from aws_lambda_powertools.logging import correlation_paths
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext
from fastapi import FastAPI
from mangum import Mangum
from mangum.adapter import DEFAULT_TEXT_MIME_TYPES

from shared.runtime.loop import the_loop
from shared.runtime.observability import logger, metrics
from shared.runtime.problems import PROBLEM_JSON

SERVER_ERROR = 500

type Handler = Callable[[dict[str, Any], LambdaContext], dict[str, Any]]


def http_handler(app: FastAPI) -> Handler:
    """The Lambda handler that serves `app`."""
    asyncio.set_event_loop(the_loop())
    # lifespan: Mangum would open and close it on every invocation.
    # text_mime_types: Mangum base64-encodes every media type that is missing here.
    adapter = Mangum(app, lifespan="off", text_mime_types=[*DEFAULT_TEXT_MIME_TYPES, PROBLEM_JSON])

    @metrics.log_metrics(capture_cold_start_metric=True)
    @logger.inject_lambda_context(correlation_id_path=correlation_paths.API_GATEWAY_HTTP, clear_state=True)
    def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
        answered = adapter(event, cast(Any, context))
        metrics.add_metric(name="Requests", unit=MetricUnit.Count, value=1)
        metrics.add_metric(
            name="ServerErrors", unit=MetricUnit.Count, value=int(answered["statusCode"] >= SERVER_ERROR)
        )
        return answered

    return cast(Handler, handler)
