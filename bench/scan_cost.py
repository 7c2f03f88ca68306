"""Print what a million scanned pages cost, from measured CPU and the planner's own packing.

`billed = CPU x 2 x max(1, 1769 / MB) + waiting`: a Lambda core is taken for half of this one, and a small function has
a share of it. The standard scan is 10,000 pages of 200 hosts; a host answers after 1.2 s and gets a second's pause;
its rules are read anew for each message, as if each met a process that never saw the host. Prices are us-east-1's,
without a free tier and without the database.
"""

import asyncio
import gzip
import math
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from statistics import mean, median

from rich.console import Console
from rich.table import Table

from bench import fetch
from bench.scan import Town, market_of
from local.market.server import MarketServer
from pricing.adapters.page_reading import read_fetched
from pricing.adapters.s3_snapshots import S3Snapshots
from pricing.adapters.sqs_observed import MOST_READINGS
from pricing.domain.fetched import Fetch, Fetched
from pricing.domain.lanes import HOSTS_AT_ONCE
from pricing.usecases.scan_pages import BYTES_AT_ONCE, LOOKS_AT_ONCE
from shared.contracts.pricing import PagesToScan
from shared.runtime import aws
from tests.fakes.cloud import FakeCloud

DATA = Path(__file__).parents[1] / "../shared/data/extraction/product_pages/html"
MEMORY_MB = (256, 512, 1024)
GOAL_MB, GOAL = 512, 0.50
SITE_SECONDS, PAUSE_SECONDS, TLS_MS = 1.2, 1.0, 1.0
FULL_CORE_MB, LAMBDA_CORE = 1769, 2.0
GB_SECOND, INVOCATION = 0.0000133334, 0.20e-6
SQS_REQUEST, SQS_UNIT_BYTES, PUT, GET, LOG_GB = 0.40e-6, 64_000, 5.0e-6, 0.40e-6, 0.50
LOG_BYTES_OF_A_MESSAGE = 4_000
# A recorder takes ten messages in one receive and deletes them in one.
OBSERVED_AT_ONCE = 10
STORED_GB_MONTH = 0.023


@dataclass(frozen=True)
class Cpu:
    """Milliseconds of this core for each page, and what a page has in bytes as it is kept."""

    fetch: float
    read: float
    keep: float
    packed_bytes: float

    @property
    def page(self) -> float:
        """Everything that is done for a page."""
        return self.fetch + self.read + self.keep + TLS_MS


def _pages() -> list[Fetched]:
    found = []
    for path in sorted(DATA.glob("*.html.gz")):
        body = gzip.decompress(path.read_bytes())
        packed = gzip.compress(body, 6, mtime=0)
        kind = "text/html; charset=utf-8"
        url = f"https://{path.name[:12]}.example/p"
        found.append(
            Fetched(outcome=Fetch.FETCHED, url=url, body=body, content_type=kind, packed=packed, encoding="gzip")
        )
    return found


def _ms(work: Callable[[], object], rounds: int = 5) -> float:
    work()
    spent = []
    for _ in range(rounds):
        began = time.process_time()
        work()
        spent.append((time.process_time() - began) * 1000)
    return median(spent)


def measured() -> Cpu:
    """The CPU that the real pages take, and fetching pages of their size."""
    pages = _pages()
    fetching = max(ours for _, ours in asyncio.run(fetch.measured()).values())
    larger = fetch.PAGE_BYTES / mean(len(page.body) for page in pages)
    reading = _ms(lambda: [read_fetched(page) for page in pages]) / len(pages)
    snapshots = S3Snapshots("work", lambda: datetime(2026, 11, 23, tzinfo=UTC))
    before, aws.client = aws.client, FakeCloud().client  # type: ignore[assignment] # a bucket in memory
    try:
        keeping = _ms(lambda: asyncio.run(snapshots.keep(pages))) / len(pages)
    finally:
        aws.client = before
    return Cpu(fetching / larger, reading, keeping, mean(len(page.packed) for page in pages))


