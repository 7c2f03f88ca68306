"""A process that can be killed at every boundary it has, and a cloud that redelivers, repeats and reorders.

A kill is a `BaseException` right before or right after one command to MongoDB or one call to AWS: code that catches
`Exception` does not see it, as it would not see SIGKILL. An open transaction dies with its process.
"""

import io
import json
import random
from collections import Counter, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import bson
from botocore.exceptions import ClientError
from pymongo.asynchronous.pool import AsyncConnection

from tests.fakes.cloud import FakeLambdaContext

# An OP_MSG: the header, four bytes of flags, one byte of section kind, then the command's document.
BODY_AT = 21
COMMANDS = frozenset(
    {"abortTransaction", "aggregate", "commitTransaction", "count", "delete", "find", "findAndModify", "getMore"}
    | {"insert", "update"}
)


# There are ten commands to MongoDB for each call to AWS, which would hardly ever be met.
AWS_WEIGHT = 6


class Killed(BaseException):
    """The process is gone."""


@dataclass
class Killer:
    """Decides at which boundaries the process dies, from a seed."""

    chance: random.Random
    kills_left: int = 0
    gap: int = 0
    armed: bool = False
    dead: bool = False
    hits: Counter[str] = field(default_factory=Counter)
    passed: int = 0

    def load(self, kills: int, longest_gap: int) -> None:
        """Have the process die so often, each time after up to so many boundaries."""
        self.kills_left, self._longest = kills, longest_gap
        self.gap = self.chance.randint(0, longest_gap)

    def strikes(self, weight: int = 1) -> bool:
        """Whether the process dies at this boundary; a heavy one counts for several."""
        if not self.armed or self.dead or self.kills_left == 0:
            return False
        self.passed += 1
        self.gap -= weight
        if self.gap >= 0:
            return False
        self.kills_left -= 1
        self.gap = self.chance.randint(0, self._longest)
        return True

    def die(self, where: str) -> None:
        """The process dies here."""
        self.hits[where] += 1
        self.dead = True
        raise Killed(where)

    @contextmanager
    def life(self) -> Iterator[None]:
        """One life of a process: what it held is gone after it."""
        self.armed, self.dead = True, False
        try:
            yield
        finally:
            self.armed, self.dead = False, False


def _command(message: bytes) -> dict[str, Any]:
    return bson.decode(message[BODY_AT : BODY_AT + int.from_bytes(message[BODY_AT : BODY_AT + 4], "little")])


def _aborting(message: bytes) -> bytes:
    """The message that ends the transaction which this one would commit, as the server does when its client is gone."""
    asked = _command(message)
    body = bson.encode(
        {"abortTransaction": 1} | {key: value for key, value in asked.items() if key != "commitTransaction"}
    )
    changed = message[4:BODY_AT] + body
    return (len(changed) + 4).to_bytes(4, "little") + changed


def deadly_mongodb(killer: Killer, monkeypatch: Any) -> None:
    """From now on every command to MongoDB is a boundary, before it is sent and after it is answered."""
    send, receive = AsyncConnection.send_message, AsyncConnection.receive_message
    asked: dict[int, str] = {}

    async def sending(self: AsyncConnection, message: bytes, size: int) -> None:
        name = next(iter(_command(message)))
        if name in COMMANDS and killer.strikes():
            if name == "commitTransaction":
                await send(self, _aborting(message), size)
                await receive(self, None)
            killer.die(f"mongodb {name} before")
        asked[id(self)] = name
        await send(self, message, size)

    async def receiving(self: AsyncConnection, request_id: int | None) -> Any:
        reply = await receive(self, request_id)
        if (name := asked.get(id(self))) in COMMANDS and killer.strikes():
            killer.die(f"mongodb {name} after")
        return reply

    monkeypatch.setattr(AsyncConnection, "send_message", sending)
    monkeypatch.setattr(AsyncConnection, "receive_message", receiving)


@dataclass
class Waiting:
    """A message on a queue."""

    message_id: str
    body: str
    group: str
    receives: int = 0


