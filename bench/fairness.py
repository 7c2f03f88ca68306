"""Print how long organisations wait when 1,000 of them share an outbox and one asks for 10,000 things at once.

Waiting is counted in messages that leave before one's own last: it does not depend on the machine. The bus is in
memory, the store a SecantusDB of the run's own.
"""

import asyncio
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from itertools import batched
from pathlib import Path

from rich.console import Console
from rich.table import Table

from local.cloud import mongodb
from local.cloud.config import LocalConfig
from local.cloud.processes import Supervisor
from scheduler.adapters.indexes import INDEXES
from shared.contracts.jobs import JobPlanned
from shared.runtime import aws
from shared.runtime.migrations import migrate
from shared.runtime.mongo import Mongo, Session
from shared.runtime.outbox import Outbox
from tests.fakes.cloud import FakeCloud

ORGANISATIONS, EACH, BURST = 1_000, 10, 10_000
BUSY = "org_busy"
NOW = datetime(2026, 11, 23, 6, tzinfo=UTC)


def _facts(organisation: str, count: int) -> list[JobPlanned]:
    return [
        JobPlanned(
            id=f"{organisation}/{place}",
            occurred_at=NOW,
            correlation_id="job",
            organisation_id=organisation,
            job_id="job",
            items=1,
        )
        for place in range(count)
    ]


async def order_of_leaving(uri: str, *, burst: int) -> list[str]:
    """The organisation of each message, in the order in which they left; the burst was there first."""
    cloud = FakeCloud()
    aws.client = cloud.client  # type: ignore[assignment]  # the bus is not what is measured
    moment = NOW
    mongo = Mongo("", f"bench_{burst}", uri=uri)
    await migrate(mongo, INDEXES)
    outbox = Outbox(mongo, "scheduler", bus="bus", clock=lambda: moment)

    async def store(facts: list[JobPlanned]) -> None:
        async def work(session: Session) -> None:
            await outbox.add(facts, session)

        await mongo.transaction(work)

    for start in range(0, burst, 1_000):
        await store(_facts(BUSY, burst)[start : start + 1_000])
    moment = NOW + timedelta(seconds=1)
    for some in batched(range(ORGANISATIONS), 100, strict=True):
        await store([fact for place in some for fact in _facts(f"org_{place:04}", EACH)])
    while await outbox.relay():
        pass
    await mongo.close()
    return [event["organisation_id"] for event in cloud.events()]


def waits(order: list[str]) -> list[int]:
    """For each organisation but the busy one, how many messages had left when its last did."""
    last = {organisation: place + 1 for place, organisation in enumerate(order) if organisation != BUSY}
    return sorted(last.values())


def main() -> int:
    """Measure and print; returns the exit code."""
    with tempfile.TemporaryDirectory() as folder:
        config = LocalConfig.isolated(Path(folder))
        supervisor = Supervisor(config.state_dir, ready_timeout_seconds=60)
        service = mongodb.service(config)
        supervisor.start(service)
        try:
            alone = asyncio.run(order_of_leaving(config.mongodb, burst=0))
            beside = asyncio.run(order_of_leaving(config.mongodb, burst=BURST))
        finally:
            supervisor.stop(service.name)
    table = Table("the last message of", "alone", f"beside {BURST:,} of one", title=f"{ORGANISATIONS:,} × {EACH}")
    for name, place in (("the fastest organisation", 0), ("the slowest organisation", -1)):
        table.add_row(name, f"{waits(alone)[place]:,}", f"{waits(beside)[place]:,}")
    ratios = [waits(order)[-1] / waits(order)[0] for order in (alone, beside)]
    table.add_row("slowest / fastest", *(f"{ratio:.2f}" for ratio in ratios))
    Console().print(table)
    return 0


if __name__ == "__main__":
    sys.exit(main())
