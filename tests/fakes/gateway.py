"""API Gateway before one house's door: asks as it asks, and holds each answer against the house's OpenAPI file."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator

from tests.builders.events import ROOT, http_request, identity

PROBLEM = "application/problem+json"
EVERYTHING = (
    "users:read users:write catalogue:read catalogue:write market:read market:write prices:read policies:write "
    "prices:approve prices:publish jobs:read jobs:write assistant:ask metrics:read"
)

type Handler = Callable[[dict[str, Any]], dict[str, Any]]


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: dict[str, str]
    text: str
    encoded: bool

    @property
    def kind(self) -> str:
        return self.headers.get("content-type", "").split(";", maxsplit=1)[0]

    @property
    def json(self) -> Any:
        return json.loads(self.text)


@cache
def openapi(house: str) -> dict[str, Any]:
    """The house's OpenAPI file."""
    document: dict[str, Any] = json.loads((ROOT / "docs" / "openapi" / f"{house}.json").read_text(encoding="utf-8"))
    return document


def operations(house: str) -> dict[tuple[str, str], dict[str, Any]]:
    """Every documented operation, by method and path."""
    paths = openapi(house)["paths"]
    return {(method.upper(), path): one for path, methods in paths.items() for method, one in methods.items()}


def operation_of(house: str, method: str, path: str) -> dict[str, Any] | None:
    """The operation that a request is for: the path that is written out comes before one with a parameter."""
    found = [
        (template.count("{"), operation)
        for (verb, template), operation in operations(house).items()
        if verb == method and re.fullmatch(re.sub(r"\{[^}]+\}", "[^/]+", template), path)
    ]
    return min(found, key=lambda one: one[0])[1] if found else None


def schema_of(house: str, method: str, path: str, answer: Answer) -> dict[str, Any]:
    """The schema that the answer's body was promised to fit."""
    if answer.kind == PROBLEM:
        return {"$ref": "#/components/schemas/Problem"}
    operation = operation_of(house, method, path)
    assert operation is not None, f"{method} {path} is not documented"
    documented = operation["responses"][str(answer.status)]
    schema: dict[str, Any] = documented["content"]["application/json"]["schema"]
    return schema


@dataclass(frozen=True)
class Gateway:
    """Sends requests to one house."""

    house: str
    handler: Handler

    def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        scopes: str | None = EVERYTHING,
        proved: Mapping[str, str] | None = None,
        organisation_id: str = "org",
        query: str = "",
        content_type: str = "application/json",
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """The answer to one request; a `str` is sent as it is, anything else as JSON. Without scopes: anonymous."""
        text = body if body is None or isinstance(body, str) else json.dumps(body)
        if proved is None and scopes is not None:
            proved = identity(scopes, organisation_id)
        event = http_request(
            method, path, proved=proved, body=text, query=query, content_type=content_type, headers=headers
        )
        got = self.handler(event)
        told = {name.lower(): value for name, value in got["headers"].items()}
        answer = Answer(got["statusCode"], told, got.get("body") or "", bool(got.get("isBase64Encoded")))
        self._check(method, path, answer)
        return answer

    def _check(self, method: str, path: str, answer: Answer) -> None:
        assert not answer.encoded, "API Gateway would have to decode this text"
        if answer.status in {204, 304}:
            assert not answer.text
            return
        if answer.kind == "text/csv":
            operation = operation_of(self.house, method, path)
            assert operation is not None
            assert answer.kind in operation["responses"][str(answer.status)]["content"], "its form is not documented"
            return
        schema = schema_of(self.house, method, path, answer) | {"components": openapi(self.house)["components"]}
        faults = [f"{one.json_path}: {one.message}" for one in Draft202012Validator(schema).iter_errors(answer.json)]
        assert not faults, f"{method} {path} {answer.status}: {faults}"
