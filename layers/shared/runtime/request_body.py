"""The body of a request, read once and never beyond its bounds, before anything parses it."""

from collections.abc import Iterable

from starlette.types import Message, Receive, Scope

from shared.kernel.errors import Malformed, TooLarge

LARGEST_JSON = 1_000_000
# What Lambda takes in one request, less what the envelope needs.
LARGEST_BODY = 5_500_000
DEEPEST_JSON = 64
_QUOTE, _ESCAPE = ord('"'), ord("\\")
_OPENING, _CLOSING = frozenset(b"[{"), frozenset(b"]}")


class BodyTooLarge(TooLarge):
    """The body has more bytes than one request may bring."""

    code = "request/too-large"
    title = "The body is too large"


class BodyTooDeep(Malformed):
    """The body is nested deeper than anything that an operation takes."""

    code = "request/too-deep"
    title = "The body is nested too deeply"


def header(scope: Scope, name: bytes) -> bytes:
    """The first header of this name; nothing when there is none."""
    headers: Iterable[tuple[bytes, bytes]] = scope["headers"]
    return next((value for found, value in headers if found == name), b"")


async def read_body(scope: Scope, receive: Receive) -> bytes:
    """The whole body; `BodyTooLarge` or `BodyTooDeep` when it is."""
    is_json = b"json" in header(scope, b"content-type")
    most = LARGEST_JSON if is_json else LARGEST_BODY
    told = header(scope, b"content-length")
    if told.isdigit() and len(told) < 20 and int(told) > most:  # noqa: PLR2004 - a longer one is no size
        raise _too_large(most)
    body = b""
    while True:
        message = await receive()
        if message["type"] != "http.request":
            break
        body += message.get("body", b"")
        if len(body) > most:
            raise _too_large(most)
        if not message.get("more_body"):
            break
    if is_json and is_too_deep(body):
        raise BodyTooDeep(f"nest lists and objects at most {DEEPEST_JSON} deep")
    return body


def is_too_deep(body: bytes) -> bool:
    """Whether JSON text is nested beyond the bound, told without parsing it."""
    if body.count(b"[") + body.count(b"{") <= DEEPEST_JSON:
        return False
    depth = 0
    within = escaped = False
    for byte in body:
        if within:
            within, escaped = (byte != _QUOTE or escaped), (byte == _ESCAPE and not escaped)
        elif byte == _QUOTE:
            within = True
        elif byte in _OPENING:
            depth += 1
            if depth > DEEPEST_JSON:
                return True
        elif byte in _CLOSING:
            depth -= 1
    return False


def again(body: bytes, receive: Receive) -> Receive:
    """A receiver that gives a body that was read already, then whatever comes after it."""
    given = False

    async def giving() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return giving


def _too_large(most: int) -> BodyTooLarge:
    return BodyTooLarge(f"send at most {most:,} bytes in one request")
