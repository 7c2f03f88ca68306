"""Auth's values, valid by default; a test changes the one thing it is about."""

from datetime import UTC, datetime
from typing import Any

from auth.domain.client import Client
from auth.domain.session import SESSION_LIFETIME, RefreshToken
from auth.domain.user import User

MONDAY = datetime(2026, 11, 23, 6, tzinfo=UTC)
PASSWORD = "correct horse battery"


def a_user(**changes: Any) -> User:
    """An analyst of the organisation org."""
    fields: dict[str, Any] = {
        "user_id": "usr",
        "organisation_id": "org",
        "email": "ann@shop.example",
        "name": "Ann",
        "roles": frozenset({"analyst"}),
        "password_hash": f"hash of {PASSWORD}",
        "created_at": MONDAY,
    }
    return User(**(fields | changes))


def a_token(**changes: Any) -> RefreshToken:
    """A refresh token that nobody has used."""
    fields: dict[str, Any] = {
        "token_hash": "hash",
        "family_id": "ses",
        "user_id": "usr",
        "expires_at": MONDAY + SESSION_LIFETIME,
    }
    return RefreshToken(**(fields | changes))


def a_client(**changes: Any) -> Client:
    """A machine client of the organisation org that reads prices."""
    fields: dict[str, Any] = {
        "client_id": "cli",
        "organisation_id": "org",
        "name": "prometheus",
        "scopes": frozenset({"metrics:read", "prices:read"}),
        "secret_hash": "hash",
        "created_by": "usr",
        "created_at": MONDAY,
    }
    return Client(**(fields | changes))
