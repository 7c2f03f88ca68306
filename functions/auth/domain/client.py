"""A machine client: a program of one organisation, with scopes of its own and no roles."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """A program that may ask for access tokens. Its name is its own within the organisation.

    It belongs to the organisation: it stays when the person leaves who made it.
    """

    client_id: str
    organisation_id: str
    name: str
    scopes: frozenset[str]
    secret_hash: str
    created_by: str
    created_at: datetime
