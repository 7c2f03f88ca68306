"""Every documented operation asks who the caller is and what they may do, but for those that are public by name."""

import asyncio
import re
from collections.abc import Callable, Iterator
from typing import Any, cast

import pytest
from aws_lambda_powertools.utilities.typing import LambdaContext

from scripts.schemas import APPS
from shared.runtime.lambda_http import http_handler
from shared.runtime.loop import the_loop
from tests.fakes.cloud import FakeLambdaContext
from tests.fakes.gateway import Answer, Gateway, openapi, operations

PUBLIC = {
    ("POST", "/auth/sign-in"),
    ("POST", "/auth/refresh"),
    ("POST", "/auth/sign-out"),
    ("POST", "/auth/token"),
    ("GET", "/auth/keys"),
    *(("GET", f"/{house}/health") for house in APPS),
}
FOR_EVERYBODY = {("GET", "/auth/me"), *(("GET", f"/{house}/health/ready") for house in APPS)}
PATTERNS = {
    "^[^@\\s]+@[^@\\s]+$": "ann@shop.example",
    "^[A-Z]{3}$": "EUR",
    "^[A-Z]{2}$": "LV",
    "^\\d{4}-\\d{2}-\\d{2}$": "2026-11-23",
}

type Key = tuple[str, str]


def example(schema: dict[str, Any], house: str) -> Any:
    """The smallest value that fits a schema, so that a refusal is never about the body."""
    if "$ref" in schema:
        return example(openapi(house)["components"]["schemas"][schema["$ref"].rsplit("/", maxsplit=1)[-1]], house)
    if "examples" in schema:
        return schema["examples"][0]
    if "const" in schema or "enum" in schema:
        return schema.get("const", schema.get("enum", [None])[0])
    match schema.get("type"):
        case "object":
            wanted = schema.get("required", [])
            return {name: example(schema["properties"][name], house) for name in wanted}
        case "array":
            return [example(schema["items"], house)] * schema.get("minItems", 0)
        case "string" if schema.get("format") == "date-time":
            return "2026-11-23T06:00:00Z"
        case "string":
            return PATTERNS.get(schema.get("pattern", ""), "x" * schema.get("minLength", 1))
        case "integer":
            return int(schema.get("minimum", 0))
        case "boolean":
            return False
        case kind:
            raise AssertionError(f"no example of {kind}")


def guarded(house: str) -> list[Key]:
    """The operations of a house that are not for everybody on the internet."""
    return [key for key in operations(house) if key not in PUBLIC]


def request_of(method: str, path: str) -> dict[str, Any]:
    """A request that fits the operation's description."""
    house = path.split("/")[1]
    operation = operations(house)[method, path]
    wanted = [one for one in operation.get("parameters", []) if one["in"] == "query" and one["required"]]
    asked: dict[str, Any] = {"query": "&".join(f"{one['name']}={example(one['schema'], house)}" for one in wanted)}
    for kind, content in operation.get("requestBody", {}).get("content", {}).items():
        asked |= {"body": example(content["schema"], house), "content_type": kind}
    return asked


def ask(api: Gateway, key: Key, scopes: str | None) -> Answer:
    """What a caller with these scopes gets for a well-made request."""
    method, path = key
    return api.ask(
        method,
        re.sub(r"{[^}]+}", "x", path),
        **request_of(method, path),
        scopes=scopes,
        headers={"idempotency-key": "once"},
    )


@pytest.fixture
def gateway() -> Iterator[Callable[[str], Gateway]]:
    """A house's API with no store behind it: who may not ask is refused before one is needed."""
    the_loop.cache_clear()

    def opened(house: str) -> Gateway:
        handler = http_handler(APPS[house]())
        return Gateway(house, lambda event: handler(event, cast(LambdaContext, FakeLambdaContext())))

    yield opened
    the_loop().close()
    asyncio.set_event_loop(None)
    the_loop.cache_clear()


def test_the_five_houses_have_guarded_operations() -> None:
    counts = {house: len(guarded(house)) for house in APPS}

    assert min(counts.values()) >= 3
    assert sum(counts.values()) >= 40


@pytest.mark.parametrize("house", sorted(APPS))
def test_a_caller_who_proves_nothing_is_refused_everywhere(house: str, gateway: Callable[[str], Gateway]) -> None:
    api = gateway(house)

    statuses = {key: ask(api, key, None).status for key in guarded(house)}

    assert statuses == dict.fromkeys(statuses, 401)


@pytest.mark.parametrize("house", sorted(APPS))
def test_a_caller_without_a_scope_may_do_nothing(house: str, gateway: Callable[[str], Gateway]) -> None:
    api = gateway(house)
    keys = [key for key in guarded(house) if key not in FOR_EVERYBODY]

    statuses = {key: ask(api, key, "").status for key in keys}

    assert statuses == dict.fromkeys(statuses, 403)


@pytest.mark.parametrize("house", sorted(APPS))
def test_nothing_is_public_but_what_is_named(house: str, gateway: Callable[[str], Gateway]) -> None:
    api = gateway(house)

    open_to_all = {key for key in operations(house) if ask(api, key, None).status not in {401, 403}}

    assert open_to_all == {key for key in PUBLIC if key in operations(house)}
