"""The function table of terraform/functions.tf, read without Terraform."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import hcl2

TERRAFORM = Path(__file__).resolve().parents[1] / "terraform"
CAPABILITY = re.compile(r"(\w+) = \{environment = \{(.*?)\}, statements = ")
VARIABLE = re.compile(r"\b([A-Z][A-Z0-9_]+) = ")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One Lambda of the table."""

    name: str
    house: str
    handler: str
    settings: dict[str, Any]
    """The row as written."""
    common: frozenset[str]
    """The variables that every function gets."""
    own: frozenset[str]
    """The variables of this row's capabilities, targets and environment."""

    @property
    def door(self) -> str:
        """The name of the module in `handlers/`."""
        return self.handler.split(".")[2]

    @property
    def module(self) -> str:
        """The module that Lambda imports."""
        return self.handler.rpartition(".")[0]


def unquoted(value: Any) -> Any:  # noqa: ANN401 - HCL holds any value
    """A parsed value without the quotes that python-hcl2 leaves on strings and keys, and without its own notes."""
    match value:
        case str():
            return value[1:-1] if value[:1] == value[-1:] == '"' else value
        case dict():
            return {unquoted(key): unquoted(item) for key, item in value.items() if not str(key).startswith("__")}
        case list():
            return [unquoted(item) for item in value]
        case _:
            return value


def parse(path: Path) -> dict[str, Any]:
    """A Terraform file as data."""
    with path.open(encoding="utf-8") as file:
        parsed: dict[str, Any] = unquoted(hcl2.load(file))
    return parsed


def local(path: Path, name: str) -> Any:  # noqa: ANN401 - HCL holds any value
    """The value of a `locals` entry of a file."""
    return next(block[name] for block in parse(path)["locals"] if name in block)


def capability_variables() -> dict[str, frozenset[str]]:
    """Each capability of terraform/capabilities.tf and the variables it sets."""
    text = local(TERRAFORM / "capabilities.tf", "capabilities")
    return {name: frozenset(VARIABLE.findall(body)) for name, body in CAPABILITY.findall(text)}


def read_table() -> list[Row]:
    """Every row of the function table."""
    capabilities = capability_variables()
    common = frozenset(VARIABLE.findall(local(TERRAFORM / "capabilities.tf", "common_environment")))
    table: dict[str, dict[str, Any]] = local(TERRAFORM / "functions.tf", "table")
    consumers = {queue["consumer"] for queue in local(TERRAFORM / "queues.tf", "queues").values()}
    return [
        Row(
            name=name,
            house=settings["house"],
            handler=settings["handler"],
            settings=settings,
            common=common,
            own=_own(settings | {"consumes": name in consumers}, capabilities),
        )
        for name, settings in table.items()
    ]


def _own(settings: dict[str, Any], capabilities: dict[str, frozenset[str]]) -> frozenset[str]:
    named = (settings.get(kind, {}).keys() for kind in ("environment", "sends_to", "invokes"))
    granted = (variables for capability, variables in capabilities.items() if settings.get(capability))
    return frozenset().union(*named, *granted)
