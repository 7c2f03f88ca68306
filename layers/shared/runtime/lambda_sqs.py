"""SQS → one use case for each message, with partial batch answers.

A message that may succeed later is returned as failed and comes back after a pause with full jitter. One that can
never succeed goes to quarantine at once and counts as done. One that would not come to its end in the time that is
left is not begun and comes back at once. What a function held that died comes back when the function would have ended.
"""

import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import batched
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext
from pydantic import ValidationError

from shared.contracts.envelope import Event
from shared.kernel.clock import system_clock
from shared.kernel.errors import PlatformError, Rejected
from shared.runtime.aws import call
from shared.runtime.claims import Claims
from shared.runtime.deadline import before_the_end_of
from shared.runtime.faults import Contract, fault_of
from shared.runtime.loop import run
from shared.runtime.observability import bind, emit, invocation, logger, span
from shared.runtime.quarantine import Quarantine
from shared.runtime.settings import ConsumerSettings

FIRST_RETRY_SECONDS = 15
LONGEST_RETRY_SECONDS = 900
# A message is begun when this much time is left: what one message takes, without what a scan's pages take.
RESERVE_MS = 5_000
# What Lambda needs to end an invocation and to delete the messages that it did.
HOLD_MARGIN_SECONDS = 15
MOST_IN_A_CALL = 10

type Handler = Callable[[dict[str, Any], LambdaContext], dict[str, Any]]
type Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Delivery:
    """How a message came: when it was sent, and how long the function may still run (in milliseconds)."""

    sent_at: datetime
    remaining_ms: Callable[[], int]


def sqs_handler[E: Event](
    contract: type[E] | Any,  # noqa: ANN401 - a type expression, such as a union told apart by `type`
    consume: Callable[[E, Delivery], Awaitable[None]],
    *,
    fifo: bool = False,
) -> Handler:
    """The Lambda handler that gives each message to `consume`; those that fail for now stay on the queue."""
    settings = ConsumerSettings()
    consumer = _Consumer(
        contract=Contract[E](contract, Claims(settings.work_bucket)),
        consume=consume,
        quarantine=Quarantine(settings.dead_letter_queue_url, system_clock),
        queues=settings.dead_letter_queue_url.rpartition("/")[0],
        fifo=fifo,
    )

    def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
        records: list[Record] = event["Records"]
        # SQS never sends an empty batch; a deployment does, to start the function before it is needed.
        failed = run(consumer.batch(records, context)) if records else []
        return {"batchItemFailures": [{"itemIdentifier": one["messageId"]} for one in failed]}

    return handler


@dataclass(frozen=True, slots=True, kw_only=True)
class _Consumer[E: Event]:
    contract: Contract[E]
    consume: Callable[[E, Delivery], Awaitable[None]]
    quarantine: Quarantine
    queues: str
    """The address that the name of a queue follows."""
    fifo: bool

    async def batch(self, records: Sequence[Record], context: LambdaContext) -> list[Record]:
        """Take each message in turn; return those that are to come back."""
        failed: list[Record] = []
        stuck: set[str] = set()
        await self._hold(records, context)
        for record in records:
            group = record["attributes"].get("MessageGroupId", "") if self.fifo else ""
            # What follows a failure in its group must not overtake it.
            if group in stuck or not await self._done(record, context):
                failed.append(record)
                stuck |= {group} if self.fifo else set()
        with invocation(context):
            emit("Messages", len(records))
            emit("MessagesFailed", len(failed))
            for record in records:
                emit("MessageAge", max((system_clock() - _sent_at(record)).total_seconds(), 0.0), "Seconds")
        return failed

    async def _done(self, record: Record, context: LambdaContext) -> bool:
        """Whether the message need not come back."""
        with invocation(context):
            bind(message_id=record["messageId"])
            if context.get_remaining_time_in_millis() < RESERVE_MS:
                logger.info("message not begun: too little time is left")
                await self._hide(record, 0)
                return False
            try:
                with before_the_end_of(context):
                    await self._one(record, context)
            except (ValidationError, Rejected) as error:
                return await self._quarantined(record, error)
            except Exception as error:  # noqa: BLE001 - whatever it is, the message comes back
                _log(error)
                await self._hide(record, _pause(record))
                return False
            return True

    async def _one(self, record: Record, context: LambdaContext) -> None:
        message = await self.contract.read(record["body"])
        kind = getattr(message, "type", "")
        keys = {"correlation_id": message.correlation_id, "organisation_id": message.organisation_id}
        bind(event_id=message.id, **keys)
        if (job_id := getattr(message, "job_id", None)) is not None:
            bind(job_id=job_id)
        with span(f"process {kind}", kind="consumer", parent=message.traceparent):
            await self.consume(message, Delivery(_sent_at(record), context.get_remaining_time_in_millis))
            logger.info("message done", type=kind)

    async def _quarantined(self, record: Record, error: ValidationError | Rejected) -> bool:
        fault = fault_of(record["body"], error)
        try:
            await self.quarantine.put(record, fault)
        except PlatformError as failure:
            _log(failure)
            await self._hide(record, _pause(record))
            return False
        logger.error("message quarantined", reason=fault.reason, detail=fault.detail)
        emit("MessagesQuarantined", 1, reason=fault.reason)
        return True

    async def _hold(self, records: Sequence[Record], context: LambdaContext) -> None:
        """Hold the messages for as long as this invocation can last, not for six times as long like the queue."""
        with invocation(context):
            seconds = context.get_remaining_time_in_millis() // 1000 + HOLD_MARGIN_SECONDS
            await self._change_visibility(records, seconds)

    async def _hide(self, record: Record, seconds: int) -> None:
        """Let a message come back so soon."""
        await self._change_visibility([record], seconds)

    async def _change_visibility(self, records: Sequence[Record], seconds: int) -> None:
        name = records[0]["eventSourceARN"].rpartition(":")[2]
        for some in batched(records, MOST_IN_A_CALL, strict=False):
            entries = [
                {"Id": one["messageId"], "ReceiptHandle": one["receiptHandle"], "VisibilityTimeout": seconds}
                for one in some
            ]
            try:
                await call("sqs", "change_message_visibility_batch", QueueUrl=f"{self.queues}/{name}", Entries=entries)
            except PlatformError as failure:
                logger.warning("messages come back later than they could", cause=repr(failure.__cause__))


def _log(error: Exception) -> None:
    if isinstance(error, PlatformError):
        logger.error("message fails for now", code=error.code, detail=error.detail, cause=repr(error.__cause__))
    else:
        logger.exception("message failed unexpectedly", exc_info=error)


def _pause(record: Record) -> int:
    """Full jitter: anything up to 15 s after the first try, four times that after each further one, 15 min at most."""
    tries = int(record["attributes"].get("ApproximateReceiveCount", 1))
    longest = min(FIRST_RETRY_SECONDS * 4 ** (tries - 1), LONGEST_RETRY_SECONDS)
    return round(random.uniform(0, longest))  # noqa: S311 - spreads tries, hides nothing


def _sent_at(record: Record) -> datetime:
    return datetime.fromtimestamp(int(record["attributes"].get("SentTimestamp", 0)) / 1000, UTC)
