"""Past prices told to a deployed stack as the catalogue tells them again: by a message on pricing's own queue."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3

from local.cloud.stack import Stack
from shared.contracts.products import ProductFacts, ProductsChanged
from shared.kernel.identifiers import fresh_id

DAY = timedelta(days=1)


def tell_prices(stack: Stack, organisation_id: str, product: dict[str, Any], told: Sequence[tuple[str, float]]) -> None:
    """Tell again of each price of a product, in order, since how many days before now; the last one is shown now.

    The catalogue knows as many prices of it, all of today: an import has no way to say since when a price is.
    """
    config = stack.config
    sqs = boto3.client(
        "sqs",
        endpoint_url=config.endpoint,
        region_name=config.region,
        aws_access_key_id=config.credentials["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=config.credentials["AWS_SECRET_ACCESS_KEY"],
    )
    now = datetime.now(UTC)
    for number, (price, days) in enumerate(told, 1):
        facts = ProductFacts(
            **product,
            revision=number,
            active=True,
            price=price,
            price_since=now + days * DAY,
            price_number=number,
            price_source="import",
        )
        message = ProductsChanged(
            id=fresh_id("evt", now),
            occurred_at=now,
            correlation_id="told-again",
            organisation_id=organisation_id,
            products=(facts,),
            again=True,
        )
        sqs.send_message(QueueUrl=stack.outputs.queues["pricing-products"], MessageBody=message.model_dump_json())
