"""Policies as text: YAML and JSON read into documents, and documents written as both; one model for all of them."""

import json
from collections.abc import Callable
from functools import cache
from hashlib import sha256
from importlib import import_module
from typing import Any

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from pricing.adapters.json_text import from_json
from pricing.adapters.plain_text import Data, Mark, Path, Unreadable
from pricing.adapters.policy_faults import detail_of, pointer_of
from pricing.domain.errors import InvalidPolicy
from pricing.domain.policies.document import PolicyDocument
from pricing.domain.policies.fields import FIELDS
from shared.kernel.errors import Fault

MOST_FAULTS = 50


def read_policy(text: bytes, *, yaml: bool) -> PolicyDocument:
    """The policy that a text means; `InvalidPolicy` names each fault by pointer, line and column, with its mend."""
    try:
        data = _yaml().from_yaml(text) if yaml else from_json(text)
    except Unreadable as unread:
        raise InvalidPolicy(unread.fault.detail, faults=(unread.fault,)) from None
    return _policy(data, _yaml().marks_of(text))


def policy_from(data: Any) -> PolicyDocument:  # noqa: ANN401  # data from outside is anything
    """The policy that data means, as it was stored or sent."""
    return _policy(data, lambda _: None)


def line_of(text: bytes, pointer: str) -> str | None:
    """Where a pointer stands in a text, as `line 3, column 5`; for findings about a policy that could be read."""
    steps = [step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:]]
    mark = _yaml().marks_of(text)(tuple(int(step) if step.isdigit() else step for step in steps))
    return None if mark is None else str(mark)


def policy_data(document: PolicyDocument) -> dict[str, Any]:
    """The policy as JSON can hold it: decimals as texts, what was not said left out."""
    made: dict[str, Any] = _adapter().dump_python(document, mode="json", by_alias=True, exclude_defaults=True)
    return made


def policy_json(document: PolicyDocument) -> str:
    """The policy as JSON text."""
    return json.dumps(policy_data(document), ensure_ascii=False) + "\n"


def policy_hash(document: PolicyDocument) -> str:
    """The SHA-256 of what the policy says: the same for YAML and JSON that say the same, digit for digit."""
    plain = json.dumps(policy_data(document), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return sha256(plain.encode()).hexdigest()


def policy_yaml(document: PolicyDocument) -> str:
    """The policy as YAML text."""
    data = _adapter().dump_python(document, by_alias=True, exclude_defaults=True)
    data["rules"] = [_name_first(rule) for rule in data["rules"]]
    made: str = import_module("pricing.adapters.yaml_writing").written(data)
    return made


def _name_first(rule: dict[str, Any]) -> dict[str, Any]:
    first = {name: rule[name] for name in ("name", "when", "follow", "choose") if name in rule}
    return first | rule


def policy_schema() -> dict[str, Any]:
    """The JSON Schema of a policy, for editors."""
    made = _adapter().json_schema(by_alias=True)
    made = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "OmniPriceX pricing policy"} | made
    condition = made["$defs"]["Condition"]["properties"]["field"]
    condition["anyOf"] = [{"enum": list(FIELDS), "type": "string"}, {"type": "null"}]
    return made


def _yaml() -> Any:  # noqa: ANN401  # a module
    """What reads YAML; most doors never read a policy's text."""
    return import_module("pricing.adapters.yaml_text")


@cache
def _adapter() -> TypeAdapter[PolicyDocument]:
    return TypeAdapter(PolicyDocument)


def _policy(data: Data, mark: Callable[[Path], Mark | None]) -> PolicyDocument:
    try:
        return _adapter().validate_python(data)
    except ValidationError as refused:
        errors = refused.errors(include_url=False)[:MOST_FAULTS]
        faults = tuple(_fault(error, mark) for error in errors)
        more = f", and {refused.error_count() - 1} more" if refused.error_count() > 1 else ""
        detail = f"{faults[0].pointer or '/'}: {faults[0].detail}{more}"
        raise InvalidPolicy(detail, faults=faults) from None


def _fault(error: ErrorDetails, mark: Callable[[Path], Mark | None]) -> Fault:
    at = mark(error["loc"])
    detail = detail_of(error)
    return Fault(pointer_of(error["loc"]), detail if at is None else f"{at}: {detail}")
