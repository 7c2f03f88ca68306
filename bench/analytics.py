"""Print how fast days of the market are made and every figure is read from them, and how both grow.

Ten offers for each product, looked at twice a day. The store is a SecantusDB of the run's own, in Python: its times say
how work grows and which index is used, not what a server needs.
"""

import asyncio
import json
import os
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from local.cloud import mongodb
from local.cloud.config import LocalConfig
from local.cloud.processes import Supervisor
from pricing.adapters.documents import facts_document, history_document, offer_document
from pricing.adapters.indexes import INDEXES
from pricing.bootstrap.parts import days_of
from pricing.bootstrap.stores import past_of, stores
from pricing.domain.analysis import Analysis, Asked
from pricing.domain.local_days import DAY
from pricing.usecases.analytics import ReadAnalysis
from pricing.usecases.price_index import ReadPriceIndex
from pricing.usecases.roll_ups import RollUp, RollUpMarket, part_size
from shared.runtime.migrations import migrate
from shared.runtime.mongo import Mongo
from shared.runtime.outbox import Outbox
from tests.builders.market import watched
from tests.builders.pricing import an_observation, some_facts

SIZES = ((50, 6), (100, 6), (200, 6), (100, 12))
OFFERS, LOOKS_A_DAY = 10, 2
NOW = datetime(2026, 11, 23, tzinfo=UTC)
TICK = 0.01
type Measured = tuple[str, int, dict[str, float]]
ASKED: dict[str, tuple[Analysis, dict[str, Any]]] = {
    "history": ("history", {"sku": "p00000"}),
    "matrix, a page": ("matrix", {}),
    "matrix, a page at a moment": ("matrix", {"as_of": NOW - timedelta(hours=30), "whole": False}),
    "index by category": ("index", {"by": ("category",), "benchmark": "average"}),
    "index against one rival": ("index", {"benchmark": "rival", "rival": "c1"}),
    "positions by brand": ("positions", {"by": ("brand",)}),
    "volatility by competitor": ("volatility", {"by": ("competitor",), "smallest": Decimal(2)}),
    "breaches of MAP": ("breaches", {}),
    "market below cost": ("below-cost", {}),
    "outliers": ("outliers", {"divergence": Decimal(20)}),
    "summary": ("summary", {}),
    "slices by category": ("slices", {"by": ("category",)}),
    "slices by category and day": ("slices", {"by": ("category", "day")}),
    "slices by competitor and brand": ("slices", {"by": ("competitor", "brand")}),
}


