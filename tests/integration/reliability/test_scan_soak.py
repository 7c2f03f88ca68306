"""A scanner against the simulated market: polite to every host, nothing lost, nothing recorded twice, kills or not."""

import asyncio
import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from bench.scan import AGENT, DELAY_SECONDS, LIMITS, MemoryQueue, Town, market_of, open_market, soaked, worker_of
from local.market.server import MarketServer
from pricing.adapters.aiohttp_pages import AioHttpPages
from pricing.domain.fetched import Fetched
from pricing.usecases import scan_pages
from shared.contracts.envelope import Event
from tests.fakes.killing import Killed, Killer
from tests.fakes.pricing import FakeSnapshots

HOSTS, PAGES_EACH, KILLS = 20, 25, 50
# What a process that died held comes back no sooner than 15 s later; pauses are a tenth of a second here, and less.
HIDDEN_SECONDS = 2 * DELAY_SECONDS


@pytest.fixture(autouse=True)
def small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """More messages for as many pages, and shorter waits."""
    monkeypatch.setattr(scan_pages, "LOOKS_AT_ONCE", 10)
    monkeypatch.setattr(scan_pages, "TOGETHER_SECONDS", 1)


def test_every_page_ends_as_an_observation_and_no_host_is_hurried() -> None:
    town, total, _ = asyncio.run(soaked(HOSTS, PAGES_EACH))

    outcomes = Counter(seen.outcome for seen in town.recorded.values())
    assert (len(town.recorded), total, town.doubled) == (HOSTS * PAGES_EACH, HOSTS * PAGES_EACH, 0)
    assert town.rude() == {}
    assert outcomes["read"] >= 17 * PAGES_EACH
    assert town.carried > 0


@dataclass
class DeadlyQueue(MemoryQueue):
    """A queue at which the process may die before and after each send; some messages come twice."""

    killer: Killer = field(default_factory=lambda: Killer(random.Random(0)))
    name: str = ""

    async def send(self, messages: Sequence[Event], *, group: str | None = None, delay_seconds: int = 0) -> None:
        if self.killer.strikes(40):
            self.killer.die(f"{self.name} before")
        await super().send(messages, group=group, delay_seconds=delay_seconds)
        if self.killer.chance.random() < 0.1:
            await super().send(messages, group=group, delay_seconds=delay_seconds)
        if self.killer.strikes(40):
            self.killer.die(f"{self.name} after")


class DeadlyPages:
    """The real fetcher, in a process that may die before and after each page."""

    def __init__(self, pages: AioHttpPages, killer: Killer) -> None:
        self._pages, self._killer = pages, killer

    async def fetch(self, url: str, **known: Any) -> Fetched:
        if self._killer.strikes():
            self._killer.die("fetch before")
        fetched = await self._pages.fetch(url, **known)
        if self._killer.strikes():
            self._killer.die("fetch after")
        return fetched

    def pause_of(self, url: str) -> float | None:
        return self._pages.pause_of(url)

    async def rest(self) -> None:
        # The dead do not wait.
        if not self._killer.dead:
            await self._pages.rest()

    def silences(self) -> Mapping[str, float]:
        return self._pages.silences()

    def silence(self, host: str, seconds: float) -> None:
        self._pages.silence(host, seconds)


class DeadlySnapshots(FakeSnapshots):
    """A bucket at which the process may die."""

    killer: Killer

    async def keep(self, pages: Sequence[Fetched]) -> Sequence[str | None]:
        if self.killer.strikes(40):
            self.killer.die("bucket")
        return await super().keep(pages)


async def killed_often(seed: int) -> tuple[Town, Killer]:
    killer = Killer(random.Random(seed))
    killer.load(KILLS, 150)
    queues = {name: DeadlyQueue(killer=killer, name=name) for name in ("pages", "later", "observed")}
    server = MarketServer(market=market_of(HOSTS, PAGES_EACH))
    server.state.control({"host": "shop003.example", "how": "429", "seconds": 1, "times": 2})
    town = Town(server, 2, queues["pages"], queues["later"], queues["observed"])
    snapshots = DeadlySnapshots()
    snapshots.killer = killer
    await town.plan()
    limits = replace(LIMITS, min_delay_seconds=0.02)
    async with open_market(server) as address:
        while town.pages.waiting or town.later.waiting:
            # A process is new after each death: it knows nobody's rules and nobody's pause.
            async with AioHttpPages(user_agent=AGENT, limits=limits, connect_to=address) as pages:
                try:
                    with killer.life():
                        await town.drain(worker_of(DeadlyPages(pages, killer), snapshots))
                except Killed:
                    pass
            await asyncio.sleep(HIDDEN_SECONDS)
    return town, killer


@pytest.mark.timeout(180)
def test_a_scanner_that_is_killed_50_times_loses_nothing_and_records_nothing_twice(
    capsys: pytest.CaptureFixture[str],
) -> None:
    town, killer = asyncio.run(killed_often(7))

    outcomes = Counter(seen.outcome for seen in town.recorded.values())
    hosts = town.server.state.traffic
    with capsys.disabled():
        print(f"\n{sum(killer.hits.values())} kills at {dict(killer.hits)}; {town.doubled} looks told again")  # noqa: T201
    assert sum(killer.hits.values()) == KILLS
    assert {"bucket", "fetch before", "fetch after", "observed before", "observed after"} <= killer.hits.keys()
    assert outcomes == {"read": HOSTS * PAGES_EACH}
    assert {host.most_at_once for host in hosts.values()} == {1}
    assert min(host.smallest_gap or 0 for host in hosts.values()) >= 0.02