@dataclass
class RoughCloud:
    """SQS, EventBridge, S3 and Lambda in memory: at least once, in any order, and deadly at every call."""

    chance: random.Random
    killer: Killer
    queues: dict[str, deque[Waiting]] = field(default_factory=dict)
    taken: set[tuple[str, str]] = field(default_factory=set)
    rules: dict[str, str] = field(default_factory=dict)
    objects: dict[str, bytes] = field(default_factory=dict)
    functions: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = field(default_factory=dict)
    repeats: int = 0
    sent: int = 0

    def client(self, service: str) -> "RoughClient":
        return RoughClient(self, service)

    def put(self, queue: str, body: str, group: str = "", once: str | None = None) -> None:
        """Put a message on a queue; a FIFO queue takes an id once."""
        if once is not None:
            if (queue, once) in self.taken:
                return
            self.taken.add((queue, once))
        self.sent += 1
        self.queues.setdefault(queue, deque()).append(Waiting(f"m{self.sent}", body, group))

    def waits(self) -> list[str]:
        """The queues that have messages."""
        return [name for name, queue in self.queues.items() if queue and name != "dead-letters"]

    def deliver(self, name: str, handler: Callable[[dict[str, Any], Any], dict[str, Any]], most: int) -> None:
        """Deliver some messages; what was not done, and one in ten of what was, comes again."""
        queue = self.queues[name]
        if not name.endswith(".fifo"):
            self.chance.shuffle(queue)
        batch = [queue.popleft() for _ in range(min(len(queue), self.chance.randint(1, most)))]
        failed = {one.message_id for one in batch}
        try:
            answered = handler({"Records": [_record(name, one) for one in batch]}, FakeLambdaContext())
            failed = {one["itemIdentifier"] for one in answered["batchItemFailures"]}
        finally:
            for one in reversed(batch):
                again = one.message_id in failed
                if not again and one.receives < 3 and self.chance.random() < 0.1:
                    again, self.repeats = True, self.repeats + 1
                if again:
                    one.receives += 1
                    queue.appendleft(one)


def _record(queue: str, one: Waiting) -> dict[str, Any]:
    return {
        "messageId": one.message_id,
        "receiptHandle": one.message_id,
        "body": one.body,
        "attributes": {
            "ApproximateReceiveCount": str(one.receives + 1),
            "SentTimestamp": "0",
            "MessageGroupId": one.group,
        },
        "messageAttributes": {},
        "eventSourceARN": f"arn:aws:sqs:us-east-1:1:{queue}",
    }


@dataclass
class RoughClient:
    """One service of the rough cloud."""

    cloud: RoughCloud
    service: str

    def __getattr__(self, operation: str) -> Callable[..., dict[str, Any]]:
        act: Callable[[dict[str, Any]], dict[str, Any]] = getattr(self, f"_{operation}")
        killer, where = self.cloud.killer, f"{self.service} {operation}"

        def operate(**asked: Any) -> dict[str, Any]:
            if killer.strikes(AWS_WEIGHT):
                killer.die(f"{where} before")
            answered = act(asked)
            if killer.strikes(AWS_WEIGHT):
                killer.die(f"{where} after")
            return answered

        return operate

    def _send_message(self, asked: dict[str, Any]) -> dict[str, Any]:
        self.cloud.put(asked["QueueUrl"], asked["MessageBody"], asked.get("MessageGroupId", ""))
        return {"MessageId": "1"}

    def _send_message_batch(self, asked: dict[str, Any]) -> dict[str, Any]:
        for entry in asked["Entries"]:
            once = entry.get("MessageDeduplicationId")
            self.cloud.put(asked["QueueUrl"], entry["MessageBody"], entry["MessageGroupId"], once)
        return {"Successful": asked["Entries"]}

    def _change_message_visibility_batch(self, _: dict[str, Any]) -> dict[str, Any]:
        return {}

    def _put_events(self, asked: dict[str, Any]) -> dict[str, Any]:
        for entry in asked["Entries"]:
            for prefix, queue in self.cloud.rules.items():
                if entry["DetailType"].startswith(prefix):
                    self.cloud.put(queue, entry["Detail"])
        return {"FailedEntryCount": 0, "Entries": [{"EventId": "1"} for _ in asked["Entries"]]}

    def _head_object(self, asked: dict[str, Any]) -> dict[str, Any]:
        if asked["Key"] not in self.cloud.objects:
            raise ClientError({"Error": {"Code": "404"}}, "HeadObject")
        return {}

    def _get_object(self, asked: dict[str, Any]) -> dict[str, Any]:
        if asked["Key"] not in self.cloud.objects:
            raise ClientError({"Error": {"Code": "NoSuchKey"}}, "GetObject")
        return {"Body": io.BytesIO(self.cloud.objects[asked["Key"]])}

    def _put_object(self, asked: dict[str, Any]) -> dict[str, Any]:
        self.cloud.objects[asked["Key"]] = asked["Body"]
        return {}

    def _invoke(self, asked: dict[str, Any]) -> dict[str, Any]:
        try:
            answered = self.cloud.functions[asked["FunctionName"]](json.loads(asked["Payload"]))
        except Killed:
            # The other function died; this one lives and hears of it.
            self.cloud.killer.dead = False
            return {"FunctionError": "Unhandled", "Payload": io.BytesIO(b"null")}
        return {"Payload": io.BytesIO(json.dumps(answered).encode())}
