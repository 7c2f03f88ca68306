"""Auth's ports in memory."""

import json
from dataclasses import dataclass, field, replace
from datetime import datetime

from auth.domain.errors import EmailTaken, TooManyAttempts
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

    async def check(self, account: str, address: str) -> None:
        if sum(account == one for one, _ in self.failures) >= self.most:
            raise TooManyAttempts("wait", retry_after_seconds=900)
        if sum(address == one for _, one in self.failures) >= self.most * 5:
            raise TooManyAttempts("wait", retry_after_seconds=900)

    async def failed(self, account: str, address: str) -> None:
        self.failures.append((account, address))
