"""What auth's intents need from outside, in auth's own words."""

from datetime import datetime
from typing import Protocol

from auth.domain.client import Client
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


class Removals(Protocol):
    """The leaving of users, with all that ends with it."""

    async def remove(self, organisation_id: str, user_id: str, at: datetime) -> None:
        """Remove a user, end their sessions and announce it, in one.

        `UserNotFound` when the organisation has no such user, `LastAdministrator` when none would be left.
        """


class Clients(Protocol):
    """Machine clients."""

    async def add(self, client: Client) -> None:
        """Keep a new client; `ClientExists` when the organisation has one of this name."""

    async def by_id(self, client_id: str) -> Client | None:
        """Return the client with this id, if there is one."""

    async def page(self, organisation_id: str, window: Window) -> Page[Client]:
        """Return some clients of an organisation, by id."""

    async def remove(self, organisation_id: str, client_id: str) -> None:
        """Forget a client; `ClientNotFound` when the organisation has no such client."""


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
    """Sign-ins that were not given back, counted by account and by address."""

    async def reserve(self, account: str, address: str) -> None:
        """Count an attempt before it is made; `TooManyAttempts` when there were too many failures of late."""

    async def succeeded(self, account: str, address: str) -> None:
        """Give an attempt back that was no failure."""


class Secrets(Protocol):
    """Randomness for tokens."""

    def token(self) -> str:
        """Return a new token of 256 random bits."""

    def hashed(self, token: str) -> str:
        """Return the hash under which a token is kept."""

    def matches(self, token_hash: str, token: str) -> bool:
        """Whether the token made the hash, told in the same time for each wrong one."""
