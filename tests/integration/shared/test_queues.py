"""Messages onto SQS queues (moto's)."""

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from shared.contracts.pricing import RunRequested
from shared.runtime import aws
from shared.runtime.queues import Queue
from tests.builders.pricing import MONDAY


@pytest.fixture
def sqs(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """SQS in this process."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with mock_aws():
        aws.client.cache_clear()
        client = boto3.client("sqs")
        yield client
        client.close()
        aws.client("sqs").close()
        aws.client.cache_clear()


def a_message(name: str, organisation_id: str = "org") -> RunRequested:
    return RunRequested(id=name, occurred_at=MONDAY, correlation_id="run", organisation_id=organisation_id, run_id=name)


def received(sqs: Any, url: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    while got := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, AttributeNames=["All"]).get("Messages"):
        found += got
        for one in got:
            sqs.delete_message(QueueUrl=url, ReceiptHandle=one["ReceiptHandle"])
    return found


def test_a_standard_queue_gets_every_message_as_its_contract_says(sqs: Any) -> None:
    url = sqs.create_queue(QueueName="standard")["QueueUrl"]

    asyncio.run(Queue(url).send([a_message(f"m{place:02}") for place in range(13)]))

    bodies = [json.loads(one["Body"]) for one in received(sqs, url)]
    assert sorted(body["id"] for body in bodies) == [f"m{place:02}" for place in range(13)]
    assert RunRequested.model_validate(bodies[0]).type == "pricing.run-requested"


def test_a_fifo_queue_takes_an_id_once_and_keeps_each_groups_order(sqs: Any) -> None:
    url = sqs.create_queue(QueueName="q.fifo", Attributes={"FifoQueue": "true"})["QueueUrl"]
    queue = Queue(url)

    asyncio.run(queue.send([a_message("m1"), a_message("m2")], group="shop.example"))
    asyncio.run(queue.send([a_message("m1"), a_message("m3")], group="shop.example"))

    found = received(sqs, url)
    assert [json.loads(one["Body"])["id"] for one in found] == ["m1", "m2", "m3"]
    assert {one["Attributes"]["MessageGroupId"] for one in found} == {"shop.example"}


def test_without_a_group_the_organisation_is_the_group(sqs: Any) -> None:
    url = sqs.create_queue(QueueName="q.fifo", Attributes={"FifoQueue": "true"})["QueueUrl"]

    asyncio.run(Queue(url).send([a_message("m1", "org"), a_message("m2", "rival")]))

    assert [one["Attributes"]["MessageGroupId"] for one in received(sqs, url)] == ["org", "rival"]


def test_a_host_longer_than_a_group_may_be_is_read_all_the_same(sqs: Any) -> None:
    url = sqs.create_queue(QueueName="q.fifo", Attributes={"FifoQueue": "true"})["QueueUrl"]
    host = ".".join(["a" * 60] * 4)

    asyncio.run(Queue(url).send([a_message("m1")], group=host))

    assert [one["Attributes"]["MessageGroupId"] for one in received(sqs, url)] == [host[:128]]


def test_a_queue_that_is_not_there_is_unavailable(sqs: Any) -> None:
    url = sqs.create_queue(QueueName="standard")["QueueUrl"]

    with pytest.raises(aws.AwsUnavailable):
        asyncio.run(Queue(f"{url}-gone").send([a_message("m1")]))


def test_a_failure_in_the_middle_is_told(sqs: Any) -> None:
    url = sqs.create_queue(QueueName="standard")["QueueUrl"]
    too_large = a_message("m2").model_copy(update={"run_id": "x" * 1_100_000})

    with pytest.raises(aws.AwsUnavailable):
        asyncio.run(Queue(url).send([a_message("m1"), too_large]))
