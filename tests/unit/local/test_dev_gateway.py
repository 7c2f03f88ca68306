import asyncio
from typing import Any

import pytest
from starlette.types import Message, Receive, Scope, Send

from local.dev_gateway import Gateway

CONTEXT = {"organisation_id": "o", "user_id": "u", "roles": "admin", "scopes": "a b"}


class House:
    """Remembers what it was asked."""

    def __init__(self) -> None:
        self.scope: Scope = {}

    async def __call__(self, scope: Scope, _: Receive, send: Send) -> None:
        self.scope = scope
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})


def _authorize(event: dict[str, Any], _: object) -> dict[str, Any]:
    allowed = event["identitySource"] == ["Bearer good"]
    return {"isAuthorized": allowed, "context": CONTEXT if allowed else {}}


def _ask(house: House, path: str, *headers: tuple[bytes, bytes]) -> int:
    sent: list[Message] = []

    async def send(message: Message) -> None:
        await asyncio.sleep(0)
        sent.append(message)

    async def receive() -> Message:
        await asyncio.sleep(0)
        return {"type": "http.request", "body": b"", "more_body": False}

    scope = {"type": "http", "method": "GET", "path": path, "query_string": b"", "headers": list(headers)}
    asyncio.run(Gateway({"pricing": house}, _authorize)(scope, receive, send))
    return int(sent[0]["status"])


@pytest.fixture
def house() -> House:
    return House()


def test_the_house_gets_the_whole_path_and_the_proved_identity(house: House) -> None:
    status = _ask(house, "/pricing/policies", (b"authorization", b"Bearer good"))

    assert status == 200
    assert house.scope["path"] == "/pricing/policies"
    assert house.scope["aws.event"]["requestContext"]["authorizer"]["lambda"] == CONTEXT


def test_a_refused_token_does_not_reach_the_house(house: House) -> None:
    assert _ask(house, "/pricing/policies", (b"authorization", b"Bearer bad")) == 403
    assert not house.scope


def test_without_a_token_the_house_sees_no_identity(house: House) -> None:
    assert _ask(house, "/pricing/health") == 200
    assert "authorizer" not in house.scope["aws.event"]["requestContext"]


@pytest.mark.parametrize("path", ["/", "/unknown/x"])
def test_a_path_of_no_house_is_not_found(house: House, path: str) -> None:
    assert _ask(house, path) == 404
