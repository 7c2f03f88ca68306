"""Print how the time of a run over stored products splits, and how it grows from 10,000 to 100,000 products.

Ten offers each. Parts are decided one after another in this process, as one worker would; the store is a SecantusDB of
the run's own, the bus in memory. `worker` and `store's own` are seconds of the processor, which other work on the
machine changes less than those of the clock. All shops are filled before the first run, and the runs take turns, each
at the same share of its parts: what else the machine does slows them all.

It takes 12 to 20 minutes; what was measured stands in docs/reliability.md.
"""

import asyncio
import os
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from bench.runs_market import fill, prepare
from bench.watch import Timed, Watch
from local.cloud import mongodb
from local.cloud.config import LocalConfig
from local.cloud.processes import Supervisor
from pricing.adapters.mongo_looks import MongoLooks
from pricing.adapters.mongo_own_moves import MongoOwnMoves
from pricing.bootstrap.stores import stores
from pricing.usecases.decide import DecidePart, PlanRun
from pricing.usecases.deciding import DecideProducts
from pricing.usecases.house import Stores
from pricing.usecases.loops import HeedLoops
from pricing.usecases.ports import PRODUCTS_IN_A_PART, ShopPart
from pricing.usecases.start_runs import StartRun
from pricing.usecases.subjects import ReadSubjects
from shared.runtime import aws
from shared.runtime.mongo import Mongo
from shared.runtime.outbox import Outbox
from shared.runtime.queues import Queue
from tests.builders.pricing import a_competitor, a_policy, ruled
from tests.fakes.cloud import FakeCloud
from tests.fakes.new_prices import FakeNewPrices
from tests.fakes.pricing import FakeStops
from tests.fakes.publication import publishes_nothing

SIZES = (10_000, 100_000)
WARM = 1_000
CACHE = "4G"
AT = datetime(2026, 11, 23, 6, 1, tzinfo=UTC)


class Measured:
    """One run, step by step: the plan, then part after part. What it took is in seconds.

    Those of the clock, and those of the processor for the worker and for the store.
    """

    def __init__(self, mongo: Mongo, kept: Stores, shop: str, size: int, server: int) -> None:
        self.size, self.watch, self.server = size, Watch(), server
        self.seconds = self.worker = self.store = 0.0
        self.steps = self.done = self.decisions = 0
        self._next = self._steps(mongo, kept, shop)

    async def step(self) -> None:
        """Take the next step."""
        start, own, others = time.perf_counter(), time.process_time(), _processor(self.server)
        await anext(self._next)
        self.seconds += time.perf_counter() - start
        self.worker += time.process_time() - own
        self.store += _processor(self.server) - others
        self.done += 1

    async def begin(self) -> None:
        """Make the policy and divide the shop, which no clock sees; the run itself divides it again."""
        await anext(self._next)

    async def _steps(self, mongo: Mongo, kept: Stores, shop: str) -> AsyncIterator[None]:
        document = {"shop": shop} | ruled(bounds={"min_margin_percent": 15, "max_down_percent": 20})
        await kept.policies.add(a_policy(document, policy_id=shop))
        run = await StartRun(policies=kept.policies, runs=kept.runs, clock=lambda: AT)("org", shop, "colleague")
        parts = await kept.facts.parts_of("org", shop, PRODUCTS_IN_A_PART)
        self.steps = len(parts) + 1
        yield
        plan = PlanRun(facts=kept.facts, runs=kept.runs, clock=lambda: AT)
        run = await self.watch.over("plan", plan.__call__)("org", run.run_id)
        yield
        decide = _decider(mongo, kept, self.watch)
        for place, part in enumerate(parts):
            run = await decide("org", run.run_id, place, ShopPart(after=part.after, until=part.until))
            self.decisions = run.decisions
            yield


