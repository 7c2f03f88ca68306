"""Scan a simulated market with one worker and print how politely, how completely and how fast it was read.

The planner, the scanner, the fetcher and the readers are the real ones; the queues are in memory, and pauses are a
tenth of what they are on the web. The market counts for each host how many requests it had at once and how long it
was left alone between two.
"""

import asyncio
import sys
import time
from collections import Counter, deque
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, cast

from aiohttp import web
from rich.console import Console
from rich.table import Table

from local.market.misbehaviour import How
from local.market.model import Item, Market, Shop, Style, address_of
from local.market.server import MarketServer
from pricing.adapters.aiohttp_pages import AioHttpPages
from pricing.adapters.commands import pages_to_scan
from pricing.adapters.messages import observation_of
from pricing.adapters.page_reading import read_fetched
from pricing.adapters.pages_later import PagesBack, PagesLater
from pricing.adapters.sqs_observed import SqsObserved
from pricing.domain.fetched import FetchLimits
from pricing.domain.market import Observation, Offer
from pricing.usecases.lane_manners import LaneManners
from pricing.usecases.looks import PageAsked, Pages, Scan, Snapshots
from pricing.usecases.scan import MarketPart, PlanScan
from pricing.usecases.scan_pages import ScanPages
from shared.contracts.envelope import Event
from shared.contracts.pricing import PagesRead, PagesToScan
from shared.kernel.clock import system_clock
from shared.runtime.queues import Queue
from tests.fakes.pricing import (
    FakeFacts,
    FakeFilters,
    FakeLaneMemory,
    FakeObservations,
    FakeOffers,
    FakeScanLog,
    FakeSnapshots,
    FakeStops,
)
from tests.fakes.recipes import FakeRecipes

HOSTS, PAGES_EACH, LANES = 200, 50, 2
DELAY_SECONDS = 0.1
# The hosts of every tenth do one of these, and the next does the next.
MISDEEDS: tuple[dict[str, Any], ...] = (
    {"how": How.FORBIDDEN},
    {"how": How.BUSY, "seconds": 1, "times": 3},
    {"how": How.BUSY, "seconds": 12, "times": 1},
    {"how": How.BUSY, "seconds": 86_400},
    {"how": How.BROKEN, "times": 5},
    {"how": How.CAPTCHA, "times": 5},
    {"how": How.REDIRECT_LOOP, "times": 3},
    {"how": How.REDIRECT_PRIVATE, "times": 3},
    {"how": How.TRUNCATED, "times": 3},
    {"how": How.ROBOTS_CLOSED},
    {"how": How.ROBOTS_BROKEN},
    {"how": How.CRAWL_DELAY, "seconds": 0.5},
    {"how": How.SLOW, "seconds": 0.4, "times": 10},
    {"how": How.NO_PRICE, "times": 5},
)
LIMITS = FetchLimits(
    page_seconds=5, connect_seconds=5, idle_seconds=3, min_delay_seconds=DELAY_SECONDS, longest_wait_seconds=3
)
AGENT = "OmniPriceX/0.1 (+https://example.org/scanner)"
INVOCATION_SECONDS = 20.0


def market_of(hosts: int, pages_each: int) -> Market:
    """Shops of every style, each with as many items."""
    items = tuple(
        Item(sku=f"S{place:03}", title=f"Article number {place}", price=Decimal(place + 10))
        for place in range(pages_each)
    )
    styles = tuple(Style)
    shops = [
        Shop(host=f"shop{place:03}.example", style=styles[place % len(styles)], items=items) for place in range(hosts)
    ]
    return Market(seed=1, shops=tuple(shops))


def offers_of(market: Market, now: datetime) -> list[Offer]:
    """An offer for each page of a market."""
    return [
        Offer(
            offer_id=f"off-{shop.host}-{item.sku}",
            organisation_id="org",
            product_id=f"prd-{item.sku}",
            shop_id="own",
            competitor_id=shop.host,
            url=address_of(shop, item),
            host=shop.host,
            match_type="exact",
            created_at=now,
        )
        for shop in market.shops
        for item in shop.items
    ]


