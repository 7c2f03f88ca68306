"""Signing in, staying signed in and signing out."""

import asyncio
import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest

from auth.bootstrap import wire
from auth.domain.errors import SessionEnded, TooManyAttempts, WrongCredentials
from auth.domain.session import ACCESS_LIFETIME, SESSION_LIFETIME
from auth.usecases.house import Auth
from auth.usecases.sign_in import Tokens
from shared.kernel.errors import Unavailable
from tests.builders.auth import MONDAY, PASSWORD, a_user
from tests.fakes.auth import FakeAttempts, FakeClients, FakePasswords, FakeRemovals, FakeSessions, FakeSigner, FakeUsers


@dataclass
class World:
    """Auth over fakes, with a clock that a test moves."""

    now: datetime = MONDAY
    users: FakeUsers = field(default_factory=lambda: FakeUsers({"usr": a_user()}))
    sessions: FakeSessions = field(default_factory=FakeSessions)
    passwords: FakePasswords = field(default_factory=FakePasswords)
    signer: FakeSigner = field(default_factory=FakeSigner)
    attempts: FakeAttempts = field(default_factory=FakeAttempts)

    @property
    def auth(self) -> Auth:
        return wire(
            users=self.users,
            removals=FakeRemovals(self.users, self.sessions),
            clients=FakeClients(),
            sessions=self.sessions,
            passwords=self.passwords,
            signer=self.signer,
            attempts=self.attempts,
            public_keys=dict,
            issuer="https://issuer.example",
            clock=lambda: self.now,
        )

    def sign_in(self, email: str = "ann@shop.example", password: str = PASSWORD, address: str = "a") -> Tokens:
        return asyncio.run(self.auth.sign_in(email, password, address))

    def refresh(self, token: str) -> Tokens:
        return asyncio.run(self.auth.refresh(token))


@pytest.fixture
def world() -> World:
    return World()


def claims(tokens: Tokens) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(tokens.access.token)
    return found


def test_an_access_token_says_who_and_what_for_some_minutes(world: World) -> None:
    said = claims(world.sign_in())

    assert (said["sub"], said["org"], said["iss"], said["aud"]) == (
        "usr",
        "org",
        "https://issuer.example",
        "omnipricex",
    )
    assert said["scope"] == "assistant:ask catalogue:read jobs:read market:read prices:read"
    assert said["exp"] - said["iat"] == ACCESS_LIFETIME.total_seconds()


def test_the_address_is_read_in_any_case(world: World) -> None:
    assert claims(world.sign_in(" Ann@Shop.EXAMPLE "))["sub"] == "usr"


def test_a_refresh_token_is_kept_as_its_hash_only(world: World) -> None:
    tokens = world.sign_in()

    assert tokens.refresh_token not in str(world.sessions.kept)


def test_an_unknown_address_takes_as_much_work_as_a_wrong_password(world: World) -> None:
    for email, password in (("nobody@shop.example", PASSWORD), ("ann@shop.example", "wrong")):
        with pytest.raises(WrongCredentials):
            world.sign_in(email, password)

    assert world.passwords.compared == 2
    assert world.attempts.failures == [("nobody@shop.example", "a"), ("ann@shop.example", "a")]


def test_too_many_failures_shut_an_account_even_for_the_right_password(world: World) -> None:
    for _ in range(world.attempts.most):
        with pytest.raises(WrongCredentials):
            world.sign_in(password="wrong")

    with pytest.raises(TooManyAttempts):
        world.sign_in()
    assert world.passwords.compared == world.attempts.most


def test_a_success_is_no_failure(world: World) -> None:
    for _ in range(world.attempts.most * 2):
        world.sign_in()

    assert world.attempts.failures == []


def test_refreshing_goes_on_with_new_tokens(world: World) -> None:
    first = world.sign_in()
    second = world.refresh(first.refresh_token)
    third = world.refresh(second.refresh_token)

    assert len({first.refresh_token, second.refresh_token, third.refresh_token}) == 3
    assert len({token.family_id for token in world.sessions.kept.values()}) == 1


def test_a_token_that_comes_twice_ends_its_session_and_no_other(world: World) -> None:
    first, other = world.sign_in(), world.sign_in()
    second = world.refresh(first.refresh_token)

    for token in (first, second):
        with pytest.raises(SessionEnded):
            world.refresh(token.refresh_token)

    assert world.refresh(other.refresh_token).refresh_token


def test_a_token_that_is_too_old_or_unknown_is_refused(world: World) -> None:
    tokens = world.sign_in()
    world.now += SESSION_LIFETIME

    for token in (tokens.refresh_token, "unknown"):
        with pytest.raises(SessionEnded):
            world.refresh(token)


def test_a_token_is_good_until_its_last_moment(world: World) -> None:
    tokens = world.sign_in()
    world.now += SESSION_LIFETIME - timedelta(seconds=1)

    assert world.refresh(tokens.refresh_token).refresh_token


def test_changed_roles_hold_from_the_next_refresh_on(world: World) -> None:
    tokens = world.sign_in()
    world.users.kept["usr"] = a_user(roles=frozenset({"administrator"}))

    assert "users:write" in claims(world.refresh(tokens.refresh_token))["scope"]


def test_a_user_who_is_gone_is_signed_out(world: World) -> None:
    tokens = world.sign_in()
    world.users.kept.clear()

    with pytest.raises(SessionEnded):
        world.refresh(tokens.refresh_token)


def test_signing_out_ends_the_session_and_may_be_done_again(world: World) -> None:
    tokens = world.sign_in()

    for token in (tokens.refresh_token, tokens.refresh_token, "unknown"):
        asyncio.run(world.auth.sign_out(token))

    with pytest.raises(SessionEnded):
        world.refresh(tokens.refresh_token)


def test_signing_out_with_an_older_token_ends_the_session_too(world: World) -> None:
    first = world.sign_in()
    second = world.refresh(first.refresh_token)

    asyncio.run(world.auth.sign_out(first.refresh_token))

    with pytest.raises(SessionEnded):
        world.refresh(second.refresh_token)


def test_without_a_signature_nobody_gets_a_token(world: World) -> None:
    world.signer.down = True

    with pytest.raises(Unavailable):
        world.sign_in()


def test_a_refresh_that_cannot_be_signed_may_be_tried_again_with_the_same_token(world: World) -> None:
    token = world.sign_in().refresh_token
    world.signer.down = True
    with pytest.raises(Unavailable):
        world.refresh(token)
    world.signer.down = False

    assert world.refresh(token).access.token
