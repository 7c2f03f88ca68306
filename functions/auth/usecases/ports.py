"""What auth's intents need from outside, in auth's own words."""

from datetime import datetime
from typing import Protocol

from auth.domain.session import RefreshToken
from auth.domain.user import User
from shared.kernel.paging import Page, Window


class Users(Protocol):
    """Everybody who may sign in."""

    async def add(self, user: User) -> None:
        """Keep a new user; `EmailTaken` when the address belongs to somebody."""

    async def by_email(self, email: str) -> User | None:
        """Return the user with this address, if there is one."""

    async def by_id(self, user_id: str) -> User | None:
        """Return the user with this id, if there is one."""

    async def page(self, organisation_id: str, window: Window) -> Page[User]:
        """Return some users of an organisation, by id."""


class Sessions(Protocol):
    """Refresh tokens."""

    async def add(self, token: RefreshToken) -> None:
        """Keep a new token."""

    async def find(self, token_hash: str) -> RefreshToken | None:
        """Return the token with this hash, if there is one."""

    async def rotate(self, token: RefreshToken, following: RefreshToken, at: datetime) -> bool:
        """Use a token up and keep the one that follows, in one; False when it was used or ended meanwhile."""

    async def end(self, family_id: str) -> None:
        """End every token of a family."""


class Passwords(Protocol):
    """One-way hashes of passwords."""

    async def hashed(self, password: str) -> str:
        """Return the hash of a password."""

    async def matches(self, password_hash: str | None, password: str) -> bool:
        """Whether the password made the hash. Without a hash the answer is no, after as much work."""


class Signer(Protocol):
    """The one key that access tokens are signed with."""

    async def signed(self, claims: dict[str, object]) -> str:
        """Return a JSON Web Token with these claims."""


class Attempts(Protocol):
    """Failed sign-ins, counted by account and by address."""

    async def check(self, account: str, address: str) -> None:
        """Raise `TooManyAttempts` when either has failed too often of late."""

    async def failed(self, account: str, address: str) -> None:
        """Count one failure."""


class Secrets(Protocol):
    """Randomness for tokens."""

    def token(self) -> str:
        """Return a new token of 256 random bits."""

    def hashed(self, token: str) -> str:
        """Return the hash under which a token is kept."""
