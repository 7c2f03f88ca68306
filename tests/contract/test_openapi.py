"""The OpenAPI files are what the code says, and are OpenAPI."""

import json

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from scripts.schemas import APPS, ROOT, documents
from tests.fakes.gateway import openapi, operations

FOLDER = ROOT / "docs" / "openapi"


@pytest.fixture(scope="module")
def generated() -> dict[str, str]:
    """The files that the code makes, by name."""
    return {path.stem: text for path, text in documents().items() if path.parent == FOLDER}


@pytest.mark.parametrize("house", sorted(APPS))
def test_the_file_is_what_the_code_says(house: str, generated: dict[str, str]) -> None:
    assert (FOLDER / f"{house}.json").read_text(encoding="utf-8") == generated[house], "run `make schemas`"


def test_every_file_is_generated(generated: dict[str, str]) -> None:
    assert {path.stem for path in FOLDER.glob("*.json")} == set(generated)


@pytest.mark.parametrize("house", sorted(APPS))
def test_the_file_is_openapi(house: str) -> None:
    assert list(OpenAPIV31SpecValidator(openapi(house)).iter_errors()) == []


@pytest.mark.parametrize("house", sorted(APPS))
def test_every_operation_has_a_name_of_its_own_a_summary_and_a_place(house: str) -> None:
    found = operations(house)

    names = [operation["operationId"] for operation in found.values()]
    assert len(names) == len(set(names))
    assert all(operation["summary"] and operation["tags"] for operation in found.values())
    assert all(path.startswith(f"/{house}/") for _, path in found)


@pytest.mark.parametrize("house", sorted(APPS))
def test_no_promise_is_of_anything_whatever(house: str) -> None:
    vague = [
        (method, path, status)
        for (method, path), operation in operations(house).items()
        for status, answer in operation["responses"].items()
        if answer.get("content", {}).get("application/json", {"schema": True}).get("schema", {}) == {}
    ]

    assert vague == []


def test_a_changed_promise_shows(generated: dict[str, str]) -> None:
    document = json.loads(generated["auth"])
    document["components"]["schemas"]["TokensView"]["properties"].pop("expires_in")

    assert json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False) + "\n" != generated["auth"]
