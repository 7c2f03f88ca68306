"""AWS clients: made on first use, because the SDK costs more than everything else at start, and kept."""

import json
import re
from collections.abc import Callable
from functools import cache
from threading import Lock
from typing import Any

from shared.kernel.errors import Unavailable
from shared.runtime.breaker import Refused
from shared.runtime.resilience import FINAL, SICK, Policy, Remote, Verdict, retry_after
from shared.runtime.tracing import traceparent

CONNECT_TIMEOUT_SECONDS = 2
READ_TIMEOUT_SECONDS = 10
# A function of another house may take its time; every other service answers or is sick.
INVOKE_TIMEOUT_SECONDS = 30
SECRET_SECONDS = 300
SERVER_ERROR = 500
# What a function's name begins with; without it the name is the same wherever the function runs.
DEPLOYED = re.compile(r"^lambda omnipricex-[^-]+-")
THROTTLED = frozenset(
    {
        "EC2ThrottledException",
        "PriorRequestNotComplete",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestThrottledException",
        "SlowDown",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
        "TransactionInProgressException",
    },
)
# Calls run on threads, and the SDK's default session is not made for two that make a client at once.
MAKING = Lock()


class AwsUnavailable(Unavailable):
    """An AWS service did not do what it was asked."""

    code = "aws/unavailable"
    title = "A cloud service did not answer"


def error_code(error: AwsUnavailable) -> str:
    """The service's own name for what went wrong; empty when it did not answer."""
    response = getattr(error.__cause__, "response", None) or {}
    return str(response.get("Error", {}).get("Code", ""))


@cache
def client(service: str) -> Any:  # noqa: ANN401 - boto3 makes its client classes at run time
    """The client of an AWS service, with timeouts; retries are `Remote`'s, so the SDK makes none."""
    import boto3  # noqa: PLC0415 - the SDK must not load with the function
    from botocore.config import Config  # noqa: PLC0415

    config = Config(
        connect_timeout=CONNECT_TIMEOUT_SECONDS,
        read_timeout=INVOKE_TIMEOUT_SECONDS if service == "lambda" else READ_TIMEOUT_SECONDS,
        retries={"mode": "standard", "total_max_attempts": 1},
        # Links to objects are signed in the old way without it.
        signature_version="s3v4" if service == "s3" else None,
    )
    make: Callable[..., Any] = boto3.client
    return make(service, config=config)


@cache
def remote(name: str) -> Remote:
    """An AWS service, or a function of another house, as this process knows it."""
    if name.startswith("lambda "):
        named = DEPLOYED.sub("lambda ", name)
        return Remote(named, Policy(timeout_seconds=INVOKE_TIMEOUT_SECONDS, attempts=2, total_seconds=45, at_once=4))
    return Remote(name, Policy(timeout_seconds=READ_TIMEOUT_SECONDS))


def judged(error: Exception) -> Verdict:
    """What a failure of the SDK means."""
    from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError  # noqa: PLC0415

    if isinstance(error, ClientError):
        answered = error.response.get("ResponseMetadata", {})
        code = error.response.get("Error", {}).get("Code", "")
        throttled = code in THROTTLED
        if not throttled and int(answered.get("HTTPStatusCode", 400)) < SERVER_ERROR:
            return FINAL
        after = retry_after(answered.get("HTTPHeaders", {}))
        return Verdict(retry=True, sick=not throttled, after=after)
    if isinstance(error, HTTPClientError | TimeoutError | OSError):
        return SICK
    # What the SDK itself refuses, as a parameter that is missing, no second attempt mends.
    return FINAL if isinstance(error, BotoCoreError) else Verdict(retry=False, sick=False)


def answered_status(error: AwsUnavailable) -> int | None:
    """The HTTP status that the service answered with; None when it did not answer."""
    response = getattr(error.__cause__, "response", None) or {}
    status = response.get("ResponseMetadata", {}).get("HTTPStatusCode")
    return None if status is None else int(status)


async def call(service: str, operation: str, **parameters: object) -> dict[str, Any]:
    """Call an operation of an AWS service off the event loop; its failure becomes `AwsUnavailable`."""
    return await _asked(service, service, operation, parameters)


async def call_once(service: str, operation: str, **parameters: object) -> dict[str, Any]:
    """The same for an operation that is not to happen twice: one whose answer is lost is not repeated."""
    return await _asked(service, service, operation, parameters, repeatable=False)


async def _asked(
    name: str, service: str, operation: str, parameters: dict[str, object], *, repeatable: bool = True
) -> dict[str, Any]:
    def blocking() -> dict[str, Any]:
        with MAKING:
            operate: Callable[..., dict[str, Any]] = getattr(client(service), operation)
        answered = operate(**parameters)
        if "Payload" in answered:
            # The body of an answer is read where the waiting is allowed, too.
            answered["Payload"] = answered["Payload"].read()
        return answered

    try:
        return await remote(name).blocking(blocking, judged, repeatable=repeatable)
    except Exception as error:
        if not _is_of_the_cloud(error):
            raise
        raise AwsUnavailable(f"{service} did not carry out {operation}") from error


def _is_of_the_cloud(error: Exception) -> bool:
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415

    return isinstance(error, BotoCoreError | ClientError | Refused | OSError)


def secret(arn: str, *, anew: bool = False) -> dict[str, str]:
    """The JSON object in a secret, cached for five minutes by Powertools; `anew` reads it in any case."""
    try:
        found = _secrets().get(arn, max_age=SECRET_SECONDS, force_fetch=anew)
        return {str(key): str(value) for key, value in dict(json.loads(found)).items()}
    except Exception as error:
        from aws_lambda_powertools.utilities.parameters.exceptions import GetParameterError  # noqa: PLC0415

        if not isinstance(error, GetParameterError | ValueError) and not _is_of_the_cloud(error):
            raise
        # Neither the secret nor what is wrong in it may stand in a cause.
        raise AwsUnavailable("a secret could not be read") from None


@cache
def _secrets() -> Any:  # noqa: ANN401 - the provider's answers have no types
    from aws_lambda_powertools.utilities.parameters import SecretsProvider  # noqa: PLC0415 - loads the SDK

    with MAKING:
        return SecretsProvider(boto3_client=client("secretsmanager"))


async def invoke(function: str, payload: str, *, repeatable: bool = True) -> str:
    """Ask another house's function and wait for its answer, as JSON text. The question carries the present trace."""
    asked = json.dumps(json.loads(payload) | {"traceparent": traceparent()}, ensure_ascii=False)
    parameters: dict[str, object] = {"FunctionName": function, "Payload": asked.encode()}
    answer = await _asked(f"lambda {function}", "lambda", "invoke", parameters, repeatable=repeatable)
    if "FunctionError" in answer:
        raise AwsUnavailable(f"{function} failed while answering")
    return str(answer["Payload"].decode())