def _decider(mongo: Mongo, kept: Stores, watch: Watch) -> DecidePart:
    timed: dict[str, Any] = {
        name: Timed(getattr(kept, name), f"load {name}", watch) for name in ("facts", "offers", "competitors", "holds")
    }
    subjects = ReadSubjects(**timed, moves=Timed(MongoOwnMoves(mongo), "load moves", watch))
    return DecidePart(
        facts=timed["facts"],
        decided=DecideProducts(subjects=subjects, loops=HeedLoops(looks=MongoLooks(mongo))),
        policies=kept.policies,
        runs=Timed(kept.runs, "store", watch),
        reminders=FakeNewPrices(),
        publish=publishes_nothing(),
        stops=FakeStops(),
        clock=lambda: AT,
    )


def _processor(server: int) -> float:
    """What the store took of the processor so far, in seconds; 0 where the system does not tell."""
    told = Path(f"/proc/{server}/stat")
    if not told.exists():
        return 0
    ticks = sum(map(int, told.read_text().rpartition(")")[2].split()[11:13]))
    return ticks / os.sysconf("SC_CLK_TCK")


async def _measured(uri: str, sizes: Sequence[int], server: int) -> list[Measured]:
    cloud = FakeCloud()
    aws.client = cloud.client  # type: ignore[assignment]  # the bus is not what is measured
    mongo = Mongo("", "bench_runs", uri=uri)
    await prepare(mongo)
    queues = {name: Queue(name) for name in ("decide", "pages", "publish", "reports")}
    kept = stores(mongo, Outbox(mongo, "pricing", bus="bus", queues=queues))
    await kept.competitors.add(a_competitor(created_at=AT - timedelta(days=1)))
    shops = {"shop-warm": WARM} | {f"shop-{size}": size for size in sizes}
    start = time.perf_counter()
    for shop, size in shops.items():
        await fill(mongo, shop, size)
    print(f"filled with {sum(shops.values()):,} products in {time.perf_counter() - start:,.0f} s", flush=True)
    warm, *runs = [Measured(mongo, kept, shop, size, server) for shop, size in shops.items()]
    for one in (warm, *runs):
        await one.begin()
    while warm.done < warm.steps:
        await warm.step()
    while waiting := [one for one in runs if one.done < one.steps]:
        await min(waiting, key=lambda one: one.done / one.steps).step()
    await mongo.close()
    return runs


def main() -> None:
    """Measure in a fresh store; `python -m bench.runs 1000 10000` takes other sizes."""
    sizes = tuple(int(one) for one in sys.argv[1:]) or SIZES
    with tempfile.TemporaryDirectory() as folder:
        config = LocalConfig.isolated(Path(folder))
        supervisor = Supervisor(config.state_dir, ready_timeout_seconds=60)
        service = mongodb.service(config)
        # What is worked on fits the cache, as on a cluster of the size that such a shop has.
        service = replace(service, command=(*service.command, "--cache-size", CACHE))
        supervisor.start(service)
        running = supervisor.running(service.name)
        try:
            found = asyncio.run(_measured(config.mongodb, sizes, running.pid if running else 0))
        finally:
            supervisor.stop(service.name)
    table = Table(title="A run over stored products, ten offers each, one worker")
    names = sorted({name for one in found for name in one.watch.spent})
    for name in ("products", "seconds", "worker", "store's own", "products/s", *names, "rest: deciding"):
        table.add_column(name, justify="right")
    for one in found:
        if one.decisions != one.size:
            sys.exit(f"{one.decisions} decisions of {one.size} products")
        shares = [f"{one.watch.spent[name] / one.seconds:.1%}" for name in names]
        rest = f"{1 - sum(one.watch.spent.values()) / one.seconds:.1%}"
        speed = f"{one.size / one.seconds:,.0f}"
        table.add_row(
            f"{one.size:,}", f"{one.seconds:.1f}", f"{one.worker:.1f}", f"{one.store:.1f}", speed, *shares, rest
        )
    console = Console(width=170)
    console.print(table)
    first, last = found[0], found[-1]
    if first is not last:
        console.print(
            f"{last.size / first.size:.0f} x the products take {last.seconds / first.seconds:.2f} x the time "
            f"and {(last.worker + last.store) / (first.worker + first.store):.2f} x the processor"
        )


if __name__ == "__main__":
    main()
