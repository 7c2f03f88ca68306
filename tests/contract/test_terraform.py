"""The Terraform table agrees with the code: doors, environments, services; and its files keep their rules."""

import importlib
import re
from pathlib import Path

import pytest
from pydantic_settings import BaseSettings

from scripts.function_table import TERRAFORM, Row, local, parse, read_table
from scripts.packaging.recipe import HOUSES, ROOT, SERVICES

TABLE = read_table()
ROOTS = (TERRAFORM, TERRAFORM / "atlas", *sorted((TERRAFORM / "modules").iterdir()))
CALLED_SERVICE = re.compile(r"\b(?:aws\.)?(?:call|call_once|client)\(\s*\"([a-z][a-z0-9-]+)\"")
ROUTE = re.compile(r"@router\.(get|post|put|patch|delete)\(")
CALLED_BY_THE_SDK = frozenset({"sso", "sso-oidc", "sts"})


def doors_of(house: str) -> dict[str, type[BaseSettings]]:
    """The settings class of each of the house's doors."""
    doors: dict[str, type[BaseSettings]] = importlib.import_module(f"{house}.settings").DOORS
    return doors


def blocks(root: Path, kind: str) -> list[tuple[Path, str, dict[str, object]]]:
    """Every block of a kind in a Terraform folder, with the file and the name it has."""
    return [
        (path, name, body)
        for path in sorted(root.glob("*.tf"))
        for block in parse(path).get(kind, [])
        for name, body in block.items()
        if isinstance(body, dict)
    ]


def ids(row: Row) -> str:
    return row.name


def test_the_table_is_read() -> None:
    assert len(TABLE) >= 20
    assert {row.house for row in TABLE} == set(HOUSES)


@pytest.mark.parametrize("row", TABLE, ids=ids)
def test_every_row_has_a_door(row: Row) -> None:
    assert (ROOT / "functions" / row.house / "handlers" / f"{row.door}.py").is_file()
    assert row.handler == f"{row.house}.handlers.{row.door}.handler"
    assert row.name == f"{row.house}-{row.door.replace('_', '-')}"


def test_every_door_has_a_row() -> None:
    doors = {
        f"{house}-{path.stem.replace('_', '-')}"
        for house in HOUSES
        for path in (ROOT / "functions" / house / "handlers").glob("*.py")
        if path.stem != "__init__"
    }

    assert doors == {row.name for row in TABLE}


@pytest.mark.parametrize("house", HOUSES)
def test_every_door_has_settings(house: str) -> None:
    assert set(doors_of(house)) == {row.door for row in TABLE if row.house == house}


@pytest.mark.parametrize("row", TABLE, ids=ids)
def test_a_row_sets_exactly_what_its_settings_read(row: Row) -> None:
    read = {name.upper() for name in doors_of(row.house)[row.door].model_fields}

    assert row.own == read - row.common


@pytest.mark.parametrize("row", TABLE, ids=ids)
def test_a_row_names_queues_and_rows_that_exist(row: Row) -> None:
    queues = local(TERRAFORM / "queues.tf", "queues")

    assert set(row.settings.get("sends_to", {}).values()) <= set(queues)
    assert set(row.settings.get("invokes", {}).values()) <= {other.name for other in TABLE}


def test_every_queue_is_consumed_by_a_row() -> None:
    queues = local(TERRAFORM / "queues.tf", "queues")

    assert {queue["consumer"] for queue in queues.values()} <= {row.name for row in TABLE}


def test_the_gateway_lets_through_the_methods_that_houses_answer() -> None:
    routers = [path.read_text(encoding="utf-8") for path in ROOT.glob("functions/*/api/*.py")]
    answered = {method.upper() for text in routers for method in ROUTE.findall(text)}
    methods = set(re.findall(r"\w+", local(TERRAFORM / "api.tf", "methods"))) - {"toset"}

    assert answered <= methods


def test_the_layer_describes_every_service_the_code_calls() -> None:
    sources = [path for folder in ("functions", "layers") for path in (ROOT / folder).rglob("*.py")]
    called = {service for path in sources for service in CALLED_SERVICE.findall(path.read_text(encoding="utf-8"))}

    assert called
    assert called | {"lambda", "secretsmanager"} == SERVICES - CALLED_BY_THE_SDK


@pytest.mark.parametrize("root", ROOTS, ids=lambda root: str(root.name))
def test_variables_are_described_and_typed(root: Path) -> None:
    variables = blocks(root, "variable")

    for path, name, body in variables:
        assert body.get("description"), f"{path}: {name} has no description"
        assert body.get("type"), f"{path}: {name} has no type"
        assert path.name == "variables.tf"


@pytest.mark.parametrize("root", ROOTS, ids=lambda root: str(root.name))
def test_variables_stand_in_order(root: Path) -> None:
    variables = blocks(root, "variable")
    required = [name for _, name, body in variables if "default" not in body]
    optional = [name for _, name, body in variables if "default" in body]

    assert [name for _, name, _ in variables] == sorted(required) + sorted(optional)


@pytest.mark.parametrize("root", ROOTS, ids=lambda root: str(root.name))
def test_outputs_are_described(root: Path) -> None:
    for path, name, body in blocks(root, "output"):
        assert body.get("description"), f"{path}: {name} has no description"
        assert path.name == "outputs.tf"


@pytest.mark.parametrize("root", ROOTS, ids=lambda root: str(root.name))
def test_names_are_plain(root: Path) -> None:
    for path, kind, body in [*blocks(root, "resource"), *blocks(root, "data")]:
        for name in body:
            assert re.fullmatch(r"[a-z][a-z0-9_]*", name), f"{path}: {kind}.{name}"
            assert not kind.endswith(f"_{name}"), f"{path}: {kind}.{name} says its type twice"


def test_environments_differ_by_known_variables_only() -> None:
    declared = {name for _, name, _ in blocks(TERRAFORM, "variable")}
    files = sorted((TERRAFORM / "environments").glob("*.tfvars"))

    assert [path.stem for path in files] == ["dev", "local", "prod", "staging"]
    for path in files:
        given = parse(path)
        assert set(given) <= declared
        assert given["environment"] == path.stem
