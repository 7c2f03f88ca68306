"""The assistant's gauges, for a Prometheus server."""

from collections.abc import Sequence

from assistant.adapters.mongo_questions import COLLECTION
from shared.kernel.clock import Clock
from shared.kernel.gauges import Gauge
from shared.runtime.gauges import counted, outbox_gauges
from shared.runtime.mongo import Mongo


class MongoGauges:
    """Reads an organisation's gauges from the assistant database."""

    def __init__(self, mongo: Mongo, clock: Clock) -> None:
        self._mongo = mongo
        self._clock = clock

    async def __call__(self, organisation_id: str) -> Sequence[Gauge]:
        """Return how many questions stand in each state, and what waits to be sent."""
        states = await counted(self._mongo, COLLECTION, {"organisation_id": organisation_id}, "state")
        return [
            *(
                Gauge(
                    name="omnipricex_questions",
                    help="Questions by state",
                    value=count,
                    labels={"state": state},
                )
                for (state,), count in states
            ),
            *await outbox_gauges(self._mongo, "assistant", organisation_id, self._clock),
        ]
