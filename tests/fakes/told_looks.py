"""Looks told to a deployed stack as a scanner tells them: by a message on the queue of what was observed."""

import secrets
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3

from local.cloud.stack import Stack
from shared.contracts.pricing import PageReading, PagesRead
from shared.kernel.identifiers import fresh_id

AT_ONCE = 100
HOUR = timedelta(hours=1)


def reading(offer: dict[str, Any], price: str, hours: float = 0, **changes: Any) -> PageReading:
    """A price that three readers agreed on, seen so many hours ago."""
    fields: dict[str, Any] = {
        "offer_id": offer["offer_id"],
        "url": offer["url"],
        "product_id": offer["product_id"],
        "competitor_id": offer["competitor_id"],
        "outcome": "read",
        "captured_at": datetime.now(UTC) - hours * HOUR,
        "item_price": price,
        "currency": "EUR",
        "availability": "in_stock",
        "reader": "json-ld",
        "agreement": 3,
        "confidence": 0.98,
    }
    return PageReading(**(fields | changes))


def tell(stack: Stack, organisation_id: str, readings: Sequence[PageReading]) -> None:
    """Send readings; each message stands for looks of its own, which belong to no job."""
    config = stack.config
    sqs = boto3.client(
        "sqs",
        endpoint_url=config.endpoint,
        region_name=config.region,
        aws_access_key_id=config.credentials["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=config.credentials["AWS_SECRET_ACCESS_KEY"],
    )
    for start in range(0, len(readings), AT_ONCE):
        job_id = f"told_{secrets.token_hex(8)}"
        now = datetime.now(UTC)
        message = PagesRead(
            id=fresh_id("msg", now),
            occurred_at=now,
            correlation_id=job_id,
            organisation_id=organisation_id,
            job_id=job_id,
            # A second look is no progress of the job, and there is no job.
            second_look_by="test",
            readings=tuple(readings[start : start + AT_ONCE]),
        )
        sqs.send_message(QueueUrl=stack.outputs.queues["pricing-observed"], MessageBody=message.model_dump_json())
