"""Answers that are kept for seconds: when they are read, when they are made anew, and who makes them."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, cast

import pytest

from shared.kernel.remembered import Remembered
from shared.runtime.cache import Cache, Freshness
from shared.runtime.mongo import StoreUnavailable
from shared.runtime.valkey import Valkey, ValkeyGone
from tests.builders.pricing import MONDAY


@dataclass
class FakeValkey:
    """Valkey's client in memory; `gone` makes it answer nothing."""

    kept: dict[str, bytes] = field(default_factory=dict)
    gone: bool = False

    async def ask(self, work: Callable[[Any], Awaitable[Any]]) -> Any:
        await asyncio.sleep(0)
        if self.gone:
            raise ValkeyGone("gone")
        return await work(self)

    async def get(self, key: str) -> bytes | None:
        return self.kept.get(key)

    async def set(self, key: str, value: Any, *, nx: bool = False, **_: Any) -> bool | None:
        if nx and key in self.kept:
            return None
        self.kept[key] = value if isinstance(value, bytes) else str(value).encode()
        return True

    async def eval(self, _script: str, _keys: int, key: str, mark: str) -> int:
        return int(self.kept.get(key) == mark.encode() and self.kept.pop(key) is not None)


@dataclass
class World:
    """A cache over fakes, and a store that counts how often it is asked."""

    valkey: FakeValkey = field(default_factory=FakeValkey)
    now: datetime = MONDAY
    version: str = "v1"
    value: dict[str, Any] = field(default_factory=lambda: {"offers": 1})
    down: bool = False
    loads: int = 0
    pauses: int = 0

    def cache(self) -> Cache:
        return Cache(cast(Valkey, self.valkey), "pricing", clock=lambda: self.now, sleep=self.pause)

    async def pause(self, _seconds: float) -> None:
        self.pauses += 1
        await asyncio.sleep(0)

    async def tell_version(self) -> str:
        if self.down:
            raise StoreUnavailable("down")
        return self.version

    async def load(self) -> dict[str, Any]:
        self.loads += 1
        await asyncio.sleep(0)
        if self.down:
            raise StoreUnavailable("down")
        return self.value

    async def read(self, cache: Cache | None = None, organisation_id: str = "org") -> Remembered:
        return await (cache or self.cache()).read("overview", organisation_id, self.tell_version, self.load)


@pytest.fixture
def world() -> World:
    return World()


def reads(world: World, count: int = 1) -> Remembered:
    return [asyncio.run(world.read()) for _ in range(count)][-1]


def test_a_second_read_is_a_hit_and_says_its_age(world: World) -> None:
    first = reads(world)
    world.now += timedelta(seconds=9)
    second = reads(world)

    assert (world.loads, second.value, second.as_of) == (1, {"offers": 1}, MONDAY)
    assert first.told == {"Age": "0", "Cache-Status": "OmniPriceX; fwd=miss; stored"}
    assert second.told == {"Age": "9", "Cache-Status": "OmniPriceX; hit; ttl=6"}


def test_another_version_is_read_at_once(world: World) -> None:
    reads(world)
    world.version, world.value = "v2", {"offers": 2}

    assert (reads(world).value, world.loads) == ({"offers": 2}, 2)


def test_a_value_is_never_older_than_its_seconds(world: World) -> None:
    reads(world)
    world.now += timedelta(seconds=Freshness().fresh_seconds)
    world.value = {"offers": 2}

    assert reads(world).value == {"offers": 2}


def test_two_organisations_never_share(world: World) -> None:
    reads(world)
    world.value = {"offers": 2}

    assert asyncio.run(world.read(organisation_id="rival")).value == {"offers": 2}
    assert reads(world).value == {"offers": 1}


def test_without_valkey_every_read_is_a_load(world: World) -> None:
    world.valkey.gone = True

    found = reads(world, 3)

    assert (world.loads, found.value, found.stale) == (3, {"offers": 1}, False)
    assert found.told["Cache-Status"] == "OmniPriceX; fwd=bypass; detail=cache-unavailable"


def test_without_the_database_the_last_value_is_given_and_marked(world: World) -> None:
    reads(world)
    world.down = True
    world.now += timedelta(hours=3)

    found = reads(world)

    assert (found.value, found.stale, found.as_of) == ({"offers": 1}, True, MONDAY)
    assert found.told["Age"] == "10800"
    assert "fwd=stale" in found.told["Cache-Status"]


@pytest.mark.parametrize("hours", [24, 1000])
def test_what_is_older_than_a_day_is_not_given_even_then(world: World, hours: int) -> None:
    reads(world)
    world.down = True
    world.now += timedelta(hours=hours)

    with pytest.raises(StoreUnavailable):
        reads(world)


def test_without_the_database_and_without_a_value_the_failure_is_told(world: World) -> None:
    world.down = True

    with pytest.raises(StoreUnavailable):
        reads(world)


def test_a_load_that_fails_gives_the_last_value_and_frees_the_lock(world: World) -> None:
    reads(world)
    world.version = "v2"

    async def failing() -> dict[str, Any]:
        raise StoreUnavailable("down")

    found = asyncio.run(world.cache().read("overview", "org", world.tell_version, failing))

    assert (found.stale, found.value) == (True, {"offers": 1})
    assert not [key for key in world.valkey.kept if key.endswith(":lock")]


@pytest.mark.parametrize("instances", [1, 5])
def test_fifty_who_miss_at_once_load_once(world: World, instances: int) -> None:
    async def story() -> list[Remembered]:
        caches = [world.cache() for _ in range(instances)]
        return await asyncio.gather(*(world.read(caches[place % instances]) for place in range(50)))

    found = asyncio.run(story())

    assert world.loads == 1
    assert {one.value["offers"] for one in found} == {1}
    assert sum("collapsed" in one.told["Cache-Status"] for one in found) == 49


def test_who_waits_for_a_loader_that_died_loads_after_a_moment(world: World) -> None:
    world.valkey.kept["cache:pricing:1:{org:overview}:lock"] = b"of one that died"

    assert reads(world).value == {"offers": 1}
    assert (world.loads, world.pauses) == (1, 20)
    assert world.valkey.kept["cache:pricing:1:{org:overview}:lock"] == b"of one that died"


def test_one_who_gives_up_waiting_takes_the_load_from_nobody(world: World) -> None:
    async def story() -> Remembered:
        cache = world.cache()
        hasty, patient = (asyncio.create_task(world.read(cache)) for _ in range(2))
        for _ in range(3):
            await asyncio.sleep(0)
        hasty.cancel()
        return await patient

    assert asyncio.run(story()).value == {"offers": 1}
    assert world.loads == 1


@pytest.mark.parametrize(
    "text", [b"{", b"[]", b"7", b'{"version": "v1"}', b'{"version":"v1","at":"x","value":{}}', b"\xff"]
)
def test_what_cannot_be_read_counts_as_nothing(world: World, text: bytes) -> None:
    world.valkey.kept["cache:pricing:1:{org:overview}"] = text

    assert (reads(world).value, world.loads) == ({"offers": 1}, 1)
