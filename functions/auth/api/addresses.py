"""Where a request comes from."""

from fastapi import Request


def address_of(request: Request) -> str:
    """The address that API Gateway saw; a header that the caller may write is not believed."""
    event = request.scope.get("aws.event") or {}
    return str(event.get("requestContext", {}).get("http", {}).get("sourceIp", "unknown"))
