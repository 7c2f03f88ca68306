"""Messages onto SQS queues, none lost without an error."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from shared.contracts.envelope import Event, Message
from shared.runtime.aws import AwsUnavailable, call
from shared.runtime.observability import traceparent

# A host may have 253 characters; those that share so long a start share a group, which is harmless.
LONGEST_GROUP = 128
# The longest that a message may be held back before its queue delivers it.
LONGEST_DELAY_SECONDS = 900
# Of one request, to a queue as to the bus.
ENTRIES_IN_A_REQUEST = 10
BYTES_IN_A_REQUEST = 240_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """A message as it travels. Its group shares a queue fairly or, on a FIFO queue, keeps the order."""

    id: str
    type: str
    occurred_at: datetime
    group: str
    body: str


def parcel_of(message: Event, group: str | None = None) -> Parcel:
    """The message, ready to leave, as part of the present trace unless it belongs to one."""
    here = traceparent() if message.traceparent is None else None
    traced = message if here is None else message.model_copy(update={"traceparent": here})
    return Parcel(
        id=message.id,
        type=getattr(message, "type", ""),
        occurred_at=message.occurred_at,
        group=(group or message.organisation_id)[:LONGEST_GROUP],
        body=traced.model_dump_json(exclude_none=True),
    )


def pieces[T](items: Sequence[T], most: int, most_bytes: int, bytes_of: Callable[[T], int]) -> Iterator[list[T]]:
    """Cut a sequence into pieces of at most so many items and, unless one alone is larger, so many bytes; in order."""
    piece: list[T] = []
    size = 0
    for item in items:
        length = bytes_of(item)
        if piece and (len(piece) == most or size + length > most_bytes):
            yield piece
            piece, size = [], 0
        piece.append(item)
        size += length
    if piece:
        yield piece


def message_bytes(message: Message) -> int:
    """How much a part of a message takes in it."""
    return len(message.model_dump_json(exclude_none=True).encode())


def requests(parcels: Sequence[Parcel]) -> Iterator[list[Parcel]]:
    """Cut into what one request may carry, in order: ten entries, 256 KB."""
    return pieces(parcels, ENTRIES_IN_A_REQUEST, BYTES_IN_A_REQUEST, lambda parcel: len(parcel.body.encode()))


class Queue:
    """One SQS queue."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._fifo = url.endswith(".fifo")

    async def send(self, messages: Sequence[Event], *, group: str | None = None, delay_seconds: int = 0) -> None:
        """Put messages on the queue, in their order; on a FIFO queue a message id is taken once in five minutes.

        Each is delivered after a delay, of 15 minutes at most, that a FIFO queue does not know.
        """
        for request in requests([parcel_of(message, group) for message in messages]):
            taken = await self.put(request, min(delay_seconds, LONGEST_DELAY_SECONDS))
            if len(taken) < len(request):
                detail = f"the queue refused {len(request) - len(taken)} of {len(request)} messages"
                raise AwsUnavailable(detail)

    async def put(self, request: Sequence[Parcel], delay_seconds: int = 0) -> set[str]:
        """Put what one request may carry on the queue; return the ids that it took."""
        entries = [
            {
                "Id": str(place),
                "MessageBody": parcel.body,
                "MessageGroupId": parcel.group,
                **({"MessageDeduplicationId": parcel.id} if self._fifo else {}),
                **({"DelaySeconds": delay_seconds} if delay_seconds else {}),
            }
            for place, parcel in enumerate(request)
        ]
        answered = await call("sqs", "send_message_batch", QueueUrl=self._url, Entries=entries)
        refused = {int(one["Id"]) for one in answered.get("Failed", ())}
        return {parcel.id for place, parcel in enumerate(request) if place not in refused}
