"""What in plain data is too large, too many or too odd for a policy: found in one walk, before it is read as one."""

import json
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any

from pricing.adapters.plain_text import DEEPEST, MOST_BYTES, MOST_PARTS, MOST_VALUES, Path, too_many_parts
from pricing.adapters.policy_faults import field_types
from pricing.domain.policies.limits import LONGEST_NAME, LONGEST_TEXT, MOST_RULES, MOST_TESTS, how_far

MOST_FIELDS = 40
MOST_ENTRIES = 1_000
"""Entries of a list; values in a condition's `in` may be as many as the text holds."""
_ENTRIES: Mapping[str, int] = {"rules": MOST_RULES, "tests": MOST_TESTS, "endings": 100, "in": MOST_VALUES}
_CHANNELS = "channels"
_WHOLE: Mapping[str, tuple[int, int]] = {
    "agreement": (0, 100),
    "min_agreement": (0, 100),
    "sold_28d": (0, 10**9),
    "pack_quantity": (0, 10**9),
}
_ANY_WHOLE = (-(10**9), 10**9)
_SHARES = {"confidence", "min_confidence"}
_UNWRITABLE = re.compile("[\x00\ud800-\udfff]")
_LONGEST_NUMBER = 10**40

type Odd = tuple[Path, str]


def oddities(data: Any) -> Iterator[Odd]:  # noqa: ANN401  # data from outside is anything
    """Each thing that a policy cannot hold, with its place and mend; nothing within such a thing is looked at."""
    parts = values = numbers = 0
    found = False
    waiting: list[tuple[Path, str, Any]] = [((), "", data)]
    while waiting:
        path, name, value = waiting.pop()
        values += 1
        if isinstance(value, dict):
            parts += 1
        elif isinstance(value, (int, float, Decimal)):
            numbers += 1
        if values > MOST_VALUES or parts > MOST_PARTS:
            yield (), too_many_parts()
            return
        odd = [(path, said) for said in _of_value(path, name, value)]
        if isinstance(value, dict):
            odd += [((*path, _UNWRITABLE.sub("�", key[:40])), said) for key in value for said in _of_key(key)]
        found = found or bool(odd)
        yield from odd
        if not odd:
            waiting.extend(_within(path, name, value))
    if not found:
        yield from _of_size(data, numbers)


def _within(path: Path, name: str, value: Any) -> list[tuple[Path, str, Any]]:  # noqa: ANN401  # as above
    # The last is looked at first, so that faults come in the order of the text.
    if isinstance(value, dict):
        return [((*path, key), name if name == _CHANNELS else key, value[key]) for key in reversed(value)]
    if isinstance(value, (list, tuple)):
        return [((*path, place), name, value[place]) for place in range(len(value) - 1, -1, -1)]
    return []


def _of_size(data: Any, numbers: int) -> Iterator[Odd]:  # noqa: ANN401  # as above
    # A number may be stored as a text, in quotes.
    written = json.dumps(data, ensure_ascii=False, separators=(",", ":"), default=str)
    size = len(written.encode()) + 2 * numbers
    if size > MOST_BYTES:
        yield (), f"the policy is {size:,} bytes of JSON; {MOST_BYTES:,} are taken: split it by shop"


def _of_key(key: str) -> Iterator[str]:
    if len(key) > LONGEST_NAME:
        yield f"a field's name of {len(key):,} characters is too long; remove it"
    elif _UNWRITABLE.search(key):
        yield "a field's name holds a NUL or half of a character; remove it"


def _of_value(path: Path, name: str, value: Any) -> Iterator[str]:  # noqa: ANN401  # as above
    if isinstance(value, (dict, list, tuple)):
        yield from _of_group(path, name, value)
    elif isinstance(value, str):
        yield from _of_text(path, name, value)
        yield from _of_number(name, value)
    elif isinstance(value, (int, float, Decimal)) and not isinstance(value, bool):
        yield from _of_number(name, value)


def _of_group(path: Path, name: str, value: Any) -> Iterator[str]:  # noqa: ANN401  # as above
    if len(path) > DEEPEST:
        yield f"parts stand more than {DEEPEST} deep in each other"
        return
    most = _ENTRIES.get(name, MOST_ENTRIES)
    if isinstance(value, dict) and name != _CHANNELS:
        most = MOST_FIELDS
    if len(value) > most:
        what = "fields" if isinstance(value, dict) else name or "entries"
        yield f"{len(value):,} {what} are more than a policy can have here; keep it to {most:,}"


def _of_text(path: Path, name: str, value: str) -> Iterator[str]:
    if len(value) > LONGEST_NAME:
        is_name = name == "name" and (len(path) == 1 or (len(path) == 3 and path[0] in {"rules", "tests"}))  # noqa: PLR2004  # /rules/0/name
        most = LONGEST_NAME if is_name else LONGEST_TEXT
        if len(value) > most:
            yield f"a text of {len(value):,} characters is too long here; {most:,} are taken"
    if _UNWRITABLE.search(value):
        yield "the text holds a NUL or half of a character (\\ud800 to \\udfff alone); write it whole"


def _of_number(name: str, value: str | float | Decimal) -> Iterator[str]:
    whole, exact = _numbers()
    if name not in whole and name not in exact:
        if not isinstance(value, str) and not -_LONGEST_NUMBER <= value <= _LONGEST_NUMBER:
            yield "the number is too long to be written here; write it as a text"
        return
    try:
        number = Decimal(value if isinstance(value, int) else str(value).strip())
    except InvalidOperation:
        return  # The reader says what is expected instead.
    beyond = how_far(number)
    if beyond is not None:
        yield f"«{str(value)[:40]}» is no number that a policy can hold: {beyond}"
    elif name in _SHARES and not 0 <= number <= 1:
        yield f"{number} is out of range; write 0 to 1, like 0.8"
    elif name in whole:
        low, high = _WHOLE.get(name, _ANY_WHOLE)
        if not low <= number <= high:
            yield f"{number} is out of range; write {low:,} to {high:,}"


@cache
def _numbers() -> tuple[frozenset[str], frozenset[str]]:
    """The names of fields that hold whole numbers, and of those that hold exact ones."""
    kinds = field_types()
    return (
        frozenset(name for name, types in kinds if int in types),
        frozenset(name for name, types in kinds if Decimal in types),
    )
