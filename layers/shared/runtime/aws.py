"""AWS clients: made on first use, because the SDK costs more than everything else at start, and kept."""

import asyncio
from collections.abc import Callable
from functools import cache
from threading import Lock
from typing import Any

from shared.kernel.errors import Unavailable

CONNECT_TIMEOUT_SECONDS = 2
READ_TIMEOUT_SECONDS = 10
# Calls run on threads, and the SDK's default session is not made for two that make a client at once.
MAKING = Lock()


class AwsUnavailable(Unavailable):
    """An AWS service did not do what it was asked."""

    code = "aws/unavailable"
    title = "A cloud service did not answer"


@cache
def client(service: str) -> Any:  # noqa: ANN401 - boto3 makes its client classes at run time
    """The client of an AWS service, with timeouts and the SDK's standard retries."""
    import boto3  # noqa: PLC0415 - the SDK must not load with the function
    from botocore.config import Config  # noqa: PLC0415

    config = Config(
        connect_timeout=CONNECT_TIMEOUT_SECONDS,
        read_timeout=READ_TIMEOUT_SECONDS,
        retries={"mode": "standard", "max_attempts": 3},
    )
    make: Callable[..., Any] = boto3.client
    return make(service, config=config)


async def call(service: str, operation: str, **parameters: object) -> dict[str, Any]:
    """Call an operation of an AWS service off the event loop; its failure becomes `AwsUnavailable`."""

    def blocking() -> dict[str, Any]:
        from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415

        with MAKING:
            operate: Callable[..., dict[str, Any]] = getattr(client(service), operation)
        try:
            return operate(**parameters)
        except (BotoCoreError, ClientError) as error:
            detail = f"{service} did not carry out {operation}"
            raise AwsUnavailable(detail) from error

    return await asyncio.to_thread(blocking)


def secret(arn: str) -> dict[str, str]:
    """The JSON object in a secret, cached for five minutes by Powertools."""
    from aws_lambda_powertools.utilities import parameters  # noqa: PLC0415 - loads the SDK

    try:
        found = parameters.get_secret(arn, transform="json", max_age=300)
    except parameters.exceptions.GetParameterError as error:
        detail = "a secret could not be read"
        raise AwsUnavailable(detail) from error
    return {str(key): str(value) for key, value in dict(found).items()}


async def invoke(function: str, payload: str) -> str:
    """Ask another house's function and wait for its answer, as JSON text."""
    answer = await call("lambda", "invoke", FunctionName=function, Payload=payload.encode())
    body = await asyncio.to_thread(answer["Payload"].read)
    if "FunctionError" in answer:
        detail = f"{function} failed while answering"
        raise AwsUnavailable(detail)
    return str(body.decode())
