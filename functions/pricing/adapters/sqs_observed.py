"""What a scanner saw, as messages on the queue of observations."""

import hashlib
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, cast

from pricing.usecases.scan_pages import Look
from shared.contracts.pricing import Outcome, PageReading, PagesRead, PagesToScan
from shared.kernel.identifiers import derived_id
from shared.runtime.queues import Queue


class SqsObserved:
    """Answers one request to scan."""

    def __init__(self, queue: Queue, request: PagesToScan) -> None:
        self._queue = queue
        self._request = request

    async def tell(self, looks: Sequence[Look], part: int) -> None:
        """Send looks as one message; telling the same part twice is telling it once."""
        request = self._request
        message = PagesRead(
            id=derived_id("msg", "pages-read", request.id, str(part)),
            occurred_at=looks[-1].captured_at,
            correlation_id=request.correlation_id,
            organisation_id=request.organisation_id,
            job_id=request.job_id,
            host=request.host,
            readings=tuple(reading_of(look) for look in looks),
        )
        await self._queue.send([message])


def _text(amount: Decimal | None) -> str | None:
    return None if amount is None else f"{amount:f}"


def reading_of(look: Look) -> PageReading:
    """One look as its message says it."""
    page, fetched = look.page, look.fetched
    return PageReading(
        offer_id=page.offer_id,
        product_id=page.product_id,
        competitor_id=page.competitor_id,
        url=page.url,
        outcome=cast(Outcome, look.outcome),
        captured_at=look.captured_at,
        detail=look.detail[:500],
        http_status=fetched.status,
        duration_ms=fetched.duration_ms,
        bytes_read=fetched.bytes_received,
        page_hash=hashlib.sha256(fetched.body).hexdigest() if fetched.body else None,
        **_read(look),
    )


def _read(look: Look) -> dict[str, Any]:
    reading = look.reading
    if reading is None:
        return {}
    return {
        "item_price": _text(reading.item_price),
        "list_price": _text(reading.list_price),
        "shipping": _text(reading.shipping),
        "currency": reading.currency,
        "availability": reading.availability.value,
        "condition": None if reading.condition is None else reading.condition.value,
        "seller": reading.seller,
        "gtin": reading.gtin,
        "mpn": reading.mpn,
        "sku": reading.sku,
        "brand": reading.brand,
        "title": None if reading.title is None else reading.title[:500],
        "reader": reading.reader.value,
        "agreement": reading.agreement,
        "confidence": float(reading.confidence),
    }
