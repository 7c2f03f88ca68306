"""Failed sign-ins against a real Valkey, and without one."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import valkey

from auth.adapters.valkey_attempts import FAILURES_OF_ACCOUNT, FAILURES_OF_ADDRESS, WINDOW_SECONDS, ValkeyAttempts
from auth.domain.errors import TooManyAttempts
from shared.kernel.errors import Unavailable

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
    attempts = ValkeyAttempts(url, clock or Hands())
    yield attempts
    await attempts._client.aclose()


async def fail(attempts: ValkeyAttempts, times: int, account: str = "ann", address: str = "a") -> None:
    for _ in range(times):
        await attempts.failed(account, address)


def test_an_account_is_shut_for_all_instances_and_no_other_account_is(url: str) -> None:
    async def story() -> None:
        async with instance(url) as one, instance(url) as other:
            await fail(one, FAILURES_OF_ACCOUNT - 1)
            await other.check("ann", "b")
            await fail(one, 1)
            with pytest.raises(TooManyAttempts) as shut:
                await other.check("ann", "b")
            await other.check("bob", "b")
            assert shut.value.retry_after_seconds == WINDOW_SECONDS

    asyncio.run(story())


def test_an_address_that_tries_many_accounts_is_shut(url: str) -> None:
    async def story() -> None:
        async with instance(url) as attempts:
            for place in range(FAILURES_OF_ADDRESS):
                await attempts.failed(f"user{place}", "a")
            with pytest.raises(TooManyAttempts):
                await attempts.check("somebody", "a")
            await attempts.check("somebody", "b")

    asyncio.run(story())


def test_the_count_ends_with_its_window_however_often_it_grows(url: str) -> None:
    async def story() -> None:
        async with instance(url) as attempts:
            await fail(attempts, 3)
            keys = await attempts._client.keys("auth:*")
            lives = [await attempts._client.ttl(key) for key in keys]
            assert len(keys) == 2
            assert all(0 < life <= WINDOW_SECONDS for life in lives)
            await attempts._client.expire(keys[0], 100)
            await fail(attempts, 1)
            assert await attempts._client.ttl(keys[0]) <= 100

    asyncio.run(story())


def test_no_address_and_no_account_can_be_read_in_the_store(url: str) -> None:
    async def story() -> None:
        async with instance(url) as attempts:
            await attempts.failed("ann@shop.example", "203.0.113.7")
            assert not [key for key in await attempts._client.keys("*") if b"ann" in key or b"203" in key]

    asyncio.run(story())


def test_without_valkey_the_instance_counts_for_itself() -> None:
    async def story() -> None:
        async with instance(NOBODY) as attempts:
            await fail(attempts, FAILURES_OF_ACCOUNT)
            with pytest.raises(TooManyAttempts):
                await attempts.check("ann", "b")
            await attempts.check("bob", "b")
            with pytest.raises(Unavailable):
                await attempts.ping()

    asyncio.run(story())


def test_what_was_counted_before_valkey_went_still_counts(url: str) -> None:
    async def story() -> None:
        async with instance(url) as attempts:
            await fail(attempts, FAILURES_OF_ACCOUNT)
            await attempts._client.aclose()
            async with instance(NOBODY) as gone:
                attempts.__dict__["_client"] = gone._client
                with pytest.raises(TooManyAttempts):
                    await attempts.check("ann", "b")

    asyncio.run(story())


def test_the_instances_own_count_ends_with_its_window() -> None:
    async def story() -> None:
        clock = Hands()
        async with instance(NOBODY, clock) as attempts:
            await fail(attempts, FAILURES_OF_ACCOUNT)
            clock.now += timedelta(seconds=WINDOW_SECONDS)
            await attempts.check("ann", "b")

    asyncio.run(story())


def test_valkey_that_answers_is_ready(url: str) -> None:
    async def story() -> None:
        async with instance(url) as attempts:
            await attempts.ping()

    asyncio.run(story())
