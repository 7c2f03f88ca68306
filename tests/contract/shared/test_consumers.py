"""Consumers of queues: what fails for now comes back, what can never succeed is quarantined, nothing is lost."""

import asyncio
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from statistics import mean
from typing import Annotated, Any

import pytest
from pydantic import Field

from shared.contracts.envelope import Event
from shared.contracts.jobs import JobEnded, JobPlanned
from shared.contracts.pricing import RunRequested
from shared.kernel.errors import Conflict, Unavailable
from shared.runtime import lambda_sqs
from shared.runtime.claims import Claims
from shared.runtime.lambda_sqs import Delivery, sqs_handler
from shared.runtime.loop import run as run_on_the_loop
from shared.runtime.loop import the_loop
from shared.runtime.observability import traceparent
from tests.builders.events import sample, with_bodies
from tests.builders.pricing import MONDAY
from tests.fakes.cloud import FakeCloud, FakeLambdaContext

QUARANTINE = "https://sqs.example/1/dead-letters"
TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
LEFT_MS = 60_000
type Job = Annotated[JobPlanned | JobEnded, Field(discriminator="type")]


@dataclass
class Context(FakeLambdaContext):
    """An invocation with so much time left."""

    left_ms: int = LEFT_MS

    def get_remaining_time_in_millis(self) -> int:
        return self.left_ms


@dataclass
class Consumer:
    """A function that consumes a queue, and what it did."""

    cloud: FakeCloud
    fails: dict[str, Exception] = field(default_factory=dict)
    done: list[str] = field(default_factory=list)
    traces: list[str | None] = field(default_factory=list)
    took_ms: int = 0
    context: Context = field(default_factory=Context)

    async def consume(self, message: Event, _: Delivery) -> None:
        self.context.left_ms -= self.took_ms
        self.traces.append(traceparent())
        if message.id in self.fails:
            raise self.fails[message.id]
        self.done.append(message.id)

    def take(self, event: dict[str, Any], contract: Any = RunRequested, *, fifo: bool = False) -> list[str]:
        """Deliver a batch; returns the names of the records that come back."""
        # What came before may have taken the loop of this thread away.
        asyncio.set_event_loop(the_loop())
        answered = sqs_handler(contract, self.consume, fifo=fifo)(event, self.context)  # type: ignore[arg-type] # a context as far as it is read
        return [one["itemIdentifier"] for one in answered["batchItemFailures"]]

    def pauses(self) -> list[int]:
        """After how many seconds what failed comes back; what only holds a batch is left out."""
        found = [one["VisibilityTimeout"] for one in self.cloud.hidden]
        return [seconds for seconds in found if seconds != LEFT_MS // 1000 + lambda_sqs.HOLD_MARGIN_SECONDS]

    def quarantined(self) -> list[dict[str, Any]]:
        return [one for one in self.cloud.sent if one["QueueUrl"] == QUARANTINE]

    def reasons(self) -> list[str]:
        return [one["MessageAttributes"]["reason"]["StringValue"] for one in self.quarantined()]


@pytest.fixture
def consumer(cloud: FakeCloud, monkeypatch: pytest.MonkeyPatch) -> Iterator[Consumer]:
    monkeypatch.setenv("DEAD_LETTER_QUEUE_URL", QUARANTINE)
    monkeypatch.setenv("WORK_BUCKET", "work")
    the_loop.cache_clear()
    yield Consumer(cloud)
    the_loop().run_until_complete(the_loop().shutdown_default_executor())
    the_loop().close()
    the_loop.cache_clear()
    asyncio.set_event_loop(None)


def command(event_id: str, **changes: Any) -> dict[str, Any]:
    message = RunRequested(id=event_id, occurred_at=MONDAY, correlation_id="run", organisation_id="org", run_id="run")
    return message.model_dump(mode="json", exclude_none=True) | changes


def batch(*bodies: dict[str, Any] | str) -> dict[str, Any]:
    return with_bodies(sample("sqs_run_requested"), bodies)


def grouped(*pairs: tuple[str, str]) -> dict[str, Any]:
    """A batch of a FIFO queue: ids with their groups."""
    event = with_bodies(sample("sqs_pages_to_scan"), [command(event_id) for event_id, _ in pairs])
    for record, (_, group) in zip(event["Records"], pairs, strict=True):
        record["attributes"]["MessageGroupId"] = group
    return event


def test_one_poison_in_ten_comes_back_and_the_nine_others_are_done_once(consumer: Consumer) -> None:
    consumer.fails["m3"] = Unavailable("not now")

    failed = consumer.take(batch(*(command(f"m{place}") for place in range(10))))

    assert failed == ["record-3"]
    assert consumer.done == [f"m{place}" for place in range(10) if place != 3]
    assert consumer.quarantined() == []


def test_when_all_fail_they_are_returned_and_the_function_does_not_fail(consumer: Consumer) -> None:
    consumer.fails = {f"m{place}": KeyError("a fault of ours") for place in range(3)}

    assert consumer.take(batch(*map(command, consumer.fails))) == ["record-0", "record-1", "record-2"]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("{", "malformed"),
        ("\x00", "malformed"),
        ("[" * 100_000, "malformed"),
        ("null", "schema"),
        (command("m", run_id=7), "schema"),
        ({key: value for key, value in command("m").items() if key != "organisation_id"}, "schema"),
        (command("m", type="pricing.never-heard-of"), "unknown-type"),
        (command("m", version=2), "unknown-version"),
        (command("m", version=2, run_id=None), "unknown-version"),
    ],
)
def test_what_does_not_fit_goes_straight_to_quarantine_and_burns_no_retry(
    body: dict[str, Any] | str, reason: str, consumer: Consumer
) -> None:
    failed = consumer.take(batch(body, command("good")))

    assert (failed, consumer.done, consumer.reasons()) == ([], ["good"], [reason])
    assert consumer.pauses() == []


