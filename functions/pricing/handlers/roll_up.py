"""Lambda: makes the days of the market (SQS `pricing-roll-ups` → RollUpMarket)."""

from pricing.bootstrap.figures import roll_up_market
from pricing.usecases.ports import ShopPart
from pricing.usecases.roll_ups import RollUp
from shared.contracts.pricing import RollUpRequested
from shared.runtime.lambda_sqs import Delivery, sqs_handler

roll_up = roll_up_market()


async def consume(event: RollUpRequested, _: Delivery) -> None:
    """Divide a shop, or make the days of a part of it."""
    await roll_up(
        RollUp(
            organisation_id=event.organisation_id,
            shop_id=event.shop_id,
            at=event.occurred_at,
            first=event.first,
            last=event.last,
            job_id=event.job_id,
            place=event.place,
            part=ShopPart(after=event.after, until=event.until),
        )
    )


handler = sqs_handler(RollUpRequested, consume)
