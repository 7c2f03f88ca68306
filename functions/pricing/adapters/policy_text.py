"""Policies as text: YAML and JSON read into documents, and documents written as both; one model for all of them."""

import json
from dataclasses import dataclass, field, replace
from functools import cache
from hashlib import sha256
from importlib import import_module
from itertools import islice
from typing import Any

from pydantic import TypeAdapter, ValidationError

from pricing.adapters.json_text import from_json
from pricing.adapters.plain_text import Data, Path, Unreadable
from pricing.adapters.policy_faults import detail_of, pointer_of
from pricing.adapters.policy_sizes import oddities
from pricing.domain.errors import InvalidPolicy
from pricing.domain.policies.cases import Case
from pricing.domain.policies.document import PolicyDocument, Rule
from pricing.domain.policies.fields import FIELDS
from pricing.domain.policies.limits import shortened
from shared.kernel.errors import Fault

MOST_FAULTS = 50
MOST_LISTED = 5_000
"""Of a part with more errors their number is said, and no more."""
FIRST_YEAR, LAST_YEAR = 1970, 9000
_MANY = ("rules", "tests")
_BARE: dict[str, Data] = {"name": "", "shop": "", "currency": "", "rules": []}


def read_policy(text: bytes, *, yaml: bool) -> PolicyDocument:
    """The policy that a text means; `InvalidPolicy` names each fault by pointer, line and column, with its mend."""
    try:
        data = _yaml().from_yaml(text) if yaml else from_json(text)
    except Unreadable as unread:
        raise InvalidPolicy(unread.fault.detail, faults=(unread.fault,)) from None
    return _policy(data, text)


def policy_from(data: Any) -> PolicyDocument:  # noqa: ANN401  # data from outside is anything
    """The policy that data means, as it was stored or sent."""
    return _policy(data, None)


def policy_data(document: PolicyDocument) -> dict[str, Any]:
    """The policy as JSON can hold it: decimals as texts, what was not said left out."""
    made: dict[str, Any] = _adapter().dump_python(document, mode="json", by_alias=True, exclude_defaults=True)
    return made


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


@dataclass(slots=True)
class _Refused:
    """What keeps data from being a policy: so many faults by place, and how many there are."""

    faults: list[tuple[Path, str]] = field(default_factory=list)
    count: int = 0

    def add(self, path: Path, detail: str) -> None:
        self.count += 1
        if len(self.faults) < MOST_FAULTS:
            self.faults.append((path, shortened(detail)))

    def read(self, data: Data, path: Path = ()) -> PolicyDocument | None:
        """A policy, or one whose only rule or test stands at this path; None where it was refused."""
        try:
            return _adapter().validate_python(data)
        except ValidationError as refused:
            errors = refused.error_count()
            if errors > MOST_LISTED:
                self.add(path, f"{errors:,} things in this part are not as a policy has them")
            elif len(self.faults) < MOST_FAULTS:
                for error in refused.errors(include_url=False):
                    place = (*path, *error["loc"][len(path) :])
                    self.add(place, detail_of(error, place) if len(self.faults) < MOST_FAULTS else "")
            else:
                self.count += errors
            return None

    def error(self, text: bytes | None) -> InvalidPolicy:
        """What is raised, with lines and columns where there is a text."""
        paths = [path for path, _ in self.faults]
        marks = [None] * len(paths) if text is None else _yaml().marks_of(text, paths)
        faults = tuple(
            Fault(pointer_of(path), detail if mark is None else f"{mark}: {detail}")
            for (path, detail), mark in zip(self.faults, marks, strict=True)
        )
        more = f", and {self.count - 1} more" if self.count > 1 else ""
        return InvalidPolicy(f"{faults[0].pointer or '/'}: {faults[0].detail}{more}", faults=faults)


def _policy(data: Data, text: bytes | None) -> PolicyDocument:
    refused = _Refused()
    for path, detail in islice(oddities(data), MOST_FAULTS):
        refused.add(path, detail)
    made = _read(data, refused) if not refused.count else None
    if made is None:
        raise refused.error(text)
    return made


def _read(data: Data, refused: _Refused) -> PolicyDocument | None:
    """The policy, read rule by rule, so that however many are wrong only a few are remembered."""
    given = data if isinstance(data, dict) else {}
    many = {name: value for name in _MANY if isinstance(value := given.get(name), list)}
    head = refused.read(given | {name: [] for name in many} if many else data)
    rules: list[Rule] = []
    tests: list[Case] = []
    for name, entries in many.items():
        for place, entry in enumerate(entries):
            made = refused.read(_BARE | {name: [entry]}, (name, place))
            if made is not None:
                rules += made.rules
                tests += made.tests
    for place, case in enumerate(tests):
        if case.at is not None and not FIRST_YEAR <= case.at.year <= LAST_YEAR:
            detail = f"a test is decided in a year from {FIRST_YEAR} to {LAST_YEAR}, not in {case.at.year}"
            refused.add(("tests", place, "at"), detail)
    return None if head is None or refused.count else replace(head, rules=tuple(rules), tests=tuple(tests))
