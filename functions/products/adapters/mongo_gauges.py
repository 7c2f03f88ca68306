"""The catalogue's gauges, for a Prometheus server."""

from collections.abc import Sequence

from products.adapters.mongo_catalogue import COLLECTION
from shared.kernel.clock import Clock
from shared.kernel.gauges import Gauge
from shared.runtime.gauges import counted, outbox_gauges
from shared.runtime.mongo import Mongo


class MongoGauges:
    """Reads an organisation's gauges from the products database."""

    def __init__(self, mongo: Mongo, clock: Clock) -> None:
        self._mongo = mongo
        self._clock = clock

    async def __call__(self, organisation_id: str) -> Sequence[Gauge]:
        """Return how many products each shop has, and what waits to be told of them."""
        match = {"organisation_id": organisation_id, "active": True}
        shops = await counted(self._mongo, COLLECTION, match, "shop_id")
        return [
            *(
                Gauge(
                    name="omnipricex_catalogue_products",
                    help="Active products of a shop",
                    value=count,
                    labels={"shop": shop},
                )
                for (shop,), count in shops
            ),
            *await outbox_gauges(self._mongo, "products", organisation_id, self._clock),
        ]
