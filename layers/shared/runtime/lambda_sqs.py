"""SQS → one use case for each message, with partial batch answers."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast

from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.batch import (
    BatchProcessor,
    EventType,
    SqsFifoPartialProcessor,
    process_partial_response,
)
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext
from pydantic import TypeAdapter, ValidationError

from shared.contracts.envelope import Event
from shared.kernel.errors import PlatformError, Rejected
from shared.runtime.aws import client
from shared.runtime.loop import run
from shared.runtime.observability import logger, metrics

MESSAGE_KEYS = ("correlation_id", "organisation_id", "event_id")

FIRST_RETRY_SECONDS = 15

type Handler = Callable[[dict[str, Any], LambdaContext], dict[str, Any]]


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
    """The Lambda handler that gives each message to `consume`; those that fail stay on the queue."""
    reading: TypeAdapter[E] = TypeAdapter(contract)
    processor = SqsFifoPartialProcessor(skip_group_on_error=True) if fifo else BatchProcessor(event_type=EventType.SQS)
    # A batch in which all fail is answered like any other, so that the Errors metric counts crashes only.
    processor.raise_on_entire_batch_failure = False

    @metrics.log_metrics(capture_cold_start_metric=True)
    @logger.inject_lambda_context(clear_state=True)
    def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
        if not event["Records"]:
            # SQS never sends an empty batch; a deployment does, to start the function before it is needed.
            return {"batchItemFailures": []}

        def on_record(record: SQSRecord) -> None:
            # What the message before it was about must not stand in this one's lines.
            logger.remove_keys(MESSAGE_KEYS)
            try:
                message = _parsed(reading, record)
                _consume(message, consume(message, _delivery(record, context)))
            except Exception as error:
                _again(record, error)
                raise

        answered = process_partial_response(event=event, record_handler=on_record, processor=processor, context=context)
        failed = len(answered["batchItemFailures"])
        metrics.add_metric(name="Messages", unit=MetricUnit.Count, value=len(event["Records"]))
        metrics.add_metric(name="MessagesFailed", unit=MetricUnit.Count, value=failed)
        return cast(dict[str, Any], answered)

    return cast(Handler, handler)


def _consume(message: Event, work: Awaitable[None]) -> None:
    async def working() -> None:
        await work

    logger.append_keys(
        correlation_id=message.correlation_id,
        organisation_id=message.organisation_id,
        event_id=message.id,
    )
    try:
        run(working())
    except PlatformError as error:
        kind = "message rejected" if isinstance(error, Rejected) else "message fails for now"
        logger.error(kind, code=error.code, detail=error.detail, cause=repr(error.__cause__))
        raise
    except Exception:
        logger.exception("message failed unexpectedly")
        raise
    logger.info("message done", type=getattr(message, "type", ""))


def _again(record: SQSRecord, error: Exception) -> None:
    """Let a failed message come back soon: the queue's own timeout is made for functions that died."""
    tries = int(record.attributes.approximate_receive_count or 1)
    delay = 0 if isinstance(error, Rejected | ValidationError) else min(FIRST_RETRY_SECONDS * 4 ** (tries - 1), 900)
    _, _, _, _, account, name = record.event_source_arn.split(":")
    sqs = client("sqs")
    try:
        sqs.change_message_visibility(
            QueueUrl=f"{sqs.meta.endpoint_url.rstrip('/')}/{account}/{name}",
            ReceiptHandle=record.receipt_handle,
            VisibilityTimeout=delay,
        )
    except Exception as failure:  # noqa: BLE001 - the message comes back by itself, only later
        logger.warning("message comes back later than it could", cause=repr(failure))


def _delivery(record: SQSRecord, context: LambdaContext) -> Delivery:
    milliseconds = int(record.attributes.sent_timestamp or 0)
    return Delivery(datetime.fromtimestamp(milliseconds / 1000, UTC), context.get_remaining_time_in_millis)


def _parsed[E: Event](reading: TypeAdapter[E], record: SQSRecord) -> E:
    try:
        return reading.validate_json(record.body)
    except ValidationError as error:
        problems = [f"{'/'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors(include_input=False)]
        logger.error("message does not fit its contract", message_id=record.message_id, problems=problems)
        raise
