"""Auth's ports in memory."""

import json
from dataclasses import dataclass, field, replace
from datetime import datetime

from auth.domain.client import Client
from auth.domain.errors import (
    ClientExists,
    ClientNotFound,
    EmailTaken,
    LastAdministrator,
    TooManyAttempts,
    UserNotFound,
)
from auth.domain.session import RefreshToken
from auth.domain.user import User
from shared.kernel.errors import Unavailable
from shared.kernel.paging import Page, Window
from tests.fakes.lists import page_of


@dataclass
class FakeUsers:
    """Users by id."""

    kept: dict[str, User] = field(default_factory=dict)

    async def add(self, user: User) -> None:
        if await self.by_email(user.email) is not None:
            raise EmailTaken("taken")
        self.kept[user.user_id] = user

    async def by_email(self, email: str) -> User | None:
        return next((user for user in self.kept.values() if user.email == email), None)

    async def by_id(self, user_id: str) -> User | None:
        return self.kept.get(user_id)

    async def page(self, organisation_id: str, window: Window) -> Page[User]:
        own = [user for user in self.kept.values() if user.organisation_id == organisation_id]
        return page_of(own, lambda user: user.user_id, window)


@dataclass
class FakeSessions:
    """Refresh tokens by hash."""

    kept: dict[str, RefreshToken] = field(default_factory=dict)

    async def add(self, token: RefreshToken) -> None:
        self.kept[token.token_hash] = token

    async def find(self, token_hash: str) -> RefreshToken | None:
        return self.kept.get(token_hash)

    async def rotate(self, token: RefreshToken, following: RefreshToken, at: datetime) -> bool:
        known = self.kept.get(token.token_hash)
        if known is None or known.used_at is not None:
            return False
        self.kept |= {token.token_hash: replace(known, used_at=at), following.token_hash: following}
        return True

    async def end(self, family_id: str) -> None:
        self.kept = {key: token for key, token in self.kept.items() if token.family_id != family_id}


@dataclass
class FakeRemovals:
    """Removals from users and sessions in memory; `told` has who was announced to be gone, and when."""

    users: FakeUsers
    sessions: FakeSessions
    told: list[tuple[str, datetime]] = field(default_factory=list)

    async def remove(self, organisation_id: str, user_id: str, at: datetime) -> None:
        user = self.users.kept.get(user_id)
        if user is None or user.organisation_id != organisation_id:
            raise UserNotFound("nobody")
        own = [one for one in self.users.kept.values() if one.organisation_id == organisation_id]
        if "administrator" in user.roles and sum("administrator" in one.roles for one in own) == 1:
            raise LastAdministrator("the last")
        del self.users.kept[user_id]
        left = {key: token for key, token in self.sessions.kept.items() if token.user_id != user_id}
        self.sessions.kept = left
        self.told.append((user_id, at))


@dataclass
class FakeClients:
    """Machine clients by id."""

    kept: dict[str, Client] = field(default_factory=dict)

    async def add(self, client: Client) -> None:
        if any((one.organisation_id, one.name) == (client.organisation_id, client.name) for one in self.kept.values()):
            raise ClientExists("taken")
        self.kept[client.client_id] = client

    async def by_id(self, client_id: str) -> Client | None:
        return self.kept.get(client_id)

    async def page(self, organisation_id: str, window: Window) -> Page[Client]:
        own = [client for client in self.kept.values() if client.organisation_id == organisation_id]
        return page_of(own, lambda client: client.client_id, window)

    async def remove(self, organisation_id: str, client_id: str) -> None:
        client = self.kept.get(client_id)
        if client is None or client.organisation_id != organisation_id:
            raise ClientNotFound("none")
        del self.kept[client_id]


@dataclass
class FakePasswords:
    """Hashes that show what they are made of; counts the comparisons."""

    compared: int = 0

    async def hashed(self, password: str) -> str:
        return f"hash of {password}"

    async def matches(self, password_hash: str | None, password: str) -> bool:
        self.compared += 1
        return password_hash == f"hash of {password}"


@dataclass
class FakeSigner:
    """Tokens that are their claims."""

    down: bool = False

    async def signed(self, claims: dict[str, object]) -> str:
        if self.down:
            raise Unavailable("no signature")
        return json.dumps(claims)


@dataclass
class FakeAttempts:
    """Failures by account and address; so many of one are too many."""

    most: int = 3
    failures: list[tuple[str, str]] = field(default_factory=list)

    async def reserve(self, account: str, address: str) -> None:
        if sum(account == one for one, _ in self.failures) >= self.most:
            raise TooManyAttempts("wait", retry_after_seconds=900)
        if sum(address == one for _, one in self.failures) >= self.most * 5:
            raise TooManyAttempts("wait", retry_after_seconds=900)
        self.failures.append((account, address))

    async def succeeded(self, account: str, address: str) -> None:
        self.failures.remove((account, address))
