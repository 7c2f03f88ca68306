"""Dead-letter queues on SQS, which are named after their queues: a prefix and the names are all there is to know."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from pydantic_core import from_json

from scheduler.usecases.redrive import DeadLetter
from shared.runtime.aws import call

FIFO = ".fifo"
# EventBridge's own, for what it could not deliver: their letters belong to no queue of ours.
LISTED_ONLY = frozenset({"events", "schedules"})
# Longer than the function may run: a letter that is looked at is not shown to a second look.
HIDDEN_SECONDS = 330
LETTERS_AT_ONCE = 10
# Empty answers in a row before a queue counts as empty: SQS asks some of its servers only.
EMPTY_ANSWERS = 2


class SqsDeadLetters:
    """The dead-letter queues of the platform."""

    def __init__(self, prefix: str, queues: Sequence[str]) -> None:
        self._prefix = prefix
        self._queues = frozenset(queues)
        self._taken: dict[str, dict[str, Any]] = {}

    def knows(self, queue: str) -> bool:
        """Whether there is such a queue."""
        return queue in self._queues | LISTED_ONLY

    def may_move(self, queue: str) -> bool:
        """Whether its letters have a queue to go back to; EventBridge's own have none."""
        return queue in self._queues

    async def some(self, queue: str) -> list[DeadLetter]:
        """Take some letters; they are hidden from others for a while. None when there is no other."""
        for _ in range(EMPTY_ANSWERS):
            answered = await call(
                "sqs",
                "receive_message",
                QueueUrl=self._letters(queue),
                MaxNumberOfMessages=LETTERS_AT_ONCE,
                VisibilityTimeout=HIDDEN_SECONDS,
                WaitTimeSeconds=1,
                AttributeNames=["All"],
                MessageAttributeNames=["All"],
            )
            found: list[dict[str, Any]] = answered.get("Messages", [])
            if found:
                self._taken |= {one["ReceiptHandle"]: one for one in found}
                return [_letter(one) for one in found]
        return []

    async def move(self, queue: str, letter: DeadLetter, redrive_id: str) -> None:
        """Send a letter back to its queue as it was, then delete it."""
        message = self._taken[letter.receipt]
        system: dict[str, str] = message.get("Attributes", {})
        parameters: dict[str, Any] = {}
        if (group := system.get("MessageGroupId")) is not None:
            parameters["MessageGroupId"] = group
        if queue.endswith(FIFO):
            # The first sending's id may still be remembered, and a letter that is taken for a repeat would be lost.
            parameters["MessageDeduplicationId"] = f"{letter.message_id}-{redrive_id}"
        await call(
            "sqs",
            "send_message",
            QueueUrl=f"{self._prefix}{queue}",
            MessageBody=message["Body"],
            MessageAttributes=message.get("MessageAttributes", {}),
            **parameters,
        )
        await call("sqs", "delete_message", QueueUrl=self._letters(queue), ReceiptHandle=letter.receipt)

    async def put_back(self, queue: str, letter: DeadLetter) -> None:
        """Show a letter to others again."""
        await call(
            "sqs",
            "change_message_visibility",
            QueueUrl=self._letters(queue),
            ReceiptHandle=letter.receipt,
            VisibilityTimeout=0,
        )

    async def left(self, queue: str) -> int:
        """Count the letters, about."""
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        answered = await call("sqs", "get_queue_attributes", QueueUrl=self._letters(queue), AttributeNames=names)
        return sum(int(answered["Attributes"].get(name, 0)) for name in names)

    def _letters(self, queue: str) -> str:
        ending = FIFO if queue.endswith(FIFO) else ""
        return f"{self._prefix}{queue.removesuffix(FIFO)}-dlq{ending}"


def _letter(message: dict[str, Any]) -> DeadLetter:
    told = {name: value.get("StringValue", "") for name, value in message.get("MessageAttributes", {}).items()}
    body = _body(message["Body"])
    return DeadLetter(
        message_id=message["MessageId"],
        receipt=message["ReceiptHandle"],
        type=str(body.get("type", "")),
        organisation_id=str(told.get("organisation_id") or body.get("organisation_id", "")),
        reason=told.get("reason", ""),
        detail=told.get("detail", ""),
        sent_at=datetime.fromtimestamp(int(message["Attributes"]["SentTimestamp"]) / 1000, UTC),
    )


def _body(text: str) -> dict[str, Any]:
    try:
        body = from_json(text)
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}
