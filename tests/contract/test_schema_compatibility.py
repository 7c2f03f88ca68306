"""The schema registry: what was released is still understood, by those who read it and by those who wrote it."""

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest

from scripts.schema_compatibility import breaks
from scripts.schemas import ROOT
from shared.contracts.catalogue import MESSAGES

RELEASED = ROOT / "events" / "released"
NAMES = sorted(path.stem for path in RELEASED.glob("*.json"))
type Schema = dict[str, Any]


def released(name: str) -> Schema:
    found: Schema = json.loads((RELEASED / f"{name}.json").read_text(encoding="utf-8"))
    return found


def test_something_is_released() -> None:
    assert len(NAMES) >= 20


@pytest.mark.parametrize("name", NAMES)
def test_a_released_message_is_still_understood(name: str) -> None:
    assert name in MESSAGES, "a message that is out there is read no more"
    assert breaks(released(name), MESSAGES[name].model_json_schema()) == []


def removed(schema: Schema) -> None:
    del schema["properties"]["job_id"]


def required(schema: Schema) -> None:
    schema["properties"]["priority"] = {"type": "integer"}
    schema["required"].append("priority")


def no_longer_required(schema: Schema) -> None:
    schema["required"].remove("job_id")


def another_type(schema: Schema) -> None:
    schema["properties"]["job_id"]["type"] = "integer"


def shorter(schema: Schema) -> None:
    schema["properties"]["organisation_id"]["maxLength"] = 8


def bounded(schema: Schema) -> None:
    schema["properties"]["job_id"]["maxLength"] = 8


def no_more_null(schema: Schema) -> None:
    schema["properties"]["traceparent"] = {"type": "string"}


def another_version(schema: Schema) -> None:
    schema["properties"]["version"]["const"] = 2


def a_new_value(schema: Schema) -> None:
    schema["properties"]["outcome"]["enum"].append("paused")


def a_value_less(schema: Schema) -> None:
    schema["properties"]["outcome"]["enum"].remove("expired")


@pytest.mark.parametrize(
    "change",
    [
        removed,
        required,
        no_longer_required,
        another_type,
        shorter,
        bounded,
        no_more_null,
        another_version,
        a_new_value,
        a_value_less,
    ],
)
def test_a_break_is_found(change: Callable[[Schema], None]) -> None:
    schema = _flat(released("jobs.job-ended"))
    changed = copy.deepcopy(schema)
    change(changed)

    assert breaks(schema, changed)


def _flat(schema: Schema) -> Schema:
    """The schema with its references laid open, so that a change finds them."""
    made = copy.deepcopy(schema)
    for name, field in made["properties"].items():
        if "$ref" in field:
            made["properties"][name] = made["$defs"][field["$ref"].rpartition("/")[2]]
    return made


def test_a_break_deep_in_a_list_is_found() -> None:
    schema = released("products.products-changed")
    changed = copy.deepcopy(schema)
    del changed["$defs"]["ProductFacts"]["properties"]["sku"]
    changed["$defs"]["ProductFacts"]["required"].remove("sku")

    assert breaks(schema, changed) == ["/products/*/sku: removed"]


def an_optional_field(schema: Schema) -> None:
    schema["properties"]["note"] = {"type": "string", "default": ""}


def a_longer_one(schema: Schema) -> None:
    schema["properties"]["organisation_id"]["maxLength"] = 80


@pytest.mark.parametrize("change", [an_optional_field, a_longer_one])
def test_what_every_reader_bears_is_no_break(change: Callable[[Schema], None]) -> None:
    schema = released("jobs.job-ended")
    changed = copy.deepcopy(schema)
    change(changed)

    assert breaks(schema, changed) == []
