"""Kept answers in a real Valkey: one load for many, nothing shared between organisations, and life without it."""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import valkey

from local.cloud import valkey as server
from local.cloud.config import LocalConfig
from local.cloud.processes import Supervisor
from shared.kernel.remembered import Load, Remembered, Version
from shared.runtime.cache import Cache
from shared.runtime.valkey import Valkey


@pytest.fixture
def url(valkey_url: str) -> str:
    """A Valkey that keeps nothing."""
    connect: Callable[..., Any] = valkey.from_url
    client = connect(valkey_url)
    client.flushdb()
    client.close()
    return valkey_url


@asynccontextmanager
async def instances(url: str, count: int = 1, seconds: float = 5) -> AsyncIterator[list[Cache]]:
    """So many function instances."""
    stores = [Valkey(url, timeout_seconds=seconds) for _ in range(count)]
    yield [Cache(store, "pricing") for store in stores]
    for store in stores:
        await store.close()


class Store:
    """A database that counts how often it is asked."""

    def __init__(self) -> None:
        self.loads: list[str] = []

    def of(self, organisation_id: str) -> tuple[Version, Load]:
        async def version() -> str:
            return "v1"

        async def load() -> dict[str, Any]:
            self.loads.append(organisation_id)
            await asyncio.sleep(0.05)
            return {"whose": organisation_id}

        return version, load

    async def read(self, cache: Cache, organisation_id: str) -> Remembered:
        return await cache.read("overview", organisation_id, *self.of(organisation_id))


@pytest.mark.parametrize("count", [1, 5])
def test_fifty_parallel_readers_are_one_load(url: str, count: int) -> None:
    store = Store()

    async def story() -> list[Remembered]:
        async with instances(url, count) as caches:
            return await asyncio.gather(*(store.read(caches[place % count], "org") for place in range(50)))

    found = asyncio.run(story())

    assert store.loads == ["org"]
    assert [one.value for one in found] == [{"whose": "org"}] * 50


def test_two_organisations_never_share(url: str) -> None:
    store = Store()

    async def story() -> list[Any]:
        async with instances(url, 2) as (one, other):
            names = ["org", "rival"] * 10
            first = await asyncio.gather(*(store.read(one, name) for name in names))
            second = await asyncio.gather(*(store.read(other, name) for name in names))
            return [found.value["whose"] == name for found, name in zip([*first, *second], names * 2, strict=True)]

    assert all(asyncio.run(story()))
    assert sorted(store.loads) == ["org", "rival"]


@pytest.fixture
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, int]]:
    """A Valkey of the test's own, that it may stop, with its process."""
    config = LocalConfig.isolated(tmp_path_factory.mktemp("stopped-valkey"))
    supervisor = Supervisor(config.state_dir, ready_timeout_seconds=60)
    service = server.service(config)
    supervisor.start(service)
    record = supervisor.running(service.name)
    assert record is not None
    try:
        yield config.valkey, record.pid
    finally:
        os.kill(record.pid, signal.SIGCONT)
        supervisor.stop(service.name)


def test_reads_go_on_when_valkey_hangs_and_are_kept_again_after_it(own: tuple[str, int]) -> None:
    url, pid = own
    store = Store()

    async def story() -> tuple[list[str], float]:
        async with instances(url, seconds=0.1) as (cache,):
            how = [(await store.read(cache, "org")).told["Cache-Status"] for _ in range(2)]
            os.kill(pid, signal.SIGSTOP)
            began = time.monotonic()
            how += [(await store.read(cache, "org")).told["Cache-Status"] for _ in range(5)]
            took = time.monotonic() - began
            os.kill(pid, signal.SIGCONT)
            # The breaker lets a call through again after its pause.
            for _ in range(80):
                how.append((await store.read(cache, "org")).told["Cache-Status"])
                if "hit" in how[-1]:
                    break
                await asyncio.sleep(0.1)
            return how, took

    how, took = asyncio.run(story())

    assert [one.split("; ")[1] for one in how[:7]] == ["fwd=miss", "hit"] + ["fwd=bypass"] * 5
    assert "hit" in how[-1]
    assert took < 3
