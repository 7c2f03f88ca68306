"""API Gateway HTTP API → FastAPI, on one event loop for the life of the execution environment."""

import asyncio
from collections.abc import Callable
from typing import Any, cast

from aws_lambda_powertools.utilities.typing import LambdaContext
from fastapi import FastAPI
from mangum import Mangum
from mangum.adapter import DEFAULT_TEXT_MIME_TYPES

from shared.runtime.deadline import before_the_end_of
from shared.runtime.loop import the_loop
from shared.runtime.problems import PROBLEM_JSON

type Handler = Callable[[dict[str, Any], LambdaContext], dict[str, Any]]


def http_handler(app: FastAPI) -> Handler:
    """The Lambda handler that serves `app`; what every request needs, its edge does."""
    asyncio.set_event_loop(the_loop())
    # lifespan: Mangum would open and close it on every invocation.
    # text_mime_types: Mangum base64-encodes every media type that is missing here.
    adapter = Mangum(app, lifespan="off", text_mime_types=[*DEFAULT_TEXT_MIME_TYPES, PROBLEM_JSON, "application/yaml"])

    def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
        with before_the_end_of(context):
            return adapter(event, cast(Any, context))

    return handler
