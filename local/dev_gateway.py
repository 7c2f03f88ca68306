"""What API Gateway does before a function runs: choose the house, ask the authorizer, pass on the identity."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

type Authorizer = Callable[[dict[str, Any], Any], dict[str, Any]]

NOT_FOUND, FORBIDDEN = 404, 403


@dataclass(frozen=True, slots=True)
class DevContext:
    """What the Lambda runtime tells a handler about its call."""

    function_name: str = "auth-authorize"
    function_version: str = "$LATEST"
    memory_limit_in_mb: int = 512
    invoked_function_arn: str = "arn:aws:lambda:us-east-1:000000000000:function:auth-authorize"
    aws_request_id: str = "dev"

    def get_remaining_time_in_millis(self) -> int:
        """As at the start of a call."""
        return 5_000


class Gateway:
    """Routes by the first part of the path; a house's app sees the path whole, as behind API Gateway."""

    def __init__(self, houses: Mapping[str, ASGIApp], authorize: Authorizer) -> None:
        self._houses = houses
        self._authorize = authorize

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] == "lifespan":
            await _lifespan(receive, send)
            return
        if scope["type"] != "http":
            return
        house = self._houses.get(scope["path"].split("/")[1])
        if house is None:
            await JSONResponse({"message": "Not Found"}, NOT_FOUND)(scope, receive, send)
            return
        event = _event(scope)
        if "authorization" in event["headers"]:
            verdict = await asyncio.to_thread(self._authorize, event, DevContext())
            if not verdict.get("isAuthorized"):
                await JSONResponse({"message": "Forbidden"}, FORBIDDEN)(scope, receive, send)
                return
            event["requestContext"]["authorizer"] = {"lambda": verdict.get("context", {})}
        await house({**scope, "aws.event": event}, receive, send)


def _event(scope: Scope) -> dict[str, Any]:
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
    method, path = scope["method"], scope["path"]
    return {
        "version": "2.0",
        "type": "REQUEST",
        "routeKey": f"{method} {path}",
        "rawPath": path,
        "rawQueryString": scope["query_string"].decode("latin-1"),
        "identitySource": [headers.get("authorization", "")],
        "headers": headers,
        "requestContext": {
            "requestId": "dev",
            "stage": "$default",
            "http": {"method": method, "path": path, "sourceIp": (scope.get("client") or ("",))[0]},
        },
    }


async def _lifespan(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return
