"""What a scanner saw, as messages on the queue of observations."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from decimal import Decimal
from typing import Any, cast

from pricing.adapters.pages_later import PagesLater
from pricing.domain.reading import READERS_VERSION
from pricing.usecases.looks import Look, PageAsked
from shared.contracts.pricing import Outcome, PageReading, PagesRead, PagesToScan, PageToScan, ReaderVote
from shared.kernel.identifiers import derived_id
from shared.runtime.queues import Queue, message_bytes, pieces

# The scanner cannot put large messages into the bucket, so each stays within what a queue takes.
MOST_READINGS = 100
MOST_BYTES = 190_000
LONGEST_TEXT = 500
LONGEST_VALIDATOR = 200


class SqsObserved:
    """Answers one request to scan."""

    def __init__(self, queue: Queue, later: PagesLater, request: PagesToScan) -> None:
        self._queue = queue
        self._later = later
        self._request = request

    async def tell(self, looks: Sequence[Look]) -> None:
        """Send looks; a message's id is made of whose looks it tells, so telling the same twice is telling it once."""
        readings = [reading_of(look) for look in looks]
        await self._queue.send(
            [self._message(some) for some in pieces(readings, MOST_READINGS, MOST_BYTES, message_bytes)]
        )

    async def carry(self, pages: Sequence[PageAsked], not_before: datetime | None) -> None:
        """Ask for pages again, later; asking twice is asking once."""
        competitors = {page.competitor_id for page in pages}
        request = self._request
        again = request.model_copy(
            update={
                "id": derived_id("msg", "scan-again", request.id, str(not_before), *(page.offer_id for page in pages)),
                "pages": tuple(PageToScan(**asdict(page)) for page in pages),
                "recipes": {one: recipe for one, recipe in request.recipes.items() if one in competitors},
                "not_before": not_before,
                "carried": request.carried + 1,
            }
        )
        await self._later.put_off(again)

    def _message(self, readings: Sequence[PageReading]) -> PagesRead:
        request = self._request
        return PagesRead(
            id=derived_id("msg", "pages-read", request.id, *(reading.offer_id for reading in readings)),
            occurred_at=readings[-1].captured_at,
            correlation_id=request.correlation_id,
            organisation_id=request.organisation_id,
            job_id=request.job_id,
            readings=tuple(readings),
        )


def _text(amount: Decimal | None) -> str | None:
    return None if amount is None else f"{amount:f}"


def _cut(text: str | None) -> str | None:
    return None if text is None else text[:LONGEST_TEXT]


def _short(validator: str | None) -> str | None:
    """A page's version as its server names it; one too long to be sent back is none."""
    return validator if validator is not None and len(validator) <= LONGEST_VALIDATOR else None


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
        detail=look.detail[:LONGEST_TEXT],
        http_status=fetched.status,
        duration_ms=fetched.duration_ms,
        billed_ms=look.billed_ms,
        bytes_read=fetched.bytes_received,
        page_hash=look.page_hash,
        # What stands behind a redirect has a version of its own, which the page's own address need not know.
        etag=_short(fetched.etag) if fetched.url == page.url else None,
        last_modified=_short(fetched.last_modified) if fetched.url == page.url else None,
        asked_etag=page.etag if look.outcome == "unchanged" else None,
        asked_last_modified=page.last_modified if look.outcome == "unchanged" else None,
        snapshot=look.snapshot,
        readers_version=READERS_VERSION if look.reading is not None else None,
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
        "seller": _cut(reading.seller),
        "fulfilment": _cut(reading.fulfilment),
        "promotion": _cut(reading.promotion),
        "pack": reading.pack,
        "recipe": reading.recipe,
        "gtin": reading.gtin,
        "mpn": reading.mpn,
        "sku": reading.sku,
        "brand": reading.brand,
        "title": _cut(reading.title),
        "reader": reading.reader.value,
        "agreement": reading.agreement,
        "confidence": float(reading.confidence),
        "votes": tuple(
            ReaderVote(reader=vote.reader, item_price=f"{vote.item_price:f}", currency=vote.currency)
            for vote in reading.votes
        ),
    }
