"""What the OpenAPI documents promise of failures: for each operation the ones it may end in, as problem documents."""

from typing import Any

from fastapi import FastAPI
from starlette.types import ASGIApp

from shared.contracts.problem import Problem
from shared.runtime.edge import Edge, Manners
from shared.runtime.middleware import AtTheEdge
from shared.runtime.problems import PROBLEM_JSON

type Responses = dict[int | str, dict[str, Any]]

DESCRIPTIONS = {
    400: "The request cannot be read, or its Idempotency-Key is missing or malformed",
    401: "The caller is not signed in; without any token the gateway answers, with a message alone",
    403: "The caller's roles do not allow this; for a token that is no longer good the gateway answers, likewise",
    404: "There is no such thing in the caller's organisation",
    409: "The request conflicts with the present state",
    413: "The request's body is larger than is read",
    422: "The request breaks a rule",
    429: "Too many requests; Retry-After says when to come back",
    503: "Try again later; Retry-After says when",
}
REPEATABLE = frozenset({"post", "patch"})
KEY: dict[str, Any] = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": "Under a key the request acts once, however often it is sent: a repetition gets the first answer",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255},
}
_PROBLEM = {"$ref": f"#/components/schemas/{Problem.__name__}"}


def described(*statuses: int) -> Responses:
    """The responses of an operation that may fail in these ways."""
    return {status: {"model": Problem, "description": DESCRIPTIONS[status]} for status in statuses}


class HouseApi(FastAPI):
    """A FastAPI application behind its edge, whose document tells of its failures."""

    def __init__(self, *, edge: Edge | None, manners: Manners, **given: Any) -> None:  # noqa: ANN401 - FastAPI's own
        self._edge = edge
        self._manners = manners
        # The edge makes the one server span of a request.
        super().__init__(**given, telemetry={"tracing": False, "metrics": False, "logs": False})

    def framework(self) -> ASGIApp:
        """The application without its edge."""
        return super().build_middleware_stack()

    def build_middleware_stack(self) -> ASGIApp:
        """The framework's own layers, and the edge around them: it sees what a crash is answered with."""
        return AtTheEdge(self.framework(), self._edge, self._manners)

    def openapi(self) -> dict[str, Any]:
        """The OpenAPI document."""
        if self.openapi_schema is None:
            document = super().openapi()
            for path, operations in document["paths"].items():
                for method, operation in operations.items():
                    _complete(path, operation)
                    name = f"{method.upper()} {path}"
                    heeds = method in REPEATABLE and name not in self._manners.keeps_no_answer
                    if heeds and "security" in operation:
                        _repeatable(operation, needed=name in self._manners.needs_key)
        return super().openapi()


def _repeatable(operation: dict[str, Any], *, needed: bool) -> None:
    """Add the key under which a request acts once, and what may be wrong with it and with the body."""
    operation.setdefault("parameters", []).append(KEY | {"required": needed})
    for status in (400, 409, 413):
        answer = {"description": DESCRIPTIONS[status], "content": _content()}
        operation["responses"].setdefault(str(status), answer)
    operation["responses"] = dict(sorted(operation["responses"].items()))


def _complete(path: str, operation: dict[str, Any]) -> None:
    """Add what every operation of its kind may end in, and put each problem under its own media type."""
    responses: dict[str, Any] = operation["responses"]
    common = [429, *([401, 403] if "security" in operation else []), *([404] if "{" in path else [])]
    for status in common:
        responses.setdefault(str(status), {"description": DESCRIPTIONS[status], "content": _content()})
    for response in responses.values():
        if response.get("content", {}).get("application/json", {}).get("schema") == _PROBLEM:
            response["content"] = _content()
    operation["responses"] = dict(sorted(responses.items()))


def _content() -> dict[str, Any]:
    return {PROBLEM_JSON: {"schema": _PROBLEM}}