def packing() -> list[tuple[PagesToScan, int]]:
    """The messages of the standard scan with their sizes, by the real planner."""
    town = Town(MarketServer(market=market_of(200, 50)))
    asyncio.run(town.plan())
    bodies = [body for _, body in town.pages.waiting]
    return [(PagesToScan.model_validate_json(body), len(body.encode())) for body in bodies]


def _in_turn(hosts: Sequence[int]) -> float:
    """How long the hosts of a message take, so many at once (seconds): each asks its rules, then its pages."""
    free = [0.0] * min(HOSTS_AT_ONCE, len(hosts))
    for pages in hosts:
        place = free.index(min(free))
        free[place] += (pages + 1) * (SITE_SECONDS + PAUSE_SECONDS)
    return max(free)


def cost(cpu: Cpu, messages: Sequence[tuple[PagesToScan, int]], memory_mb: int) -> dict[str, float]:
    """Dollars for a million pages, by what they are for."""
    pages = sum(len(message.pages) for message, _ in messages)
    share = LAMBDA_CORE * max(1.0, FULL_CORE_MB / memory_mb)
    waiting = computing = invocations = requests = puts = logs = 0.0
    for message, size in messages:
        hosts = [len(list(some)) for _, some in groupby(sorted(page.competitor_id for page in message.pages))]
        waiting += _in_turn(hosts)
        computing += len(message.pages) * cpu.page * share / 1000
        told = math.ceil(max(len(message.pages) / LOOKS_AT_ONCE, len(message.pages) * cpu.packed_bytes / BYTES_AT_ONCE))
        # Looks are told of in messages of a hundred.
        answers = math.ceil(len(message.pages) / MOST_READINGS)
        invocations += 1
        # The request is sent, received, held and deleted; what is told of it is sent, received and deleted.
        units = math.ceil(size / SQS_UNIT_BYTES)
        requests += 2 * units + 2 + answers * (2 + 2 / OBSERVED_AT_ONCE)
        puts += told
        logs += LOG_BYTES_OF_A_MESSAGE + told * 600
    looks = puts + len(messages)
    dollars = {
        "waiting for sites": waiting * memory_mb / 1024 * GB_SECOND,
        "computing": computing * memory_mb / 1024 * GB_SECOND,
        "invocations": invocations * INVOCATION,
        "queues": requests * SQS_REQUEST,
        "snapshots put": puts * PUT,
        "marks and memory read": 2 * looks * GET,
        "logs": logs / 1e9 * LOG_GB,
    }
    return {name: amount / pages * 1e6 for name, amount in dollars.items()}


def main() -> int:
    """Print the table."""
    cpu, messages = measured(), packing()
    sizes = [len(message.pages) for message, _ in messages]
    costs = {memory: cost(cpu, messages, memory) for memory in MEMORY_MB}
    console = Console()
    console.print(
        f"CPU of a page: fetch {cpu.fetch:.2f} ms, read {cpu.read:.2f} ms, keep {cpu.keep:.2f} ms, TLS {TLS_MS:.1f} ms;"
        f" {len(messages)} messages of {min(sizes)} to {max(sizes)} pages"
    )
    table = Table(title="US$ for a million scanned pages")
    table.add_column("")
    for memory in MEMORY_MB:
        table.add_column(f"{memory} MB", justify="right")
    for name in costs[GOAL_MB]:
        table.add_row(name, *(f"{costs[memory][name]:.3f}" for memory in MEMORY_MB))
    totals = {memory: sum(parts.values()) for memory, parts in costs.items()}
    table.add_row("all", *(f"{totals[memory]:.3f}" for memory in MEMORY_MB), style="bold")
    console.print(table)
    console.print(f"goal at {GOAL_MB} MB: {GOAL:.2f} or less: {'yes' if totals[GOAL_MB] <= GOAL else 'NO'}")
    stored = cpu.packed_bytes * 1e6 / 1e9 * STORED_GB_MONTH
    console.print(f"beside it, keeping a million pages for 30 days: {stored:.2f} (var.snapshot_retention_days)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