@pytest.mark.parametrize(
    ("changes", "reason"), [({"type": "jobs.job-lost"}, "unknown-type"), ({"version": 3}, "unknown-version")]
)
def test_a_queue_of_several_types_quarantines_an_unknown_one(
    changes: dict[str, Any], reason: str, consumer: Consumer
) -> None:
    body = {**command("m"), "type": "jobs.job-planned", "job_id": "job", "items": 1} | changes

    assert consumer.take(batch(body), Job) == []
    assert consumer.reasons() == [reason]


def test_what_is_rejected_goes_to_quarantine_and_what_is_unavailable_comes_back(consumer: Consumer) -> None:
    consumer.fails = {"m0": Conflict("it is not in that state"), "m1": Unavailable("not now")}

    failed = consumer.take(batch(command("m0"), command("m1")))

    (quarantined,) = consumer.quarantined()
    assert (failed, consumer.reasons()) == (["record-1"], ["rejected"])
    assert quarantined["MessageAttributes"]["detail"]["StringValue"] == "platform/conflict: it is not in that state"


def test_a_quarantined_message_keeps_its_body_attributes_trace_and_tenant(consumer: Consumer) -> None:
    event = batch(command("m", version=2, traceparent=TRACE))
    event["Records"][0]["messageAttributes"] = {
        "origin": {"stringValue": "redriven", "dataType": "String"},
        "reason": {"stringValue": "schema", "dataType": "String"},
    }

    consumer.take(event)

    (quarantined,) = consumer.quarantined()
    told = {name: value["StringValue"] for name, value in quarantined["MessageAttributes"].items()}
    assert quarantined["MessageBody"] == event["Records"][0]["body"]
    assert (told["origin"], told["reason"], told["organisation_id"], told["traceparent"]) == (
        "redriven",
        "unknown-version",
        "org",
        TRACE,
    )
    assert told["quarantined_at"]
    assert quarantined["MessageGroupId"] == "org"


def test_a_quarantine_that_does_not_answer_lets_the_message_come_back(consumer: Consumer) -> None:
    consumer.cloud.down = {"sqs"}

    assert consumer.take(batch("{", command("good"))) == ["record-0"]
    assert consumer.done == ["good"]


def test_a_fifo_queue_keeps_back_what_follows_a_failure_in_its_group_and_nothing_else(consumer: Consumer) -> None:
    consumer.fails["a1"] = Unavailable("not now")

    failed = consumer.take(grouped(("a1", "a"), ("b1", "b"), ("a2", "a"), ("b2", "b"), ("a3", "a")), fifo=True)

    assert (failed, consumer.done) == (["record-0", "record-2", "record-4"], ["b1", "b2"])


