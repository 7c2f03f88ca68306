"""Pricing's gauges, for a Prometheus server: the overview's numbers, counted at that moment."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from pricing.adapters.mongo_health import MongoHealth
from pricing.adapters.mongo_overview import MongoOverview
from pricing.domain.health import health_of
from pricing.usecases.overview import STALE_AFTER
from shared.kernel.clock import Clock
from shared.kernel.gauges import Gauge
from shared.runtime.gauges import outbox_gauges
from shared.runtime.mongo import Mongo


def _plain(name: str, text: str, value: float) -> Gauge:
    return Gauge(name=f"omnipricex_{name}", help=text, value=value)


class MongoGauges:
    """Reads an organisation's gauges from the pricing database."""

    def __init__(self, mongo: Mongo, clock: Clock) -> None:
        self._mongo = mongo
        self._overview = MongoOverview(mongo)
        self._health = MongoHealth(mongo)
        self._clock = clock

    async def __call__(self, organisation_id: str) -> Sequence[Gauge]:
        """Return how much is watched, how fresh it is, what was decided, and what waits to be sent."""
        now = self._clock()
        seen = await self._overview.count(organisation_id, now - STALE_AFTER)
        run = seen.newest_run
        states = health_of(await self._health.tallies(organisation_id, now - STALE_AFTER, now)).states
        return [
            _plain("products", "Products with an offer of a competitor", seen.products_monitored),
            _plain("offers", "Offers of competitors that are watched", seen.offers),
            _plain("offers_failing", "Offers whose last look read no price", seen.offers_failing),
            *_age("look_newest_seconds", "Age of the newest look that read a price", now, seen.newest_look),
            *_age("look_oldest_seconds", "Age of the oldest price that counts", now, seen.oldest_look),
            *_each("offer_states", "Offers by how their data arrives", "state", states),
            *_each("price_changes", "Price changes by state", "state", seen.price_changes),
            *_each("decisions", "Decisions of the newest run by reason", "reason", run.decisions if run else {}),
            *await outbox_gauges(self._mongo, "pricing", organisation_id, self._clock),
        ]


def _age(name: str, text: str, now: datetime, moment: datetime | None) -> list[Gauge]:
    """No gauge without a look: no age would be right."""
    return [] if moment is None else [_plain(name, text, max(0.0, (now - moment).total_seconds()))]


def _each(name: str, text: str, label: str, counts: Mapping[str, int]) -> list[Gauge]:
    return [
        Gauge(name=f"omnipricex_{name}", help=text, value=count, labels={label: value})
        for value, count in counts.items()
    ]