class Processor:
    """The seconds of the processor that this program and one other have used."""

    def __init__(self, state_dir: Path, name: str) -> None:
        record = json.loads((state_dir / "processes" / f"{name}.json").read_text(encoding="utf-8"))
        self._stat = Path("/proc", str(record["pid"]), "stat")

    def seconds(self) -> float:
        """Since both began."""
        user, system = self._stat.read_text(encoding="ascii").rpartition(")")[2].split()[11:13]
        return time.process_time() + (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def _market(products: int, days: int) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    drawn = random.Random(products)  # noqa: S311 - a market, not a secret
    for place in range(products):
        name = f"p{place:05}"
        facts = some_facts(
            "100",
            product_id=name,
            sku=name,
            cost=Decimal(80),
            map_price=Decimal(90),
            brand=f"b{place % 7}",
            category=f"c{place % 11}",
        )
        yield "products", [facts_document(facts)]
        offers, looks = [], []
        for rival in range(OFFERS):
            offer = watched(offer_id=f"{name}-{rival}", product_id=name, competitor_id=f"c{rival}")
            offers.append(offer_document(offer))
            price = drawn.randrange(85, 120)
            for look in range(days * LOOKS_A_DAY):
                if drawn.random() < 0.1:
                    price = drawn.randrange(70, 130)
                at = NOW - timedelta(hours=1 + look * 24 / LOOKS_A_DAY)
                seen = an_observation(
                    str(price),
                    offer_id=offer.offer_id,
                    product_id=name,
                    competitor_id=offer.competitor_id,
                    observation_id=f"{offer.offer_id}-{look}",
                    captured_at=at,
                )
                looks.append(history_document(seen))
        yield "offers", offers
        yield "observations", looks


async def _filled(mongo: Mongo, products: int, days: int) -> int:
    count = 0
    waiting: dict[str, list[dict[str, Any]]] = {}
    for name, documents in _market(products, days):
        waiting.setdefault(name, []).extend(documents)
        if len(waiting[name]) >= 500:
            count += await _insert(mongo, name, waiting.pop(name))
    for name, documents in waiting.items():
        count += await _insert(mongo, name, documents)
    return count


async def _insert(mongo: Mongo, name: str, documents: list[dict[str, Any]]) -> int:
    await mongo.collection(name).insert_many(documents, ordered=False)
    return len(documents)


async def _rolled_up(mongo: Mongo, days: int, processor: Processor) -> tuple[int, float]:
    kept = stores(mongo, Outbox(mongo, "pricing"))
    roll = RollUpMarket(
        facts=kept.facts, days=kept.market_days, make=days_of(kept, past_of(mongo)), roll_ups=kept.roll_ups
    )
    first, last = (NOW - days * DAY).date(), (NOW - DAY).date()
    wish = RollUp(organisation_id="org", shop_id="demo-eu", at=NOW, first=first, last=last, place=0)
    parts = await kept.facts.parts_of("org", "demo-eu", part_size(wish))
    start, made = processor.seconds(), 0
    for part in parts:
        made += await roll(
            RollUp(organisation_id="org", shop_id="demo-eu", at=NOW, first=first, last=last, place=0, part=part)
        )
    return made, processor.seconds() - start


async def _asked(mongo: Mongo, days: int, processor: Processor) -> dict[str, float]:
    kept = stores(mongo, Outbox(mongo, "pricing"))
    past = past_of(mongo)
    read = ReadAnalysis(figures=past.figures, make=days_of(kept, past), facts=kept.facts, clock=lambda: NOW)
    span = {"shop_ids": ("demo-eu",), "first": (NOW - days * DAY).date(), "last": (NOW - DAY).date()}
    times: dict[str, float] = {}
    for name, (analysis, more) in ASKED.items():
        # A page is a page; what brings days together brings all of them together.
        fields: dict[str, Any] = span | {"whole": analysis != "matrix"} | more
        start = processor.seconds()
        await read(Asked(analysis=analysis, organisation_id="org", **fields))
        times[name] = processor.seconds() - start
    start = processor.seconds()
    await ReadPriceIndex(read=read).product("org", "p00000", "demo-eu", days // 2)
    times["price index of one product, made up to now"] = processor.seconds() - start
    return times


async def _measured(uri: str, products: int, days: int, processor: Processor) -> Measured:
    mongo = Mongo("", f"bench_{products}_{days}", uri=uri)
    try:
        await migrate(mongo, INDEXES)
        await _filled(mongo, products, days)
        made, making = await _rolled_up(mongo, days, processor)
        _, again = await _rolled_up(mongo, days, processor)
        steps = {"days made": making, "days made again": again}
        return f"{products} x {days}", made, steps | await _asked(mongo, days, processor)
    finally:
        await mongo.close()


def _alone(products: int, days: int) -> Measured:
    """Measure one size, with a store of its own."""
    with tempfile.TemporaryDirectory() as folder:
        config = LocalConfig.isolated(Path(folder))
        supervisor = Supervisor(config.state_dir, ready_timeout_seconds=60)
        service = mongodb.service(config)
        supervisor.start(service)
        try:
            return asyncio.run(_measured(config.mongodb, products, days, Processor(config.state_dir, service.name)))
        finally:
            supervisor.stop(service.name)


def main() -> None:
    """Measure the sizes, or the one that is named: products and days."""
    named = [int(one) for one in sys.argv[1:]]
    measured: list[Measured] = []
    for size in ((named[0], named[1]),) if len(named) == 2 else SIZES:
        measured.append(_alone(*size))
        _show(measured)


def _show(measured: list[Measured]) -> None:
    table = Table("seconds of the processor", *(f"{size} days" for size, _, _ in measured), "days a second, last")
    for name in measured[0][2]:
        seconds = [times[name] for _, _, times in measured]
        rate = measured[-1][1] / max(seconds[-1], TICK)
        table.add_row(name, *(f"{one:.2f}" for one in seconds), f"{rate:.0f}")
    Console(width=140).print(table)


if __name__ == "__main__":
    main()
