"""Lambda: withdraws the schedules of a person who is no longer a user (EventBridge → SQS `scheduler-owners`)."""

from scheduler.bootstrap import remove_owner
from shared.contracts.auth import UserRemoved
from shared.runtime.lambda_sqs import Delivery, sqs_handler

remove = remove_owner()


async def consume(event: UserRemoved, _: Delivery) -> None:
    """Remove the schedules of the person."""
    await remove(event.organisation_id, event.user_id)


handler = sqs_handler(UserRemoved, consume)
