"""The one middleware of an HTTP API, which every request passes.

In this order: a unit of work with its trace, the caller's rate, the body's bounds, the idempotency key, the
application; then headers, one log line, metrics. It stands outside of everything else, so that its headers are on
every answer, that of a crash too.
"""

import time
from contextlib import suppress
from typing import Any

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.kernel.errors import PlatformError
from shared.runtime import request_line
from shared.runtime.edge import Edge, Manners, is_among
from shared.runtime.gathered import gathered
from shared.runtime.idempotency import Kept, Keyed, KeyMissing, answered_once, checked_key
from shared.runtime.limits import TooManyRequests
from shared.runtime.observability import bind, flush, keys_of, logger, traceparent_of_gateway
from shared.runtime.problems import refusal
from shared.runtime.rates import RouteClass
from shared.runtime.request_body import again, header, read_body
from shared.runtime.tracing import span

READING = frozenset({"GET", "HEAD", "OPTIONS"})
WITH_BODY = frozenset({"POST", "PUT", "PATCH"})
KEYED = frozenset({"POST", "PATCH"})
SECURITY = [
    (b"x-content-type-options", b"nosniff"),
    (b"strict-transport-security", b"max-age=31536000"),
]
LOCKED = (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'")
# The documentation page has a script in its text and an image in its style.
OPEN = (
    "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "frame-ancestors 'none'"
)
PAGE = (b"content-security-policy", OPEN.encode())


class Call:
    """One request, and what became of it."""

    __slots__ = ("event", "headers", "kind", "proved", "scope", "send", "status")

    def __init__(self, scope: Scope, send: Send, kind: RouteClass) -> None:
        self.scope = scope
        self.send = send
        self.kind = kind
        self.status = 500
        self.headers: list[tuple[bytes, bytes]] = []
        # API Gateway's own description of the request, and the identity that the authorizer proved; both may be empty.
        self.event: dict[str, Any] = scope.get("aws.event") or {}
        context = self.event.get("requestContext", {})
        self.proved: dict[str, str] = context.get("authorizer", {}).get("lambda") or {}

    @property
    def who(self) -> dict[str, str]:
        """Who asks, for the log."""
        return {key: self.proved[key] for key in ("organisation_id", "user_id") if key in self.proved}

    @property
    def parent(self) -> str | None:
        """The trace that this request belongs to: the caller's, or the gateway's."""
        told = self.event.get("headers")
        if told is None:
            return header(self.scope, b"traceparent").decode("latin-1") or None
        return told.get("traceparent") or traceparent_of_gateway(told.get("x-amzn-trace-id"))

    async def sending(self, message: Message) -> None:
        """Pass the answer on, with the edge's headers."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            message["headers"] = [*message["headers"], *self.headers]
        await self.send(message)


class AtTheEdge:
    """The middleware. Without an `Edge` (a document is made, a unit is tested) there are no limits and no keys."""

    def __init__(self, app: ASGIApp, edge: Edge | None, manners: Manners) -> None:
        self._app = app
        self._edge = edge
        self._is_costly = is_among(manners.costly)
        self._needs_key = is_among(manners.needs_key)
        self._keeps_no_answer = is_among(manners.keeps_no_answer)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        call = Call(scope, send, self._kind(scope))
        context = scope.get("aws.context")
        # What `invocation` and `observability.span` do, with one look at the logger's keys in place of five.
        logger.thread_safe_clear_keys()
        try:
            with span(f"{scope['method']} {call.kind}", kind="server", parent=call.parent) as here:
                ids = here.get_span_context()
                about = {} if context is None else keys_of(context)
                bind(trace_id=f"{ids.trace_id:032x}", **about, **call.who)
                trace = f"00-{ids.trace_id:032x}-{ids.span_id:016x}-{ids.trace_flags:02x}"
                call.headers = [*SECURITY, _policy(scope["path"]), (b"traceparent", trace.encode())]
                await self._served(call, receive)
                _noted(call, (time.perf_counter() - started) * 1000)
        finally:
            # The keys go with the request's own context.
            flush()

    async def _served(self, call: Call, receive: Receive) -> None:
        try:
            await self._guarded(call, receive)
        except PlatformError as error:
            await refusal(Request(call.scope), error)(call.scope, receive, call.sending)
        except Exception as error:  # noqa: BLE001 - the application has answered it as a problem and logged it
            logger.debug("crashed", cause=repr(error))

    async def _guarded(self, call: Call, receive: Receive) -> None:
        scope = call.scope
        if self._edge is not None and not scope["path"].endswith("/health"):
            await self._limited(call, self._edge)
            if self._edge.mongo.is_old:
                # What is wrong with the secret, the route that needs it says.
                with suppress(Exception):
                    await self._edge.mongo.open()
        if scope["method"] not in WITH_BODY:
            await self._app(scope, receive, call.sending)
            return
        body = await read_body(scope, receive)
        key = header(scope, b"idempotency-key").decode("latin-1")
        operation = f"{scope['method']} {scope['path']}"
        if not key and call.proved and self._needs_key(operation):
            raise KeyMissing(
                "send an Idempotency-Key with this request, such as a UUID, and the same one when repeating it"
            )
        heeded = key and scope["method"] in KEYED and not self._keeps_no_answer(operation)
        if not heeded or self._edge is None or not call.proved:
            await self._app(scope, again(body, receive), call.sending)
            return
        await self._once(call, checked_key(key), body, receive, self._edge)

    async def _limited(self, call: Call, edge: Edge) -> None:
        proved = call.proved
        caller = proved.get("user_id") or _address(call)
        verdict = await edge.limiter.take(proved.get("organisation_id", ""), caller, call.kind)
        call.headers += verdict.headers
        if not verdict.passes:
            detail = f"wait {verdict.reset_seconds} seconds; the RateLimit headers say what is left"
            raise TooManyRequests(detail, retry_after_seconds=verdict.reset_seconds)

    async def _once(self, call: Call, key: str, body: bytes, receive: Receive, edge: Edge) -> None:
        scope = call.scope
        request = Keyed(
            organisation_id=call.proved["organisation_id"],
            caller=call.proved["user_id"],
            method=scope["method"],
            path=scope["path"],
            query=scope["query_string"],
            key=key,
            body=body,
        )

        async def serve() -> Kept:
            return await gathered(self._app, scope, again(body, receive))

        kept, replayed = await answered_once(edge.mongo, request, serve)
        told = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in kept.headers]
        replay = [(b"idempotent-replayed", b"true")] if replayed else []
        await call.sending({"type": "http.response.start", "status": kept.status, "headers": [*told, *replay]})
        await call.sending({"type": "http.response.body", "body": kept.body})

    def _kind(self, scope: Scope) -> RouteClass:
        if scope["method"] in READING:
            return "read"
        return "costly" if self._is_costly(f"{scope['method']} {scope['path']}") else "write"


def _address(call: Call) -> str:
    """The address that API Gateway saw; a header that the caller may write is not believed."""
    seen = call.event.get("requestContext", {}).get("http", {}).get("sourceIp")
    return str(seen or (call.scope.get("client") or ("unknown",))[0])


def _policy(path: str) -> tuple[bytes, bytes]:
    return PAGE if path.endswith("/docs") else LOCKED


def _noted(call: Call, elapsed_ms: float) -> None:
    scope = call.scope
    found = getattr(scope.get("route"), "path", None)
    house = "/" + scope["path"].split("/", 2)[1]
    route = "no route" if found is None else found if found.startswith(house) else house + found
    request_line.write(
        method=scope["method"], route=route, route_class=call.kind, status=call.status, elapsed_ms=elapsed_ms
    )
