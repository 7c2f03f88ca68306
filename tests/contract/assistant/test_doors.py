"""The assistant's doors: questions over HTTP, and their answers."""

import json
from typing import Any

import pytest

from shared.contracts.pricing import PricingAnswer, SourcedNumber
from shared.runtime.aws import remote
from tests.builders.events import body_of, sample, with_bodies
from tests.fakes.doors import Doors
from tests.fakes.gateway import Gateway

ASKED = body_of(sample("sqs_question_asked"))


def told(asked: dict[str, Any]) -> dict[str, Any]:
    total = SourcedNumber(label="products", value="3", record="/products/items")
    answer = PricingAnswer(tool=asked["tool"], as_of=None, totals=(total,))
    return answer.model_dump(mode="json")


def ask(api: Gateway, text: str = "how many products are watched?") -> str:
    answer = api.ask("POST", "/assistant/questions", {"text": text})
    assert answer.status == 202
    return answer.headers["location"]


def test_a_question_is_answered_with_numbers_that_name_their_records(doors: Doors) -> None:
    doors.cloud.functions["pricing-questions"] = told
    api = doors.api("assistant")
    path = ask(api)
    bodies = doors.cloud.messages("questions")

    doors.open("assistant", "answer")(with_bodies(sample("sqs_question_asked"), bodies))

    question = api.ask("GET", path).json
    assert (question["state"], question["answer"]["planner"]) == ("ANSWERED", "rules")
    assert question["answer"]["facts"][0] | {"label": ""} == {
        "number": 1,
        "label": "",
        "value": "3",
        "unit": "",
        "record": "/products/items",
    }


def test_a_question_that_comes_twice_is_answered_once(doors: Doors) -> None:
    asked: list[dict[str, Any]] = []

    def telling(question: dict[str, Any]) -> dict[str, Any]:
        asked.append(question)
        return told(question)

    doors.cloud.functions["pricing-questions"] = telling
    api = doors.api("assistant")
    path = ask(api)
    event = with_bodies(sample("sqs_question_asked"), doors.cloud.messages("questions") * 2)
    answer = doors.open("assistant", "answer")

    answer(event)
    first = api.ask("GET", path).json
    answer(event)

    assert api.ask("GET", path).json == first
    assert len(asked) == 1


def test_what_nothing_recorded_can_answer_is_said_so(doors: Doors) -> None:
    api = doors.api("assistant")
    path = ask(api, "what is the meaning of life?")

    doors.open("assistant", "answer")(with_bodies(sample("sqs_question_asked"), doors.cloud.messages("questions")))

    answer = api.ask("GET", path).json["answer"]
    assert (answer["tool"], answer["facts"]) == (None, [])
    assert answer["text"].startswith("I don't know.")


def test_another_organisation_reads_no_question_and_answers_none(doors: Doors) -> None:
    doors.cloud.functions["pricing-questions"] = told
    api = doors.api("assistant")
    path = ask(api)
    bodies = [doors.cloud.messages("questions")[0] | {"organisation_id": "rival"}]

    answered = doors.open("assistant", "answer")(with_bodies(sample("sqs_question_asked"), bodies))

    assert api.ask("GET", path, organisation_id="rival").status == 404
    assert doors.cloud.sent[-1]["MessageAttributes"]["reason"]["StringValue"] == "rejected"
    assert answered == {"batchItemFailures": []}
    assert api.ask("GET", path).json["state"] == "ASKED"


def test_a_question_is_kept_while_its_queue_is_down_and_is_sent_by_the_relay(doors: Doors) -> None:
    api = doors.api("assistant")
    doors.cloud.down.add("sqs")

    answer = api.ask("POST", "/assistant/questions", {"text": "how many?"})
    before = doors.cloud.messages("questions")
    doors.cloud.down.clear()
    remote.cache_clear()
    doors.open("assistant", "relay")(sample("schedule_tick"))

    assert (answer.status, before) == (202, [])
    assert [one["question_id"] for one in doors.cloud.messages("questions")] == [answer.json["question_id"]]


def test_a_question_is_told_as_a_job_that_ends_with_its_answer(doors: Doors) -> None:
    doors.cloud.functions["pricing-questions"] = told
    api = doors.api("assistant")
    ask(api)
    answer = doors.open("assistant", "answer")

    for _ in range(2):
        answer(with_bodies(sample("sqs_question_asked"), doors.cloud.messages("questions")))

    (opened,), (ended,) = doors.cloud.facts("jobs.job-opened"), doors.cloud.facts("jobs.job-ended")
    assert (opened["kind"], opened["requested_by"], ended["outcome"]) == ("question", "usr", "completed")
    assert opened["job_id"] == ended["job_id"] == doors.cloud.messages("questions")[0]["question_id"]


def test_without_pricing_the_question_stays_to_be_answered(doors: Doors) -> None:
    api = doors.api("assistant")
    path = ask(api)
    doors.cloud.down.add("lambda")

    answered = doors.open("assistant", "answer")(
        with_bodies(sample("sqs_question_asked"), doors.cloud.messages("questions"))
    )

    assert len(answered["batchItemFailures"]) == 1
    assert api.ask("GET", path).json["state"] == "ASKED"


@pytest.mark.parametrize("text", ["", "ab", "x" * 1001])
def test_a_question_has_three_to_a_thousand_characters(text: str, doors: Doors) -> None:
    assert doors.api("assistant").ask("POST", "/assistant/questions", {"text": text}).status == 422


def test_the_sample_asks_of_a_question_that_is_not_kept(doors: Doors) -> None:
    answered = doors.open("assistant", "answer")(sample("sqs_question_asked"))

    (quarantined,) = doors.cloud.sent
    assert answered == {"batchItemFailures": []}
    assert quarantined["MessageAttributes"]["reason"]["StringValue"] == "rejected"


def test_one_poison_in_ten_keeps_back_none_of_the_others(doors: Doors) -> None:
    doors.cloud.functions["pricing-questions"] = told
    api = doors.api("assistant")
    paths = [ask(api) for _ in range(9)]
    bodies: list[Any] = [*doors.cloud.messages("questions")]
    bodies.insert(3, json.dumps(ASKED | {"occurred_at": "yesterday"}))

    answered = doors.open("assistant", "answer")(with_bodies(sample("sqs_question_asked"), bodies))

    assert answered == {"batchItemFailures": []}
    assert doors.cloud.sent[-1]["MessageAttributes"]["reason"]["StringValue"] == "schema"
    assert {api.ask("GET", path).json["state"] for path in paths} == {"ANSWERED"}


def test_migrating_twice_is_migrating_once(doors: Doors) -> None:
    migrate = doors.open("assistant", "migrate")

    assert migrate({}) == migrate({})
    assert "newest_first" in doors.database["questions"].index_information()
