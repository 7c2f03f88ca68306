"""Sign-ins counted in a real Valkey, and without one."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import valkey

from auth.adapters.valkey_attempts import (
    FAILURES_OF_ACCOUNT,
    FAILURES_OF_ADDRESS,
    FAILURES_OF_PAIR,
    WINDOW_SECONDS,
    ValkeyAttempts,
)
from auth.domain.errors import TooManyAttempts
from shared.runtime.valkey import Valkey

NOBODY = "valkey://127.0.0.1:9/0"


class Hands:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 23, 6, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def url(valkey_url: str) -> str:
    """A Valkey that has counted nothing."""
    connect: Callable[..., Any] = valkey.from_url
    client = connect(valkey_url)
    client.flushdb()
    client.close()
    return valkey_url


@asynccontextmanager
async def instance(url: str, clock: Hands | None = None) -> AsyncIterator[ValkeyAttempts]:
    """One function instance."""
    store = Valkey(url, timeout_seconds=5)
    yield ValkeyAttempts(store, clock or Hands())
    await store.close()


async def passes(attempts: ValkeyAttempts, account: str = "ann", address: str = "a") -> bool:
    try:
        await attempts.reserve(account, address)
    except TooManyAttempts:
        return False
    return True


async def fail(attempts: ValkeyAttempts, times: int, account: str = "ann", address: str = "a") -> int:
    return sum([await passes(attempts, account, address) for _ in range(times)])


def test_guesses_at_the_same_moment_cannot_pass_together(url: str) -> None:
    async def story() -> int:
        async with instance(url) as one, instance(url) as other:
            return sum(await asyncio.gather(*(passes(each) for each in (one, other) for _ in range(40))))

    assert asyncio.run(story()) == FAILURES_OF_PAIR


def test_an_account_is_shut_to_the_network_that_guesses_and_to_no_other(url: str) -> None:
    async def story() -> tuple[int, bool, bool, bool]:
        async with instance(url) as one, instance(url) as other:
            guessed = await fail(one, FAILURES_OF_PAIR + 5)
            return guessed, await passes(other), await passes(other, "ann", "b"), await passes(other, "bob", "b")

    assert asyncio.run(story()) == (FAILURES_OF_PAIR, False, True, True)


def test_guesses_from_everywhere_shut_an_account_but_not_to_a_network_it_is_known_from(url: str) -> None:
    async def story() -> tuple[int, bool, bool]:
        async with instance(url) as attempts:
            await attempts.reserve("ann", "home")
            await attempts.succeeded("ann", "home")
            guessed = sum([await passes(attempts, "ann", f"host{place}") for place in range(FAILURES_OF_ACCOUNT + 20)])
            async with instance(url) as fresh:
                return guessed, await passes(fresh, "ann", "home"), await passes(fresh, "ann", "elsewhere")

    assert asyncio.run(story()) == (FAILURES_OF_ACCOUNT, True, False)


def test_an_address_that_tries_many_accounts_is_shut(url: str) -> None:
    async def story() -> tuple[int, bool]:
        async with instance(url) as attempts:
            tried = sum([await passes(attempts, f"user{place}", "a") for place in range(FAILURES_OF_ADDRESS + 9)])
            return tried, await passes(attempts, "somebody", "b")

    assert asyncio.run(story()) == (FAILURES_OF_ADDRESS, True)


def test_a_success_is_given_back(url: str) -> None:
    async def story() -> bool:
        async with instance(url) as attempts:
            for _ in range(FAILURES_OF_PAIR * 3):
                await attempts.reserve("ann", "a")
                await attempts.succeeded("ann", "a")
            return await passes(attempts)

    assert asyncio.run(story())


def test_the_count_ends_with_its_window_however_often_it_grows(url: str) -> None:
    async def story() -> None:
        async with instance(url) as attempts:
            client = attempts._valkey.client
            await fail(attempts, 3)
            keys = await client.keys("auth:*")
            lives = [await client.ttl(key) for key in keys]
            assert len(keys) == 3
            assert all(0 < life <= WINDOW_SECONDS for life in lives)
            await client.expire(keys[0], 100)
            await fail(attempts, 1)
            assert await client.ttl(keys[0]) <= 100

    asyncio.run(story())


def test_no_address_and_no_account_can_be_read_in_the_store(url: str) -> None:
    async def story() -> None:
        async with instance(url) as attempts:
            await attempts.reserve("ann@shop.example", "203.0.113.7")
            keys = await attempts._valkey.client.keys("*")
            assert not [key for key in keys if b"ann" in key or b"203" in key]

    asyncio.run(story())


def test_without_valkey_the_instance_counts_for_itself_and_its_window_ends() -> None:
    async def story() -> tuple[int, bool, bool]:
        clock = Hands()
        async with instance(NOBODY, clock) as attempts:
            guessed = await fail(attempts, FAILURES_OF_PAIR + 3)
            other = await passes(attempts, "bob", "b")
            clock.now += timedelta(seconds=WINDOW_SECONDS)
            return guessed, other, await passes(attempts)

    assert asyncio.run(story()) == (FAILURES_OF_PAIR, True, True)


def test_what_was_counted_before_valkey_went_still_counts(url: str) -> None:
    async def story() -> bool:
        async with instance(url) as attempts:
            await fail(attempts, FAILURES_OF_PAIR)
            await attempts._valkey.close()
            attempts._valkey = Valkey(NOBODY)
            return await passes(attempts)

    assert not asyncio.run(story())
