"""The scheduler's gauges, for a Prometheus server."""

from collections.abc import Sequence

from pymongo.errors import PyMongoError

from scheduler.adapters.mongo_jobs import COLLECTION as JOBS
from scheduler.adapters.mongo_schedules import COLLECTION as SCHEDULES
from scheduler.domain.job import RETENTION, State
from shared.kernel.clock import Clock
from shared.kernel.gauges import Gauge
from shared.runtime.gauges import counted, outbox_gauges
from shared.runtime.mongo import Document, Mongo, unavailable


class MongoGauges:
    """Reads an organisation's gauges from the scheduler database."""

    def __init__(self, mongo: Mongo, clock: Clock) -> None:
        self._mongo = mongo
        self._clock = clock

    async def __call__(self, organisation_id: str) -> Sequence[Gauge]:
        """Return how many jobs and schedules stand where, how long the oldest job runs, and what waits to be sent."""
        return [
            *await self._jobs(organisation_id),
            *await self._running(organisation_id),
            *await self._schedules(organisation_id),
            *await outbox_gauges(self._mongo, "scheduler", organisation_id, self._clock),
        ]

    async def _jobs(self, organisation_id: str) -> list[Gauge]:
        found = await counted(self._mongo, JOBS, {"organisation_id": organisation_id}, "kind", "state")
        return [
            Gauge(
                name="omnipricex_jobs",
                help="Jobs of the last 90 days by kind and state",
                value=count,
                labels={"kind": kind, "state": state},
            )
            for (kind, state), count in found
        ]

    async def _running(self, organisation_id: str) -> list[Gauge]:
        match = {"organisation_id": organisation_id, "state": State.RUNNING.value}
        now = self._clock()
        oldest = await self._grouped(JOBS, match, {"_id": "$kind", "since": {"$min": "$requested_at"}})
        return [
            Gauge(
                name="omnipricex_job_oldest_running_seconds",
                help="Time since the oldest running job of a kind was asked for",
                value=max(0.0, (now - one["since"]).total_seconds()),
                labels={"kind": one["_id"]},
            )
            for one in oldest
        ]

    async def _schedules(self, organisation_id: str) -> list[Gauge]:
        kept = {"organisation_id": organisation_id, "withdrawn": False}
        # One that fires no more is kept for a while, and expires then.
        ended = {"$and": [{"$gt": ["$expires_at", None]}, {"$lte": ["$expires_at", self._clock() + RETENTION]}]}
        state = {"$cond": [ended, "ended", {"$cond": ["$paused", "paused", "active"]}]}
        found = await self._grouped(SCHEDULES, kept, {"_id": {"kind": "$kind", "state": state}, "count": {"$sum": 1}})
        return [
            Gauge(
                name="omnipricex_schedules",
                help="Schedules by kind and state",
                value=one["count"],
                labels={"kind": one["_id"]["kind"], "state": one["_id"]["state"]},
            )
            for one in found
        ]

    async def _grouped(self, collection: str, match: Document, group: Document) -> list[Document]:
        try:
            found = await self._mongo.collection(collection).aggregate([{"$match": match}, {"$group": group}])
            return [one async for one in found]
        except PyMongoError as error:
            raise unavailable(f"count {collection}") from error
