"""The redrive: dead letters go back as they were, those that are wanted, on the record, and twice does no harm."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError
from pydantic import ValidationError

from scheduler.domain.errors import QueueUnknown
from tests.builders.events import body_of, sample, with_bodies
from tests.fakes.doors import Doors

PREFIX = "https://sqs.example/1/"
LETTERS = f"{PREFIX}pricing-decide-dlq"
DECIDE = f"{PREFIX}pricing-decide"


@dataclass
class Queues:
    """SQS as the redrive sees it: letters that are taken are hidden until they are shown again."""

    letters: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    hidden: dict[str, tuple[str, dict[str, Any]]] = field(default_factory=dict)
    sent: list[dict[str, Any]] = field(default_factory=list)
    broken: set[str] = field(default_factory=set)
    taken: int = 0

    def put(self, url: str, body: dict[str, Any], *, sent_at: int = 1_763_877_600_000, **attributes: str) -> None:
        system = {"SentTimestamp": str(sent_at), "MessageGroupId": body["organisation_id"]}
        told = {name: {"DataType": "String", "StringValue": value} for name, value in attributes.items()}
        letter = {"MessageId": f"id-{body['id']}", "Body": json.dumps(body), "Attributes": system}
        self.letters.setdefault(url, []).append(letter | {"MessageAttributes": told})

    def left(self, url: str) -> list[str]:
        return [json.loads(one["Body"])["id"] for one in self.letters.get(url, [])]

    def __getattr__(self, operation: str) -> Callable[..., dict[str, Any]]:
        act: Callable[[dict[str, Any]], dict[str, Any]] = getattr(self, f"do_{operation}")

        def operate(**asked: Any) -> dict[str, Any]:
            if operation in self.broken:
                raise EndpointConnectionError(endpoint_url="https://sqs.example")
            return act(asked)

        return operate

    def do_receive_message(self, asked: dict[str, Any]) -> dict[str, Any]:
        waiting = self.letters.get(asked["QueueUrl"], [])
        some = [waiting.pop(0) for _ in range(min(len(waiting), asked["MaxNumberOfMessages"]))]
        for one in some:
            self.taken += 1
            one["ReceiptHandle"] = f"receipt-{self.taken}"
            self.hidden[one["ReceiptHandle"]] = (asked["QueueUrl"], one)
        return {"Messages": some} if some else {}

    def do_change_message_visibility(self, asked: dict[str, Any]) -> dict[str, Any]:
        url, letter = self.hidden.pop(asked["ReceiptHandle"])
        assert asked["VisibilityTimeout"] == 0
        self.letters[url].append(letter)
        return {}

    def do_change_message_visibility_batch(self, asked: dict[str, Any]) -> dict[str, Any]:
        # How a consumer holds its batch: no letter is a part of one.
        assert asked["QueueUrl"] not in self.letters
        return {"Successful": asked["Entries"]}

    def do_delete_message(self, asked: dict[str, Any]) -> dict[str, Any]:
        del self.hidden[asked["ReceiptHandle"]]
        return {}

    def do_send_message(self, asked: dict[str, Any]) -> dict[str, Any]:
        self.sent.append(asked)
        return {}

    def do_get_queue_attributes(self, asked: dict[str, Any]) -> dict[str, Any]:
        visible = len(self.letters.get(asked["QueueUrl"], []))
        hidden = sum(url == asked["QueueUrl"] for url, _ in self.hidden.values())
        counts = {"ApproximateNumberOfMessages": str(visible), "ApproximateNumberOfMessagesNotVisible": str(hidden)}
        return {"Attributes": counts}


@pytest.fixture
def queues(doors: Doors, monkeypatch: pytest.MonkeyPatch) -> Queues:
    """Queues in memory, in the place of SQS."""
    made = Queues()
    others = doors.cloud.client
    monkeypatch.setattr("shared.runtime.aws.client", lambda service: made if service == "sqs" else others(service))
    return made


def command(name: str, **changes: Any) -> dict[str, Any]:
    return body_of(sample("sqs_run_requested")) | {"id": name} | changes


def redrive(doors: Doors, **asked: Any) -> dict[str, Any]:
    wanted = {"queue": "pricing-decide", "requested_by": "ops@example.com", "rate_per_second": 100} | asked
    return doors.open("scheduler", "redrive")(wanted)


def test_without_saying_so_nothing_moves_and_the_letters_are_listed(doors: Doors, queues: Queues) -> None:
    for place in range(12):
        queues.put(LETTERS, command(f"m{place}"), reason="rejected", detail="pricing/run-not-found: none")

    told = redrive(doors)

    assert (told["matched"], told["moved"], told["left"], queues.sent) == (12, 0, 12, [])
    assert (told["reasons"], len(told["samples"])) == ({"rejected": 12}, 5)
    assert told["samples"][0]["detail"] == "pricing/run-not-found: none"
    assert sorted(queues.left(LETTERS)) == sorted(f"m{place}" for place in range(12))


def test_letters_go_back_as_they_were_and_leave_the_dead_letter_queue(doors: Doors, queues: Queues) -> None:
    queues.put(LETTERS, command("m1"), reason="schema", origin="test")

    told = redrive(doors, dry_run=False)

    (sent,) = queues.sent
    assert (told["moved"], told["left"], queues.left(LETTERS), queues.hidden) == (1, 0, [], {})
    assert (sent["QueueUrl"], json.loads(sent["MessageBody"])) == (DECIDE, command("m1"))
    assert sent["MessageGroupId"] == command("m1")["organisation_id"]
    assert {name: one["StringValue"] for name, one in sent["MessageAttributes"].items()} == {
        "reason": "schema",
        "origin": "test",
    }


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({"reason": "schema"}, ["a"]),
        ({"type": "pricing.scan-requested"}, ["b"]),
        ({"organisation_id": "rival"}, ["c"]),
        ({"older_than": "2020-01-01T00:00:00Z"}, ["d"]),
        ({"reason": "schema", "organisation_id": "rival"}, []),
        ({"limit": 2}, ["a", "b"]),
    ],
)
def test_only_those_that_are_wanted_move_and_the_others_stay(
    wanted: dict[str, Any], found: list[str], doors: Doors, queues: Queues
) -> None:
    queues.put(LETTERS, command("a"), reason="schema")
    queues.put(LETTERS, command("b", type="pricing.scan-requested"))
    queues.put(LETTERS, command("c", organisation_id="rival"))
    queues.put(LETTERS, command("d"), sent_at=1_500_000_000_000)

    told = redrive(doors, dry_run=False, **wanted)

    assert [json.loads(one["MessageBody"])["id"] for one in queues.sent] == found
    assert (told["moved"], sorted(queues.left(LETTERS))) == (len(found), sorted({*"abcd"} - {*found}))


def test_a_letter_that_came_after_the_redrive_began_waits_for_the_next(doors: Doors, queues: Queues) -> None:
    queues.put(LETTERS, command("m1"))
    # What is still broken lies here again while the redrive goes on.
    queues.put(LETTERS, command("m2"), sent_at=4_102_444_800_000)

    told = redrive(doors, dry_run=False)

    assert (told["moved"], queues.left(LETTERS)) == (1, ["m2"])


def test_a_redrive_is_on_the_record_before_it_begins_and_with_what_it_did(doors: Doors, queues: Queues) -> None:
    queues.put(LETTERS, command("m1"), reason="schema")

    redrive(doors, dry_run=False, reason="schema")

    (row,) = doors.database["redrives"].find({})
    assert (row["requested_by"], row["queue"], row["dry_run"], row["reason"]) == (
        "ops@example.com",
        "pricing-decide",
        False,
        "schema",
    )
    assert (row["done"]["moved"], row["done"]["left"]) == (1, 0)
    assert row["began_at"] <= row["ended_at"]


@pytest.mark.parametrize("broken", ["send_message", "delete_message"])
def test_a_redrive_that_fails_in_the_middle_loses_no_letter(broken: str, doors: Doors, queues: Queues) -> None:
    queues.put(LETTERS, command("m1"))
    queues.broken = {broken}

    told = redrive(doors, dry_run=False)

    assert (told["moved"], told["failed"], queues.left(LETTERS)) == (0, 1, ["m1"])
    assert len(queues.sent) == (1 if broken == "delete_message" else 0) or broken == "send_message"


def test_a_fifo_queue_does_not_take_a_letter_for_a_repeat_of_its_first_sending(doors: Doors, queues: Queues) -> None:
    letters = f"{PREFIX}pricing-pages-dlq.fifo"
    queues.put(letters, command("m1"))

    redrive(doors, queue="pricing-pages.fifo", dry_run=False)

    (sent,) = queues.sent
    assert sent["QueueUrl"] == f"{PREFIX}pricing-pages.fifo"
    assert sent["MessageDeduplicationId"] not in {"m1", "id-m1"}
    assert len(sent["MessageDeduplicationId"]) <= 128


@pytest.mark.parametrize("queue", ["events", "schedules"])
def test_eventbridges_own_letters_are_listed_and_never_moved(queue: str, doors: Doors, queues: Queues) -> None:
    queues.put(f"{PREFIX}{queue}-dlq", command("m1"))

    assert redrive(doors, queue=queue)["matched"] == 1
    with pytest.raises(QueueUnknown):
        redrive(doors, queue=queue, dry_run=False)
    assert queues.sent == []


@pytest.mark.parametrize(
    "asked",
    [
        {"queue": ""},
        {"limit": 0},
        {"rate_per_second": 0},
        {"requested_by": ""},
        {"older_than": "yesterday"},
        {"move": True},
    ],
)
def test_a_redrive_that_makes_no_sense_is_refused(asked: dict[str, Any], doors: Doors) -> None:
    with pytest.raises(ValidationError):
        redrive(doors, **asked)


def test_a_queue_that_does_not_exist_is_refused_by_name(doors: Doors) -> None:
    with pytest.raises(QueueUnknown):
        redrive(doors, queue="pricing-nothing")


def test_what_was_done_already_is_redriven_without_a_second_effect(doors: Doors, queues: Queues) -> None:
    told = body_of(sample("sqs_products_changed"))
    record = doors.open("pricing", "record_products")
    record(with_bodies(sample("sqs_products_changed"), [told]))
    before = list(doors.database["products"].find({}))
    queues.put(LETTERS, told)

    redrive(doors, dry_run=False)
    answered = record(with_bodies(sample("sqs_products_changed"), [one["MessageBody"] for one in queues.sent]))

    assert answered == {"batchItemFailures": []}
    assert list(doors.database["products"].find({})) == before


def test_a_letter_succeeds_after_the_cause_is_mended(doors: Doors, queues: Queues) -> None:
    good = body_of(sample("sqs_products_changed"))
    queues.put(LETTERS, good, reason="unknown-type")

    redrive(doors, dry_run=False)
    record = doors.open("pricing", "record_products")
    answered = record(with_bodies(sample("sqs_products_changed"), [one["MessageBody"] for one in queues.sent]))

    assert answered == {"batchItemFailures": []}
    assert doors.database["products"].count_documents({}) == len(good["products"])
