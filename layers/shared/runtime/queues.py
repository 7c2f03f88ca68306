"""Messages onto SQS queues, none lost without an error."""

from collections.abc import Sequence

from shared.contracts.envelope import Event
from shared.runtime.aws import call

# A host may have 253 characters; those that share so long a start share a group, which is harmless.
LONGEST_GROUP = 128


class Queue:
    """One SQS queue. The group keeps tenants apart (fair queues) or, on a FIFO queue, keeps the order."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._fifo = url.endswith(".fifo")

    async def send(self, messages: Sequence[Event], *, group: str | None = None) -> None:
        """Put messages on the queue, in their order; on a FIFO queue a message id is taken once in five minutes."""
        for message in messages:
            once = {"MessageDeduplicationId": message.id} if self._fifo else {}
            await call(
                "sqs",
                "send_message",
                QueueUrl=self._url,
                MessageBody=message.model_dump_json(exclude_none=True),
                MessageGroupId=(group or message.organisation_id)[:LONGEST_GROUP],
                **once,
            )
