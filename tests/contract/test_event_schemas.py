"""The JSON Schemas of messages are what the code says, and are JSON Schemas."""

import json

import pytest
from jsonschema import Draft202012Validator

from scripts.schemas import ROOT, documents
from shared.contracts.catalogue import MESSAGES
from shared.contracts.envelope import Event

FOLDER = ROOT / "events" / "schemas"


@pytest.fixture(scope="module")
def generated() -> dict[str, str]:
    """The files that the code makes, by name."""
    return {path.stem: text for path, text in documents().items() if path.parent == FOLDER}


@pytest.mark.parametrize("name", sorted(MESSAGES))
def test_the_file_is_what_the_code_says(name: str, generated: dict[str, str]) -> None:
    text = (FOLDER / f"{name}.json").read_text(encoding="utf-8")

    assert text == generated[name], "run `make schemas`"
    Draft202012Validator.check_schema(json.loads(text))


def test_every_file_is_generated() -> None:
    assert {path.stem for path in FOLDER.glob("*.json")} == set(MESSAGES)


@pytest.mark.parametrize(("name", "message"), [(name, one) for name, one in MESSAGES.items() if issubclass(one, Event)])
def test_an_event_is_filed_under_its_own_type(name: str, message: type[Event]) -> None:
    assert message.model_fields["type"].default == name
    assert {"id", "version", "occurred_at", "correlation_id", "organisation_id"} <= message.model_fields.keys()


@pytest.mark.parametrize("message", MESSAGES.values(), ids=MESSAGES.keys())
def test_readers_ignore_what_they_do_not_know(message: type[Event]) -> None:
    assert message.model_config["extra"] == "ignore"
    assert message.model_config["frozen"] is True
