"""Print how 10,000 schedules of 1,000 organisations fire at one moment, through a real store.

Each firing is what a message of EventBridge Scheduler starts: read the schedule, store its job with the command, send
the command. The queue is in memory, the store a SecantusDB of the run's own; workers share it as instances would.
"""

import asyncio
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.table import Table

from local.cloud import mongodb
from local.cloud.config import LocalConfig
from local.cloud.processes import Supervisor
from scheduler.adapters.commands import QUEUES, SCANS
from scheduler.adapters.documents import schedule_document
from scheduler.adapters.indexes import INDEXES
from scheduler.adapters.mongo_firings import MongoFirings
from scheduler.adapters.mongo_jobs import COLLECTION as JOBS
from scheduler.adapters.mongo_schedules import COLLECTION, MongoSchedules
from scheduler.domain.job import Job
from scheduler.usecases.fire import FireSchedule
from shared.runtime import aws
from shared.runtime.migrations import migrate
from shared.runtime.mongo import Mongo
from shared.runtime.outbox import Outbox
from shared.runtime.queues import Queue
from tests.builders.scheduler import a_schedule
from tests.fakes.cloud import FakeCloud

SCHEDULES, ORGANISATIONS, WORKERS = 10_000, 1_000, 8
# What a schedule may ask for at most is a day; a quarter of an hour is a tight one.
WINDOW = timedelta(minutes=15)
DUE = datetime(2026, 11, 23, 6, tzinfo=UTC)


class NoStops:
    """Nothing is stopped here."""

    async def mark(self, job: Job) -> None:
        """Mark nothing."""


def _fire(mongo: Mongo) -> FireSchedule:
    outbox = Outbox(mongo, "scheduler", bus="bus", queues={SCANS: Queue("scans")})

    def clock() -> datetime:
        return DUE + timedelta(seconds=30)

    return FireSchedule(
        schedules=MongoSchedules(mongo, clock), firings=MongoFirings(mongo, outbox), stopper=NoStops(), clock=clock
    )


async def fired(uri: str) -> tuple[list[float], float, int, int]:
    """Seconds from the moment to each start, the seconds in all, the jobs that there are, and the commands sent."""
    cloud = FakeCloud()
    aws.client = cloud.client  # type: ignore[assignment]  # the queue is not what is measured
    assert QUEUES
    mongo = Mongo("", "bench", uri=uri)
    await migrate(mongo, INDEXES)
    kept = [
        a_schedule(schedule_id=f"sch_{place:05}", organisation_id=f"org_{place % ORGANISATIONS:04}")
        for place in range(SCHEDULES)
    ]
    documents = [schedule_document(one) | {"_id": one.schedule_id, "withdrawn": False} for one in kept]
    await mongo.collection(COLLECTION).insert_many(documents)
    due = asyncio.Queue[tuple[str, str]]()
    for one in kept:
        due.put_nowait((one.organisation_id, one.schedule_id))
    started, waits = time.perf_counter(), list[float]()

    async def work() -> None:
        own = Mongo("", "bench", uri=uri)
        fire = _fire(own)
        while not due.empty():
            await fire(*due.get_nowait(), DUE)
            waits.append(time.perf_counter() - started)
        await own.close()

    await asyncio.gather(*(work() for _ in range(WORKERS)))
    total = time.perf_counter() - started
    jobs = await mongo.collection(JOBS).count_documents({})
    await mongo.close()
    return waits, total, jobs, len({one["id"] for one in cloud.messages("scans")})


def main() -> int:
    """Measure and print; returns the exit code."""
    with tempfile.TemporaryDirectory() as folder:
        config = LocalConfig.isolated(Path(folder))
        supervisor = Supervisor(config.state_dir, ready_timeout_seconds=60)
        service = mongodb.service(config)
        supervisor.start(service)
        try:
            waits, total, jobs, commands = asyncio.run(fired(config.mongodb))
        finally:
            supervisor.stop(service.name)
    table = Table("what", "figure", title=f"{SCHEDULES:,} schedules of {ORGANISATIONS:,} organisations, due at once")
    table.add_row("jobs started, commands sent", f"{jobs:,}, {commands:,}")
    table.add_row("the middle one, the last one", f"{median(waits):.0f} s, {max(waits):.0f} s after its moment")
    table.add_row("within a window of", f"{WINDOW.total_seconds():.0f} s: {max(waits) <= WINDOW.total_seconds()}")
    table.add_row("in a second, on one process", f"{SCHEDULES / total:.0f}")
    Console().print(table)
    return 0


if __name__ == "__main__":
    sys.exit(main())
