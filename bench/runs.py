"""Print how the time of a run over stored products splits, and how it grows from 10,000 to 100,000 products.

Ten offers each. Parts are decided one after another in this process, as one worker would; the store is a SecantusDB of
the run's own, the bus in memory.
"""

import asyncio
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import batched
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from local.cloud import mongodb
from local.cloud.config import LocalConfig
from local.cloud.processes import Supervisor
from pricing.adapters.documents import facts_document, offer_document
from pricing.adapters.indexes import INDEXES
from pricing.adapters.mongo_looks import MongoLooks
from pricing.adapters.mongo_own_moves import MongoOwnMoves
from pricing.bootstrap import stores
from pricing.usecases.decide import DecidePart, PlanRun
from pricing.usecases.deciding import DecideProducts
from pricing.usecases.house import Stores
from pricing.usecases.loops import HeedLoops
from pricing.usecases.ports import ShopPart
from pricing.usecases.start_runs import StartRun
from pricing.usecases.subjects import ReadSubjects
from shared.runtime import aws
from shared.runtime.migrations import migrate
from shared.runtime.mongo import Mongo
from shared.runtime.outbox import Outbox
from shared.runtime.queues import Queue
from tests.builders.pricing import a_competitor, a_policy, an_offer, ruled, some_facts
from tests.fakes.cloud import FakeCloud
from tests.fakes.new_prices import FakeNewPrices
from tests.fakes.pricing import FakeStops
from tests.fakes.publication import publishes_nothing

SIZES = (10_000, 100_000)
OFFERS = 10
AT = datetime(2026, 11, 23, 6, 1, tzinfo=UTC)


class Watch:
    """Where the time of a run goes."""

    def __init__(self) -> None:
        self.spent: dict[str, float] = defaultdict(float)

    def over[**P, T](self, name: str, work: Callable[P, Awaitable[T]]) -> Callable[P, Awaitable[T]]:
        """The same work, with its time counted under a name."""

        async def timed(*args: P.args, **kwargs: P.kwargs) -> T:
            start = time.perf_counter()
            try:
                return await work(*args, **kwargs)
            finally:
                self.spent[name] += time.perf_counter() - start

        return timed


class Timed:
    """A store whose methods are timed under one name."""

    def __init__(self, store: Any, name: str, watch: Watch) -> None:  # noqa: ANN401 - any store
        self._store, self._name, self._watch = store, name, watch

    def __getattr__(self, method: str) -> Any:  # noqa: ANN401 - any method
        return self._watch.over(self._name, getattr(self._store, method))


async def _filled(mongo: Mongo, shop: str, products: int) -> None:
    for some in batched(range(products), 1_000, strict=False):
        facts, offers = [], []
        for place in some:
            name = f"{shop}-{place:06}"
            facts.append(some_facts(f"{80 + place % 40}.99", product_id=name, sku=name, shop_id=shop, cost=Decimal(50)))
            for rival in range(OFFERS):
                offer = an_offer(f"{70 + (place * 7 + rival * 13) % 50}.49", offer_id=f"{name}-{rival}")
                offers.append(replace(offer, product_id=name, shop_id=shop, previous=offer.latest))
        await mongo.collection("products").insert_many([facts_document(one) for one in facts])
        await mongo.collection("offers").insert_many([offer_document(one) for one in offers])


async def _run(mongo: Mongo, kept: Stores, shop: str) -> tuple[float, Watch, int]:
    watch = Watch()
    document = {"shop": shop} | ruled(bounds={"min_margin_percent": 15, "max_down_percent": 20})
    await kept.policies.add(a_policy(document, policy_id=shop))
    run = await StartRun(policies=kept.policies, runs=kept.runs, clock=lambda: AT)("org", shop, "colleague")
    start = time.perf_counter()
    plan = PlanRun(facts=kept.facts, runs=kept.runs, clock=lambda: AT)
    run = await watch.over("plan", plan.__call__)("org", run.run_id)
    timed: dict[str, Any] = {
        name: Timed(getattr(kept, name), f"load {name}", watch) for name in ("facts", "offers", "competitors", "holds")
    }
    subjects = ReadSubjects(**timed, moves=Timed(MongoOwnMoves(mongo), "load moves", watch))
    deciding = DecideProducts(subjects=subjects, loops=HeedLoops(looks=MongoLooks(mongo)))
    decide = DecidePart(
        facts=timed["facts"],
        decided=deciding,
        policies=kept.policies,
        runs=Timed(kept.runs, "store", watch),
        reminders=FakeNewPrices(),
        publish=publishes_nothing(),
        stops=FakeStops(),
        clock=lambda: AT,
    )
    parts = await kept.facts.parts_of("org", shop, 1_000)
    for place, part in enumerate(parts):
        run = await decide("org", run.run_id, place, ShopPart(after=part.after, until=part.until))
    return time.perf_counter() - start, watch, run.decisions


async def _measured(uri: str, sizes: tuple[int, ...]) -> list[tuple[int, float, Watch, int]]:
    cloud = FakeCloud()
    aws.client = cloud.client  # type: ignore[assignment]  # the bus is not what is measured
    mongo = Mongo("", "bench_runs", uri=uri)
    await migrate(mongo, INDEXES)
    queues = {name: Queue(name) for name in ("decide", "pages", "publish", "reports")}
    kept = stores(mongo, Outbox(mongo, "pricing", bus="bus", queues=queues))
    await kept.competitors.add(a_competitor(created_at=AT - timedelta(days=1)))
    found = []
    for size in sizes:
        await _filled(mongo, f"shop-{size}", size)
        seconds, watch, decisions = await _run(mongo, kept, f"shop-{size}")
        found.append((size, seconds, watch, decisions))
    await mongo.close()
    return found


def main() -> None:
    """Measure in a fresh store; `python -m bench.runs 1000 10000` takes other sizes."""
    sizes = tuple(int(one) for one in sys.argv[1:]) or SIZES
    with tempfile.TemporaryDirectory() as folder:
        config = LocalConfig.isolated(Path(folder))
        supervisor = Supervisor(config.state_dir, ready_timeout_seconds=60)
        service = mongodb.service(config)
        supervisor.start(service)
        try:
            found = asyncio.run(_measured(config.mongodb, sizes))
        finally:
            supervisor.stop(service.name)
    table = Table(title="A run over stored products, ten offers each, one worker")
    names = sorted({name for _, _, watch, _ in found for name in watch.spent})
    for name in ("products", "seconds", "products/s", *names, "rest: deciding"):
        table.add_column(name, justify="right")
    for size, seconds, watch, decisions in found:
        if decisions != size:
            sys.exit(f"{decisions} decisions of {size} products")
        shares = [f"{watch.spent[name] / seconds:.0%}" for name in names]
        rest = f"{1 - sum(watch.spent.values()) / seconds:.0%}"
        table.add_row(f"{size:,}", f"{seconds:.1f}", f"{size / seconds:,.0f}", *shares, rest)
    console = Console(width=150)
    console.print(table)
    if len(found) > 1:
        console.print(
            f"{found[-1][0] / found[0][0]:.0f} x the products take {found[-1][1] / found[0][1]:.1f} x the time"
        )


if __name__ == "__main__":
    main()
