"""A user: a person of one organisation, with roles."""

from dataclasses import dataclass
from datetime import datetime

from auth.domain.errors import InvalidUser
from shared.kernel.identity import SCOPES_OF_ROLE

SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 128
# A shorter name stands in many a password by chance.
SHORTEST_TELLING_PART = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """A person who may sign in. `email` is lower case and belongs to one user only."""

    user_id: str
    organisation_id: str
    email: str
    name: str
    roles: frozenset[str]
    password_hash: str
    created_at: datetime

    def __post_init__(self) -> None:
        unknown = self.roles - SCOPES_OF_ROLE.keys()
        if unknown or not self.roles:
            named = ", ".join(sorted(unknown)) or "none given"
            raise InvalidUser(f"roles: {named}; there are: {', '.join(sorted(SCOPES_OF_ROLE))}")


def checked_password(password: str, email: str) -> str:
    """The password, when it is long enough and not the e-mail address itself (NIST SP 800-63B: length, no patterns)."""
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise InvalidUser(f"a password has {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters")
    local_part = email.split("@", maxsplit=1)[0]
    if len(local_part) >= SHORTEST_TELLING_PART and local_part in password.lower():
        raise InvalidUser("a password does not contain the e-mail address")
    return password


def normalised_email(email: str) -> str:
    """The one spelling under which a user is kept."""
    return email.strip().lower()
