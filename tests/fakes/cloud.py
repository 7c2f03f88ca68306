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
    objects: dict[str, bytes] = field(default_factory=dict)
    hidden: list[dict[str, Any]] = field(default_factory=list)
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

    def facts(self, kind: str) -> list[dict[str, Any]]:
        """The details of one type that the bus took."""
        return [event for event in self.events() if event["type"] == kind]

    def stop(self, organisation_id: str, job_id: str) -> None:
        """Mark a job as one that is to stop."""
        self.objects[f"stopped/{organisation_id}/{job_id}"] = b""


@dataclass
class FakeClient:
    """One service of the fake cloud."""

    cloud: FakeCloud
    service: str

    def __getattr__(self, operation: str) -> Callable[..., dict[str, Any]]:
        act: Callable[[dict[str, Any]], dict[str, Any]] = getattr(self, f"_{operation}")

        def operate(*names: str, **parameters: Any) -> Any:
            if self.service in self.cloud.down:
                raise EndpointConnectionError(endpoint_url=f"https://{self.service}.example")
            assert names in {(), ("get_object",)}
            return act(parameters)

        return operate

    def _send_message_batch(self, asked: dict[str, Any]) -> dict[str, Any]:
        taken: list[dict[str, str]] = []
        refused: list[dict[str, Any]] = []
        for entry in asked["Entries"]:
            if json.loads(entry["MessageBody"])["id"] in self.cloud.refused:
                refused.append({"Id": entry["Id"], "Code": "InternalFailure", "SenderFault": False})
                continue
            self.cloud.sent.append({"QueueUrl": asked["QueueUrl"]} | entry)
            taken.append({"Id": entry["Id"], "MessageId": str(len(self.cloud.sent))})
        return {"Successful": taken, "Failed": refused}

    def _change_message_visibility_batch(self, asked: dict[str, Any]) -> dict[str, Any]:
        self.cloud.hidden += asked["Entries"]
        return {"Successful": asked["Entries"], "Failed": []}

    def _put_object(self, asked: dict[str, Any]) -> dict[str, Any]:
        self.cloud.objects[asked["Key"]] = asked["Body"]
        return {}

    def _generate_presigned_url(self, asked: dict[str, Any]) -> str:
        return f"https://{self.service}.example/{asked['Params']['Bucket']}/{asked['Params']['Key']}"

    def _get_object(self, asked: dict[str, Any]) -> dict[str, Any]:
        if asked["Key"] not in self.cloud.objects:
            raise ClientError({"Error": {"Code": "NoSuchKey"}}, "GetObject")
        content = self.cloud.objects[asked["Key"]]
        if "Range" in asked:
            first, last = map(int, asked["Range"].removeprefix("bytes=").split("-"))
            content = content[first : last + 1]
        return {"Body": io.BytesIO(content)}

    def _head_object(self, asked: dict[str, Any]) -> dict[str, Any]:
        if asked["Key"] not in self.cloud.objects:
            raise ClientError({"Error": {"Code": "404"}}, "HeadObject")
        return {}

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

    def _encrypt(self, asked: dict[str, Any]) -> dict[str, Any]:
        shut = json.dumps([asked["KeyId"], asked["EncryptionContext"], asked["Plaintext"].decode()])
        return {"CiphertextBlob": shut.encode()[::-1]}

    def _decrypt(self, asked: dict[str, Any]) -> dict[str, Any]:
        *bound, plain = json.loads(asked["CiphertextBlob"][::-1])
        if bound != [asked["KeyId"], asked["EncryptionContext"]]:
            raise ClientError({"Error": {"Code": "InvalidCiphertextException"}}, "Decrypt")
        return {"Plaintext": plain.encode()}

    def _create_schedule(self, asked: dict[str, Any]) -> dict[str, Any]:
        if asked["Name"] in self.cloud.schedules:
            raise ClientError({"Error": {"Code": "ConflictException"}}, "CreateSchedule")
        self.cloud.schedules[asked["Name"]] = asked
        return {}

    def _update_schedule(self, asked: dict[str, Any]) -> dict[str, Any]:
        self._get_schedule(asked)
        self.cloud.schedules[asked["Name"]] = asked
        return {}

    def _get_schedule(self, asked: dict[str, Any]) -> dict[str, Any]:
        if asked["Name"] not in self.cloud.schedules:
            raise ClientError({"Error": {"Code": "ResourceNotFoundException"}}, "GetSchedule")
        return self.cloud.schedules[asked["Name"]]

    def _list_schedules(self, asked: dict[str, Any]) -> dict[str, Any]:
        names = sorted(name for name in self.cloud.schedules if name.startswith(asked["NamePrefix"]))
        following = [name for name in names if name > asked.get("NextToken", "")]
        shown = following[: asked["MaxResults"]]
        more = {"NextToken": shown[-1]} if len(following) > len(shown) else {}
        return {"Schedules": [{"Name": name} for name in shown]} | more

    def _delete_schedule(self, asked: dict[str, Any]) -> dict[str, Any]:
        if self.cloud.schedules.pop(asked["Name"], None) is None:
            raise ClientError({"Error": {"Code": "ResourceNotFoundException"}}, "DeleteSchedule")
        return {}

    def _invoke(self, asked: dict[str, Any]) -> dict[str, Any]:
        answered = self.cloud.functions[asked["FunctionName"]](json.loads(asked["Payload"]))
        return {"Payload": io.BytesIO(json.dumps(answered).encode())}
