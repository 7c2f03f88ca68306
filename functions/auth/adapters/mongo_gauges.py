"""Auth's gauges, for a Prometheus server."""

from collections.abc import Sequence

from shared.kernel.clock import Clock
from shared.kernel.gauges import Gauge
from shared.runtime.gauges import outbox_gauges
from shared.runtime.mongo import Mongo


class MongoGauges:
    """Reads an organisation's gauges from the auth database."""

    def __init__(self, mongo: Mongo, clock: Clock) -> None:
        self._mongo = mongo
        self._clock = clock

    async def __call__(self, organisation_id: str) -> Sequence[Gauge]:
        """Return what waits to be told."""
        return await outbox_gauges(self._mongo, "auth", organisation_id, self._clock)
