"""Every failure of an HTTP API as a problem document (RFC 9457), never with a stack or a secret in it."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, cast

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from shared.kernel.errors import (
    Conflict,
    Fault,
    Forbidden,
    Invalid,
    Limited,
    Malformed,
    NotFound,
    PlatformError,
    TooLarge,
    Unauthenticated,
    Unavailable,
)
from shared.runtime.answers import encode
from shared.runtime.observability import logger

PROBLEM_JSON = "application/problem+json"
RETRY_AFTER_SECONDS = 5
STATUS_OF_KIND: dict[type[PlatformError], int] = {
    Malformed: 400,
    TooLarge: 413,
    Invalid: 422,
    Unauthenticated: 401,
    Forbidden: 403,
    NotFound: 404,
    Conflict: 409,
    Limited: 429,
    Unavailable: 503,
}


class ProblemAnswer(Response):
    """An answer whose body is a problem document."""

    media_type = PROBLEM_JSON


def request_id(request: Request) -> str:
    """The id that API Gateway or Lambda gave this request, to be found again in the logs."""
    event = request.scope.get("aws.event") or {}
    return str(event.get("requestContext", {}).get("requestId", "local"))


def problem(
    request: Request,
    *,
    code: str,
    title: str,
    status: int,
    detail: str,
    faults: tuple[Fault, ...] = (),
    headers: dict[str, str] | None = None,
) -> Response:
    """The problem document for `code`."""
    body = {
        "type": f"/problems/{code}",
        "title": title,
        "status": status,
        "detail": detail,
        "instance": f"urn:request:{request_id(request)}",
        "errors": [{"pointer": fault.pointer, "detail": fault.detail} for fault in faults],
    }
    return ProblemAnswer(encode(body), status_code=status, headers=headers)


def status_of(error: PlatformError) -> int:
    """The HTTP status of the error's kind."""
    return next((status for kind, status in STATUS_OF_KIND.items() if isinstance(error, kind)), 500)


async def _platform(request: Request, error: Exception) -> Response:
    return refusal(request, cast(PlatformError, error))


def refusal(request: Request, failure: PlatformError) -> Response:
    """The problem document for a failure on purpose."""
    headers: dict[str, str] = {}
    after = getattr(failure, "retry_after_seconds", None)
    if isinstance(failure, Unauthenticated):
        headers["WWW-Authenticate"] = "Bearer"
    if isinstance(failure, Unavailable):
        after = after or RETRY_AFTER_SECONDS
        logger.warning("unavailable", code=failure.code, cause=repr(failure.__cause__))
    if after is not None:
        headers["Retry-After"] = str(after)
    return problem(
        request,
        code=failure.code,
        title=failure.title,
        status=status_of(failure),
        detail=failure.detail,
        faults=failure.faults,
        headers=headers,
    )


def _pointer(location: tuple[int | str, ...]) -> str:
    where, *rest = location
    path = "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in rest)
    return f"#{path}" if where == "body" else f"{where}{path}"


def _fault(found: Mapping[str, Any]) -> Fault:
    location = tuple(found["loc"])
    if found["type"] == "json_invalid":
        # The place is a character of the body, to which no pointer leads.
        return Fault("#", f"{found['msg']} at character {location[-1]}: {found['ctx']['error']}")
    return Fault(_pointer(location), str(found["msg"]))


async def _malformed(request: Request, error: Exception) -> Response:
    found = cast(RequestValidationError, error).errors()
    faults = tuple(_fault(one) for one in found)
    return problem(
        request,
        code="request/invalid",
        title="The request does not fit its description",
        status=422,
        detail="see errors: each names the place and what is wrong there; /openapi.json describes the request",
        faults=faults,
    )


async def _http(request: Request, error: Exception) -> Response:
    failure = cast(HTTPException, error)
    phrase = HTTPStatus(failure.status_code).phrase
    return problem(
        request,
        code=f"http/{failure.status_code}",
        title=phrase,
        status=failure.status_code,
        detail=f"{request.method} {request.url.path}: {phrase.lower()}; see openapi.json for what there is",
        headers=dict(failure.headers or {}),
    )


async def _unexpected(request: Request, error: Exception) -> Response:
    logger.error("unexpected failure", exc_info=error)
    return problem(
        request,
        code="platform/unexpected",
        title="Something went wrong on our side",
        status=500,
        detail="the failure was logged under this request's id; the same request may fail again",
    )


def install_problems(app: FastAPI) -> None:
    """Make every failure of `app` a problem document."""
    app.add_exception_handler(PlatformError, _platform)
    app.add_exception_handler(RequestValidationError, _malformed)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _unexpected)
