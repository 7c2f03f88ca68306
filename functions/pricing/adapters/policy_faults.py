"""What a reader of policies says of a part that is no part of a policy: what it is, what was meant, how to mend it."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from types import UnionType
from typing import Any, TypeAliasType, Union, get_args, get_origin, get_type_hints

from pydantic_core import ErrorDetails

from pricing.domain.policies.closed import written_name
from pricing.domain.policies.document import PolicyDocument
from pricing.domain.policies.fields import is_biased, is_rivals_secret, near

type Place = tuple[int | str, ...]

_QUOTED = re.compile(r"'([^']+)'")
_KINDS: Mapping[str, str] = {
    "string_type": "a text is expected here",
    "decimal_type": "a number is expected here, like 12.50",
    "decimal_parsing": "a number is expected here, like 12.50",
    "finite_number": "a number is expected here, like 12.50",
    "int_type": "a whole number is expected here",
    "int_parsing": "a whole number is expected here",
    "int_from_float": "a whole number is expected here",
    "bool_type": "true or false is expected here",
    "bool_parsing": "true or false is expected here",
    "tuple_type": "a list is expected here; start each entry with «- »",
    "dataclass_type": "fields are expected here, each as name: value",
    "dict_type": "fields are expected here, each as name: value",
    "time_type": "a time of day is expected here, like '22:00'",
    "time_parsing": "a time of day is expected here, like '22:00'",
    "date_type": "a day is expected here, like 2026-11-27",
    "date_from_datetime_parsing": "a day is expected here, like 2026-11-27",
    "date_from_datetime_inexact": "a day is expected here, like 2026-11-27",
    "datetime_type": "a time is expected here, like 2026-11-23T06:00:00Z",
    "datetime_from_date_parsing": "a time is expected here, like 2026-11-23T06:00:00Z",
    "timezone_aware": "a time is expected here, with its offset, like 2026-11-23T06:00:00Z",
}


def pointer_of(place: Place) -> str:
    """A JSON pointer to a place."""
    return "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in place)


def detail_of(error: ErrorDetails, place: Place) -> str:
    """A refusal of what stands at a place of a policy, in one sentence, with its mend."""
    kind = error["type"]
    if kind == "unexpected_keyword_argument":
        name, known = str(place[-1]), known_fields(place[:-1])
        if is_rivals_secret(name):
            return f"«{name}» is neither our own nor public: no rule may read it; remove it"
        if is_biased(name):
            return f"«{name}» asks where or who the buyer is: no rule may read it; remove it"
        return f"«{name}» is no field here{near(name, known) or f'; it can be {", ".join(known)}'}"
    if kind == "missing":
        return f"«{place[-1]}» is missing; add it"
    if kind == "literal_error":
        words = _QUOTED.findall(str(error.get("ctx", {}).get("expected", ""))) or [str(error["ctx"]["expected"])]
        given = str(error["input"])[:60]
        return f"«{given}» is not known here{near(given, words) or f'; it can be {", ".join(words)}'}"
    return _KINDS.get(kind, f"this cannot be read: {error['msg']}")


@cache
def field_types() -> tuple[tuple[str, frozenset[Any]], ...]:
    """The fields of every part of a policy, as they are written, with the plain types that each may hold."""
    found: list[tuple[str, frozenset[Any]]] = []
    seen: set[Any] = set()
    waiting: list[Any] = [PolicyDocument]
    while waiting:
        part = waiting.pop()
        if part in seen:
            continue
        seen.add(part)
        for name, hint in get_type_hints(part).items():
            if not name.startswith("_"):
                found.append((written_name(name), frozenset(_plain_types(hint))))
                waiting.extend(_classes(hint))
    return tuple(found)


def _plain_types(hint: Any) -> Iterator[Any]:  # noqa: ANN401  # a type is whatever an annotation says
    if get_origin(hint) in {Union, UnionType, tuple, dict}:
        for argument in get_args(hint):
            yield from _plain_types(argument)
    else:
        yield hint


@cache
def known_fields(place: Place) -> list[str]:
    """The fields of the part of a policy at a place, as they are written."""
    part: Any = PolicyDocument
    for step in place:
        inner = next(_classes(part), None)
        hints = {} if inner is None else {written_name(name): hint for name, hint in get_type_hints(inner).items()}
        part = part if isinstance(step, int) else hints.get(step)
    found = next(_classes(part), None)
    return [] if found is None else [written_name(one.name) for one in fields(found)]


def _classes(hint: Any) -> Iterator[Any]:  # noqa: ANN401  # a type is whatever an annotation says
    if isinstance(hint, TypeAliasType):
        yield from _classes(hint.__value__)
    elif isinstance(hint, type) and is_dataclass(hint):
        yield hint
    elif get_origin(hint) in {Union, UnionType, tuple, dict}:
        for argument in get_args(hint):
            yield from _classes(argument)
