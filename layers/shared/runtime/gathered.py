"""An application's answer as a whole, to be kept before it is sent."""

from starlette.types import ASGIApp, Message, Receive, Scope

from shared.runtime.idempotency import Headers, Kept
from shared.runtime.observability import logger


async def gathered(app: ASGIApp, scope: Scope, receive: Receive) -> Kept:
    """The application's whole answer; that of a crash as well, which it gives before it raises."""
    status, body = 500, b""
    headers: Headers = []

    async def gathering(message: Message) -> None:
        nonlocal status, body
        if message["type"] == "http.response.start":
            status = message["status"]
            headers.extend((name.decode("latin-1"), value.decode("latin-1")) for name, value in message["headers"])
        body += message.get("body", b"")

    try:
        await app(scope, receive, gathering)
    except Exception as error:  # noqa: BLE001 - it has answered that as a problem and logged it
        logger.debug("crashed", cause=repr(error))
    return Kept(status=status, headers=headers, body=body)
