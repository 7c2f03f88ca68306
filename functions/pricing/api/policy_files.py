"""Policies in requests: JSON, or YAML as people write it."""

from typing import Any, Protocol

from fastapi import Request

from pricing.domain.errors import PolicyTooLarge
from pricing.domain.policies.document import PolicyDocument

LARGEST_BYTES = 4_000_000
YAML = "application/yaml"
_DOCUMENT: dict[str, Any] = {
    "type": "object",
    "required": ["name", "shop", "currency", "rules"],
    "properties": {
        "name": {"type": "string"},
        "shop": {"type": "string"},
        "currency": {"type": "string", "pattern": "^[A-Z]{3}$"},
        "rules": {"type": "array", "items": {"type": "object"}},
    },
    "description": "A policy document: docs/policies.md describes it, docs/policy.schema.json is its schema",
}
TAKES_POLICY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": _DOCUMENT}, YAML: {"schema": {"type": "string"}}},
    },
}
"""What the OpenAPI document says of a route that takes a policy as the request's body."""


class Reads(Protocol):
    """Reads a policy's text."""

    def __call__(self, text: bytes, *, yaml: bool) -> PolicyDocument:
        """Read JSON or YAML; `InvalidPolicy` says what is wrong with it."""


def is_yaml(media_type: str) -> bool:
    """Whether a media type names YAML."""
    return "yaml" in media_type.casefold()


async def sent_policy(request: Request, read: Reads) -> PolicyDocument:
    """The policy that is the request's body."""
    text = await request.body()
    if len(text) > LARGEST_BYTES:
        detail = f"{len(text):,} bytes; a policy may have {LARGEST_BYTES:,}: divide it, one for each shop"
        raise PolicyTooLarge(detail)
    return read(text, yaml=is_yaml(request.headers.get("content-type", "")))
