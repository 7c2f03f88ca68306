"""Tables of rates on their way from the fetcher, which holds no store, to their keeper."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from itertools import batched

from pricing.domain.rates import RateTable
from shared.contracts.pricing import DayOfRates, RatesPublished
from shared.kernel.identifiers import derived_id
from shared.runtime.queues import Queue

# Rates belong to no organisation; a message names one.
NOBODY = "platform"
DAYS_IN_A_MESSAGE = 100


class SqsRates:
    """The fetcher's side: news of rates go onto the keeper's queue."""

    def __init__(self, queue: Queue) -> None:
        self._queue = queue

    async def tell(self, tables: Sequence[RateTable], at: datetime) -> None:
        """Tell the keeper of rates; twice is once."""
        await self._queue.send([_message(some, at) for some in batched(tables, DAYS_IN_A_MESSAGE, strict=False)])


def _message(tables: Sequence[RateTable], at: datetime) -> RatesPublished:
    days = tuple(
        DayOfRates(
            day=one.day,
            source=one.source,
            quotes={code: f"{quote:f}" for code, quote in sorted(one.quotes.items())},
        )
        for one in tables
    )
    told = "|".join(day.model_dump_json() for day in days)
    message_id = derived_id("msg", "pricing.rates-published", told)
    return RatesPublished(id=message_id, occurred_at=at, correlation_id=message_id, organisation_id=NOBODY, days=days)


def tables_in(event: RatesPublished) -> list[RateTable]:
    """The tables that a message carries; they were published when they were fetched."""
    return [
        RateTable(
            day=one.day,
            quotes={code: Decimal(quote) for code, quote in one.quotes.items()},
            published_at=event.occurred_at,
            source=one.source,
        )
        for one in event.days
    ]
