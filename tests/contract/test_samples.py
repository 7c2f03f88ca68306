"""The sample events are what they claim to be: each message fits its contract, each file has a door it is for."""

import json

import pytest
from jsonschema import Draft202012Validator

from shared.contracts.catalogue import MESSAGES
from tests.builders.events import ROOT, SAMPLES, body_of, sample

NAMES = sorted(path.stem for path in SAMPLES.glob("*.json"))
QUEUES = [name for name in NAMES if name.startswith("sqs_")]
INVOCATIONS = {
    "invoke_check_policy": "pricing.check-policy",
    "invoke_extract_offer": "assistant.extract-offer",
    "invoke_follow_recipe": "pricing.follow-recipe",
    "invoke_lost_first_place": "pricing.lost-first-place-question",
    "invoke_read_prices": "products.read-prices",
    "invoke_read_shop_prices": "pricing.read-shop-prices",
    "invoke_set_prices": "products.set-prices",
    "invoke_write_shop_prices": "pricing.write-shop-prices",
}
OTHERS = {"authorizer_v2", "http_api_v2_get", "schedule_tick", "invoke_create_administrator"}


def test_every_sample_is_of_a_known_kind() -> None:
    assert set(NAMES) == {*QUEUES, *INVOCATIONS, *OTHERS}


@pytest.mark.parametrize("name", QUEUES)
def test_the_body_fits_its_contract_and_its_schema(name: str) -> None:
    body = body_of(sample(name))

    contract = MESSAGES[body["type"]]
    schema = json.loads((ROOT / "events" / "schemas" / f"{body['type']}.json").read_text(encoding="utf-8"))
    assert contract.model_validate(body).model_dump(mode="json", exclude_unset=True) == body
    assert list(Draft202012Validator(schema).iter_errors(body)) == []


@pytest.mark.parametrize(("name", "contract"), INVOCATIONS.items())
def test_the_invocation_fits_its_contract(name: str, contract: str) -> None:
    event = sample(name)

    assert MESSAGES[contract].model_validate(event).model_dump(mode="json") == event


def test_every_message_of_a_queue_has_a_sample() -> None:
    sampled = {body_of(sample(name))["type"] for name in QUEUES}

    assert sampled == {name for name, one in MESSAGES.items() if "type" in one.model_fields}


@pytest.mark.parametrize("name", QUEUES)
def test_the_record_is_one_that_a_queue_delivers(name: str) -> None:
    (record,) = sample(name)["Records"]

    queue = record["eventSourceARN"].rsplit(":", maxsplit=1)[-1]
    assert int(record["attributes"]["SentTimestamp"]) > 0
    assert ("MessageGroupId" in record["attributes"]) == queue.endswith(".fifo")
