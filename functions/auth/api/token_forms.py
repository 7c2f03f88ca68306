"""A token request as RFC 6749 has it: a form, and credentials in the form or in HTTP Basic authentication."""

import base64
import binascii
from urllib.parse import parse_qs, unquote_plus

from auth.domain.errors import TokenRefused
from auth.usecases.clients import Asked

FORM = "application/x-www-form-urlencoded"
LARGEST_FORM = 8_192
MOST_FIELDS = 20
BASIC = "basic "


def asked_of(content_type: str, body: bytes, authorization: str) -> Asked:
    """What a token request asks for; `TokenRefused` when it cannot be read."""
    fields = _fields(content_type, body)
    basic = authorization.lower().startswith(BASIC)
    if basic and "client_secret" in fields:
        raise TokenRefused("send the credentials once: in the Authorization header, or in the form")
    client_id, secret = _basic(authorization) if basic else (fields.get("client_id"), fields.get("client_secret"))
    if not client_id or not secret:
        raise TokenRefused("send client_id and client_secret, in the Authorization header (Basic) or in the form")
    if fields.get("client_id", client_id) != client_id:
        raise TokenRefused("the form names another client than the Authorization header")
    grant = fields.get("grant_type")
    if not grant:
        raise TokenRefused("send grant_type=client_credentials")
    return Asked(
        grant=grant, client_id=client_id, secret=secret, scopes=frozenset(fields.get("scope", "").split(" ")) - {""}
    )


def _fields(content_type: str, body: bytes) -> dict[str, str]:
    if content_type.split(";", maxsplit=1)[0].strip().lower() != FORM:
        raise TokenRefused(f"send a form: Content-Type {FORM}")
    if len(body) > LARGEST_FORM:
        raise TokenRefused(f"the form has more than {LARGEST_FORM} bytes")
    try:
        found = parse_qs(body.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="strict")
    except ValueError:
        raise TokenRefused("the form cannot be read") from None
    if any(len(values) > 1 for values in found.values()):
        raise TokenRefused("a field stands in the form more than once")
    return {name: values[0] for name, values in found.items()}


def _basic(authorization: str) -> tuple[str, str]:
    try:
        decoded = base64.b64decode(authorization[len(BASIC) :].strip(), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        raise TokenRefused("the Authorization header cannot be read") from None
    client_id, _, secret = decoded.partition(":")
    return unquote_plus(client_id), unquote_plus(secret)
