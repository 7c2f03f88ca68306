"""AWS in memory: what functions put on queues and buses, what other functions answer, and what is down."""

import io
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError, EndpointConnectionError

type Function = Callable[[dict[str, Any]], dict[str, Any]]


@dataclass
class FakeLambdaContext:
    """What Lambda tells a function of its invocation."""

    function_name: str = "omnipricex-test"
    memory_limit_in_mb: int = 512
    invoked_function_arn: str = "arn:aws:lambda:us-east-1:000000000000:function:omnipricex-test"
    aws_request_id: str = "5c6f1f9e-0000-4000-8000-000000000001"

    def get_remaining_time_in_millis(self) -> int:
        return 60_000


@dataclass
class FakeCloud:
    """Stands in for every client of the SDK."""

    sent: list[dict[str, Any]] = field(default_factory=list)
    told: list[dict[str, Any]] = field(default_factory=list)
    schedules: dict[str, dict[str, Any]] = field(default_factory=dict)
    functions: dict[str, Function] = field(default_factory=dict)
    down: set[str] = field(default_factory=set)
    refused: set[str] = field(default_factory=set)

    def client(self, service: str) -> "FakeClient":
        return FakeClient(self, service)

    def messages(self, queue: str) -> list[dict[str, Any]]:
        """The bodies that were put on a queue."""
        return [json.loads(one["MessageBody"]) for one in self.sent if one["QueueUrl"] == queue]

    def events(self) -> list[dict[str, Any]]:
        """The details that the bus took."""
        return [json.loads(one["Detail"]) for one in self.told]


@dataclass
class FakeClient:
    """One service of the fake cloud."""

    cloud: FakeCloud
    service: str

    def __getattr__(self, operation: str) -> Callable[..., dict[str, Any]]:
        act: Callable[[dict[str, Any]], dict[str, Any]] = getattr(self, f"_{operation}")

        def operate(**parameters: Any) -> dict[str, Any]:
            if self.service in self.cloud.down:
                raise EndpointConnectionError(endpoint_url=f"https://{self.service}.example")
            return act(parameters)

        return operate

    def _send_message(self, asked: dict[str, Any]) -> dict[str, Any]:
        self.cloud.sent.append(asked)
        return {"MessageId": str(len(self.cloud.sent))}

    def _put_events(self, asked: dict[str, Any]) -> dict[str, Any]:
        results: list[dict[str, str]] = []
        for entry in asked["Entries"]:
            bad = json.loads(entry["Detail"])["id"] in self.cloud.refused
            results.append({"ErrorCode": "InternalFailure"} if bad else {"EventId": str(len(results))})
            if not bad:
                self.cloud.told.append(entry)
        return {"FailedEntryCount": sum("ErrorCode" in one for one in results), "Entries": results}

    def _sign(self, asked: dict[str, Any]) -> dict[str, Any]:
        return {"Signature": b"signature of " + asked["Message"][:8]}

    def _create_schedule(self, asked: dict[str, Any]) -> dict[str, Any]:
        if asked["Name"] in self.cloud.schedules:
            raise ClientError({"Error": {"Code": "ConflictException"}}, "CreateSchedule")
        self.cloud.schedules[asked["Name"]] = asked
        return {}

    def _delete_schedule(self, asked: dict[str, Any]) -> dict[str, Any]:
        if self.cloud.schedules.pop(asked["Name"], None) is None:
            raise ClientError({"Error": {"Code": "ResourceNotFoundException"}}, "DeleteSchedule")
        return {}

    def _invoke(self, asked: dict[str, Any]) -> dict[str, Any]:
        answered = self.cloud.functions[asked["FunctionName"]](json.loads(asked["Payload"]))
        return {"Payload": io.BytesIO(json.dumps(answered).encode())}
