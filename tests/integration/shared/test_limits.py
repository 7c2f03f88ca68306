"""Rate limits against a real Valkey, and without one."""

import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
import valkey

from shared.runtime.limits import LARGEST_LOT, Limiter, Verdict
from shared.runtime.rates import Limits, Rates
from shared.runtime.valkey import Valkey

NOBODY = "valkey://127.0.0.1:9/0"
MANY = Rates(read=10_000, write=10_000, costly=10_000)
# A process of its own, which takes as many tokens as it is given.
INSTANCE = """
import asyncio, json, sys
sys.path[:0] = ["functions", "layers"]
from shared.runtime.limits import Limiter
from shared.runtime.rates import Limits
from shared.runtime.valkey import Valkey

async def story():
    valkey = Valkey(sys.argv[1], timeout_seconds=5)
    limiter = Limiter(Limits.model_validate_json(sys.argv[2]), valkey)
    async def take():
        return [(await limiter.take("org", "usr", "read")).passes for _ in range(100)]
    passed = await asyncio.gather(*(take() for _ in range(4)))
    print(sum(map(sum, passed)))
asyncio.run(story())
"""


class Hands:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
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
async def instances(url: str, limits: Limits, count: int = 1) -> AsyncIterator[list[Limiter]]:
    """So many function instances."""
    stores = [Valkey(url, timeout_seconds=5) for _ in range(count)]
    yield [Limiter(limits, store) for store in stores]
    for store in stores:
        await store.close()


def limits(read: int, organisation: Rates = MANY, window: int = 60) -> Limits:
    return Limits(caller=Rates(read=read, write=5, costly=2), organisation=organisation, window_seconds=window)


async def taken(limiter: Limiter, times: int, caller: str = "usr", organisation: str = "org") -> list[Verdict]:
    return [await limiter.take(organisation, caller, "read") for _ in range(times)]


def passed(verdicts: list[Verdict]) -> int:
    return sum(one.passes for one in verdicts)


@pytest.mark.parametrize("most", [1, 7, 100, 333])
def test_eight_instances_that_want_all_get_exactly_the_limit(url: str, most: int) -> None:
    async def story() -> int:
        async with instances(url, limits(most), 8) as eight:
            return sum(map(passed, await asyncio.gather(*(taken(one, 100) for one in eight))))

    assert asyncio.run(story()) == most


def test_two_processes_with_four_tasks_each_get_exactly_the_limit(url: str) -> None:
    command = [sys.executable, "-c", INSTANCE, url, limits(100).model_dump_json()]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    counts = [int(one.communicate(timeout=60)[0].splitlines()[-1]) for one in running]

    assert sum(counts) == 100


def test_a_busy_instance_takes_tokens_in_lots_and_asks_seldom(url: str) -> None:
    async def story() -> tuple[int, int]:
        async with instances(url, limits(10_000)) as (limiter,):
            asked = 0
            ask = limiter._valkey.ask

            async def counting(work: Any) -> Any:
                nonlocal asked
                asked += 1
                return await ask(work)

            limiter._valkey.ask = counting  # type: ignore[method-assign]
            return passed(await taken(limiter, 1000)), asked

    got, asked = asyncio.run(story())

    assert got == 1000
    assert asked <= 1000 / LARGEST_LOT + 6


def test_callers_of_one_organisation_share_its_limit_and_no_other_organisation_feels_it(url: str) -> None:
    shared_by_all = Rates(read=50, write=50, costly=50)

    async def story() -> tuple[int, int, int]:
        async with instances(url, limits(40, shared_by_all), 2) as (one, other):
            ann = passed(await taken(one, 60, "ann"))
            bob = passed(await taken(other, 60, "bob"))
            return ann, bob, passed(await taken(other, 60, "ann", "another"))

    assert asyncio.run(story()) == (40, 10, 40)


def test_classes_of_routes_have_limits_of_their_own(url: str) -> None:
    async def story() -> list[int]:
        async with instances(url, limits(7)) as (limiter,):
            return [
                sum([(await limiter.take("org", "usr", kind)).passes for _ in range(20)])
                for kind in ("read", "write", "costly")
            ]

    assert asyncio.run(story()) == [7, 5, 2]


def test_without_a_caller_the_address_is_limited(url: str) -> None:
    async def story() -> list[bool]:
        async with instances(url, Limits(address=Rates(read=3, write=1, costly=1))) as (limiter,):
            return [(await limiter.take("", "203.0.113.7", "read")).passes for _ in range(5)]

    assert asyncio.run(story()) == [True, True, True, False, False]


def test_the_next_window_begins_anew(url: str) -> None:
    async def story() -> tuple[int, int]:
        async with instances(url, limits(5, window=1)) as (limiter,):
            first = passed(await taken(limiter, 10))
            await asyncio.sleep(1.1)
            return first, passed(await taken(limiter, 10))

    assert asyncio.run(story()) == (5, 5)


def test_tokens_of_a_window_that_ended_are_worthless(url: str) -> None:
    async def story() -> int:
        hands = Hands()
        store = Valkey(url, timeout_seconds=5)
        limiter = Limiter(limits(1000), store, hands)
        await taken(limiter, 40)
        held = sum(lease.tokens for lease in limiter._leases.values())
        hands.now += 61
        await taken(limiter, 1)
        await store.close()
        return held - sum(lease.tokens for lease in limiter._leases.values())

    assert asyncio.run(story()) > 0


def test_the_headers_count_down_and_say_when_to_come_back(url: str) -> None:
    async def story() -> list[Verdict]:
        async with instances(url, limits(3)) as (limiter,):
            return await taken(limiter, 4)

    verdicts = asyncio.run(story())
    told = [dict(one.headers) for one in verdicts]

    assert [int(one[b"ratelimit-remaining"]) for one in told] == [2, 1, 0, 0]
    assert {one[b"ratelimit-limit"] for one in told} == {b"3"}
    assert {one[b"ratelimit-policy"] for one in told} == {b'"caller-read";q=3;w=60'}
    assert all(0 < int(one[b"ratelimit-reset"]) <= 60 for one in told)
    assert [one.passes for one in verdicts] == [True, True, True, False]


def test_without_valkey_each_instance_grants_its_share_never_none_and_never_all() -> None:
    async def story() -> list[int]:
        async with instances(NOBODY, limits(100), 2) as two:
            return [passed(await taken(one, 200)) for one in two]

    assert asyncio.run(story()) == [10, 10]


def test_a_limit_smaller_than_its_instances_still_grants_one_each() -> None:
    async def story() -> int:
        async with instances(NOBODY, limits(3)) as (limiter,):
            return passed(await taken(limiter, 20))

    assert asyncio.run(story()) == 1


def test_the_keys_of_an_organisation_lie_in_one_slot_of_a_cluster(url: str) -> None:
    async def story() -> list[bytes]:
        async with instances(url, limits(3)) as (limiter,):
            await taken(limiter, 1)
            return list(await limiter._valkey.client.keys("rate:*"))

    keys = asyncio.run(story())

    assert len(keys) == 2
    assert all(key.startswith(b"rate:{org}:") for key in keys)


def test_settings_are_read_from_json() -> None:
    read = Limits.model_validate_json(json.dumps({"caller": {"read": 9, "write": 8, "costly": 7}}))

    assert (read.caller.costly, read.window_seconds) == (7, 60)
