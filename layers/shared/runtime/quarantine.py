"""Quarantine: a message that can never succeed goes to its dead-letter queue at once, with the reason.

It keeps its body and its attributes, and the redrive tool finds it by what stands in the new ones.
"""

import re
from typing import Any

from shared.kernel.clock import Clock
from shared.runtime.aws import call
from shared.runtime.faults import Fault
from shared.runtime.queues import LONGEST_GROUP

# SQS takes ten attributes, and characters that XML allows.
MOST_ATTRIBUTES = 10
LONGEST_VALUE = 256
FORBIDDEN = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
UNKNOWN = "unknown"


class Quarantine:
    """The dead-letter queue of one consumer."""

    def __init__(self, url: str, clock: Clock) -> None:
        self._url = url
        self._fifo = url.endswith(".fifo")
        self._clock = clock

    async def put(self, record: dict[str, Any], fault: Fault) -> None:
        """Put a record's message there with what is wrong with it."""
        added = {
            "reason": fault.reason,
            "detail": fault.detail,
            "quarantined_at": self._clock().isoformat(),
            "organisation_id": fault.organisation_id or UNKNOWN,
            "traceparent": fault.traceparent,
        }
        own = {name: _attribute(value) for name, value in added.items() if value}
        before = {name: _copied(value) for name, value in record.get("messageAttributes", {}).items()}
        kept = dict(list((before | own).items())[-MOST_ATTRIBUTES:])
        system: dict[str, str] = record.get("attributes", {})
        group = (system.get("MessageGroupId") or fault.organisation_id or UNKNOWN)[:LONGEST_GROUP]
        once = {"MessageDeduplicationId": record["messageId"]} if self._fifo else {}
        await call(
            "sqs",
            "send_message",
            QueueUrl=self._url,
            MessageBody=record["body"],
            MessageAttributes=kept,
            MessageGroupId=group,
            **once,
        )


def _attribute(text: str) -> dict[str, str]:
    return {"DataType": "String", "StringValue": FORBIDDEN.sub("�", text)[:LONGEST_VALUE]}


def _copied(value: dict[str, Any]) -> dict[str, Any]:
    """An attribute as the queue delivered it, as the queue takes it."""
    copied = {"DataType": value["dataType"]}
    if value.get("stringValue") is not None:
        copied["StringValue"] = value["stringValue"]
    if value.get("binaryValue") is not None:
        copied["BinaryValue"] = value["binaryValue"]
    return copied