@asynccontextmanager
async def open_market(server: MarketServer) -> AsyncIterator[tuple[str, int]]:
    """Serve a market on loopback."""
    runner = web.AppRunner(server.app(), access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        host, port = runner.addresses[0][:2]
        yield host, port
    finally:
        await runner.cleanup()


@dataclass
class MemoryQueue:
    """A queue in memory that holds messages back for as long as they are to be."""

    waiting: deque[tuple[float, str]] = field(default_factory=deque)

    async def send(self, messages: Sequence[Event], *, group: str | None = None, delay_seconds: int = 0) -> None:
        """Put messages on the queue."""
        assert group is None or group.startswith("lane-")
        due = time.monotonic() + delay_seconds
        self.waiting += [(due, message.model_dump_json(exclude_none=True)) for message in messages]

    def take(self) -> str | None:
        """Take the first message that is due."""
        now = time.monotonic()
        for place, (due, body) in enumerate(self.waiting):
            if due <= now:
                del self.waiting[place]
                return body
        return None


@dataclass
class Town:
    """A market, the queues around a scanner, and what was recorded."""

    server: MarketServer
    lanes: int = LANES
    pages: MemoryQueue = field(default_factory=MemoryQueue)
    later: MemoryQueue = field(default_factory=MemoryQueue)
    observed: MemoryQueue = field(default_factory=MemoryQueue)
    recorded: dict[str, Observation] = field(default_factory=dict)
    doubled: int = 0
    messages: int = 0
    carried: int = 0

    async def plan(self) -> int:
        """Plan a scan of the whole market with the real planner; returns how many pages it has."""
        now = system_clock()
        offers = FakeOffers({offer.offer_id: offer for offer in offers_of(self.server.market, now)})
        log = FakeScanLog(offers)
        unchosen: Any = None
        planning = PlanScan(
            facts=FakeFacts(),
            filters=FakeFilters(),
            offers=offers,
            observations=FakeObservations(log),
            recipes=FakeRecipes(),
            choose=unchosen,
            log=log,
            lanes=self.lanes,
            clock=system_clock,
        )
        await planning("org", "job", MarketPart())
        requests = [pages_to_scan("org", "job", part, now) for part in log.asked.values()]
        await self.pages.send(requests, group="lane-0")
        return len(offers.kept)

    async def drain(self, scan: ScanPages) -> None:
        """Let the worker, the way back and the recorder work until nothing waits."""
        while self.pages.waiting or self.later.waiting:
            if not await self.step(scan):
                await asyncio.sleep(0.05)

    async def step(self, scan: ScanPages) -> bool:
        """Do the work of one message; one that fails stays where it is. False when none is due."""
        later = PagesLater(cast(Queue, self.later), system_clock)
        for queue in (self.later, self.pages):
            if (body := queue.take()) is None:
                continue
            request = PagesToScan.model_validate_json(body)
            try:
                if queue is self.later:
                    self.carried += 1
                    await PagesBack(later, cast(Queue, self.pages)).give(request)
                else:
                    self.messages += 1
                    asked = [PageAsked(**page.model_dump()) for page in request.pages]
                    await scan(asked, SqsObserved(cast(Queue, self.observed), later, request), scan_of(request))
            except BaseException:
                queue.waiting.appendleft((0.0, body))
                raise
            finally:
                self._record()
            return True
        return False

    def _record(self) -> None:
        while (body := self.observed.take()) is not None:
            message = PagesRead.model_validate_json(body)
            for reading in message.readings:
                seen = observation_of(message, reading)
                self.doubled += seen.observation_id in self.recorded
                self.recorded.setdefault(seen.observation_id, seen)

    def rude(self) -> dict[str, tuple[int, float | None]]:
        """The hosts that saw two requests at once, or one sooner than their pause."""
        found = {}
        for host, traffic in self.server.state.traffic.items():
            told = self.server.state.misbehaviours.get(host)
            pause = told.seconds if told is not None and told.how is How.CRAWL_DELAY else DELAY_SECONDS
            gap = traffic.smallest_gap
            if traffic.most_at_once > 1 or (gap is not None and gap < pause):
                found[host] = traffic.most_at_once, gap
        return found


def worker_of(fetcher: Pages, snapshots: Snapshots | None = None) -> ScanPages:
    """A scanner over a fetcher and the real readers."""
    return ScanPages(
        pages=fetcher,
        read=read_fetched,
        snapshots=snapshots or FakeSnapshots(),
        manners=LaneManners(pages=fetcher, memory=FakeLaneMemory(), clock=system_clock),
        stops=FakeStops(),
        clock=system_clock,
    )


def scan_of(request: PagesToScan) -> Scan:
    """The scan that a request is part of."""
    return Scan(
        organisation_id=request.organisation_id,
        job_id=request.job_id,
        lane=request.lane,
        planned_at=request.occurred_at,
        deadline=time.monotonic() + INVOCATION_SECONDS,
        carried=request.carried,
    )


def misbehave(server: MarketServer) -> None:
    """Have every tenth shop do what real shops do to scanners."""
    for place, shop in enumerate(server.market.shops[::10]):
        server.state.control({"host": shop.host} | MISDEEDS[place % len(MISDEEDS)])


async def soaked(hosts: int, pages_each: int) -> tuple[Town, int, float]:
    """A market scanned to its end, how many pages it has, and how long that took (seconds)."""
    server = MarketServer(market=market_of(hosts, pages_each))
    misbehave(server)
    town = Town(server)
    began = time.monotonic()
    async with open_market(server) as address:
        total = await town.plan()
        async with AioHttpPages(user_agent=AGENT, limits=LIMITS, connect_to=address) as fetcher:
            await town.drain(worker_of(fetcher))
    return town, total, time.monotonic() - began


def main() -> int:
    """Print what became of every page and how each host was treated."""
    town, total, seconds = asyncio.run(soaked(HOSTS, PAGES_EACH))
    outcomes = Counter(seen.outcome for seen in town.recorded.values())
    table = Table(title=f"{total} pages of {HOSTS} hosts, one worker, {LANES} lanes, {seconds:.0f} s")
    table.add_column("")
    table.add_column("", justify="right")
    rows: dict[str, object] = {
        "recorded": len(town.recorded),
        "lost": total - len(town.recorded),
        "recorded twice": town.doubled,
        "hosts with two requests at once, or sooner than their pause": len(town.rude()),
        "requests to hosts, robots.txt included": sum(one.requests for one in town.server.state.traffic.values()),
        "messages, of which carried": f"{town.messages}, {town.carried}",
        "longest age of a page when it was read": _age(town),
    } | {f"  {name}": count for name, count in outcomes.most_common()}
    for name, value in rows.items():
        table.add_row(name, str(value))
    Console().print(table)
    return 0


def _age(town: Town) -> timedelta:
    moments = [seen.captured_at for seen in town.recorded.values()]
    return max(moments) - min(moments)


if __name__ == "__main__":
    sys.exit(main())
