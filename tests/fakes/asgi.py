"""Asks an ASGI application as a server would, with the event that API Gateway adds."""

import json
from dataclasses import dataclass
from typing import Any

from starlette.types import ASGIApp, Message

from tests.builders.events import http_request, identity


@dataclass(frozen=True)
class Reply:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


async def asked(
    app: ASGIApp,
    method: str,
    path: str,
    body: Any = None,
    *,
    headers: dict[str, str] | None = None,
    organisation_id: str | None = "org",
    user_id: str = "usr",
    scopes: str = "prices:read",
    query: str = "",
) -> Reply:
    """The answer to one request; bytes are sent as they are, anything else as JSON. Without organisation: anonymous."""
    content = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
    proved = None if organisation_id is None else identity(scopes, organisation_id, user_id)
    told = {"content-type": "application/json"} | (headers or {})
    event = http_request(method, path, proved=proved, query=query, headers=told)
    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "headers": [(name.encode(), value.encode("latin-1")) for name, value in told.items()],
        "aws.event": event,
    }
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": content, "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    await app(scope, receive, send)
    start, *rest = sent
    got = {name.decode().lower(): value.decode() for name, value in start["headers"]}
    return Reply(start["status"], got, b"".join(one.get("body", b"") for one in rest))