def test_on_a_fifo_queue_what_is_quarantined_keeps_nothing_back(
    consumer: Consumer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DEAD_LETTER_QUEUE_URL", f"{QUARANTINE}.fifo")
    consumer.fails["a1"] = Conflict("never")

    failed = consumer.take(grouped(("a1", "a"), ("a2", "a")), fifo=True)

    (quarantined,) = consumer.cloud.sent
    assert (failed, consumer.done) == ([], ["a2"])
    assert (quarantined["MessageGroupId"], quarantined["MessageDeduplicationId"]) == ("a", "record-0")


def test_a_failure_comes_back_after_a_pause_with_full_jitter_that_grows_to_its_cap(consumer: Consumer) -> None:
    pauses: dict[int, list[int]] = {}
    consumer.fails["m"] = Unavailable("not now")
    for tries in (1, 2, 4, 9):
        event = batch(*[command("m")] * 200)
        for record in event["Records"]:
            record["attributes"]["ApproximateReceiveCount"] = str(tries)
        consumer.take(event)
        pauses[tries] = consumer.pauses()
        consumer.cloud.hidden.clear()

    for tries, longest in ((1, 15), (2, 60), (4, 900), (9, 900)):
        assert 0 <= min(pauses[tries]) <= max(pauses[tries]) <= longest
        assert mean(pauses[tries]) == pytest.approx(longest / 2, rel=0.2)


def test_a_message_is_not_begun_when_too_little_time_is_left(consumer: Consumer) -> None:
    consumer.took_ms = 19_000

    failed = consumer.take(batch(*(command(f"m{place}") for place in range(4))))

    assert (consumer.done, failed) == (["m0", "m1", "m2"], ["record-3"])
    assert consumer.pauses() == [0]
    assert lambda_sqs.RESERVE_MS > 0


def test_messages_are_held_for_as_long_as_the_invocation_can_last_and_not_six_times_as_long(consumer: Consumer) -> None:
    event = batch(command("m0"), command("m1"))

    consumer.take(event)

    held = LEFT_MS // 1000 + lambda_sqs.HOLD_MARGIN_SECONDS
    assert [(one["ReceiptHandle"], one["VisibilityTimeout"]) for one in consumer.cloud.hidden] == [
        (record["receiptHandle"], held) for record in event["Records"]
    ]


def test_the_work_on_a_message_belongs_to_the_messages_trace(consumer: Consumer) -> None:
    consumer.take(batch(command("m0", traceparent=TRACE), command("m1"), command("m2", traceparent="nonsense")))

    first, second, third = consumer.traces
    assert first is not None
    assert first.split("-")[1] == TRACE.split("-")[1]
    assert {TRACE.split("-")[1]}.isdisjoint({str(second), str(third)})
    assert consumer.done == ["m0", "m1", "m2"]


def test_a_claimed_body_is_fetched_and_checked(consumer: Consumer) -> None:
    large = json.dumps(command("m", run_id="x" * 1_200_000))
    claiming = run_on_the_loop(Claims("work").deposit(large))

    failed = consumer.take(batch(claiming))

    assert (failed, consumer.done) == ([], ["m"])


def gone(cloud: FakeCloud, _: dict[str, Any]) -> None:
    cloud.objects.clear()


def changed(cloud: FakeCloud, _: dict[str, Any]) -> None:
    cloud.objects = {key: body[:-2] + b" }" for key, body in cloud.objects.items()}


def anothers(_: FakeCloud, body: dict[str, Any]) -> None:
    body["organisation_id"] = "rival"


@pytest.mark.parametrize("spoil", [gone, changed, anothers])
def test_a_claim_that_is_lost_spoiled_or_anothers_is_quarantined(
    spoil: Callable[[FakeCloud, dict[str, Any]], None], consumer: Consumer
) -> None:
    body = json.loads(run_on_the_loop(Claims("work").deposit(json.dumps(command("m", run_id="x" * 300_000)))))
    spoil(consumer.cloud, body)

    assert consumer.take(batch(body)) == []
    assert (consumer.done, consumer.reasons()) == ([], ["rejected"])


def test_a_bucket_that_does_not_answer_lets_the_message_come_back(consumer: Consumer) -> None:
    claiming = run_on_the_loop(Claims("work").deposit(json.dumps(command("m", run_id="x" * 300_000))))
    consumer.cloud.down = {"s3"}

    assert consumer.take(batch(claiming)) == ["record-0"]
    assert consumer.quarantined() == []


def test_messages_are_counted_with_their_failures_ages_and_reasons(
    consumer: Consumer, capsys: pytest.CaptureFixture[str]
) -> None:
    consumer.fails["m1"] = Unavailable("not now")
    event = batch("{", command("m0"), command("m1"))
    for record in event["Records"]:
        record["attributes"]["SentTimestamp"] = "1000"

    consumer.take(event)

    written = [json.loads(line) for line in capsys.readouterr().out.splitlines() if '"_aws"' in line]
    counted = {name: line[name] for line in written for name in ("Messages", "MessagesFailed") if name in line}
    assert counted == {"Messages": 3, "MessagesFailed": 1}
    assert [line["reason"] for line in written if "MessagesQuarantined" in line] == ["malformed"]
    assert [len(line["MessageAge"]) for line in written if "MessageAge" in line] == [3]


def test_an_empty_batch_starts_the_function_and_does_nothing(consumer: Consumer) -> None:
    assert consumer.take({"Records": []}) == []
    assert consumer.cloud.sent == []
