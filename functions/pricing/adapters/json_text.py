"""JSON text as plain data, with nothing guessed and nothing lost: no key twice, no half characters, exact numbers."""

import json
from collections.abc import Callable
from decimal import Decimal

from pricing.adapters.plain_text import MOST_PARTS, Data, Mark, Unreadable, decoded, plain_number, too_many_parts


def from_json(text: bytes) -> Data:
    """JSON as data."""
    plain = decoded(text)
    try:
        made: Data = json.loads(
            plain,
            parse_float=_checked_number,
            parse_int=_checked_number,
            parse_constant=_refused_constant,
            object_pairs_hook=_once_each(),
        )
    except json.JSONDecodeError as error:
        raise Unreadable(f"this is no JSON: {error.msg}", mark=Mark(error.lineno, error.colno)) from None
    except RecursionError:
        raise Unreadable("the text is nested too deep to be a policy") from None
    if "\\u" in plain:
        _refuse_halves(made)
    return made


def _refuse_halves(made: Data) -> None:
    try:
        json.dumps(made, ensure_ascii=False, default=str).encode()
    except UnicodeEncodeError:
        raise Unreadable("a text holds half of a character (\\ud800 to \\udfff alone); write it whole") from None


def _checked_number(text: str) -> Decimal | int:
    number = plain_number(text)
    if number is None:
        raise Unreadable(f"«{text[:40]}» is no plain number; write it like 12.50")
    return number


def _refused_constant(text: str) -> Data:
    raise Unreadable(f"«{text}» is no number that a policy can have")


def _once_each() -> Callable[[list[tuple[str, Data]]], Data]:
    """Make the parts of one text, each key once; a text of too many parts is not read to its end."""
    parts = 0

    def made_of(pairs: list[tuple[str, Data]]) -> Data:
        nonlocal parts
        parts += 1
        if parts > MOST_PARTS:
            raise Unreadable(too_many_parts())
        made = dict(pairs)
        if len(made) < len(pairs):
            raise Unreadable(f"«{_first_twice(pairs)[:40]}» is written twice in one place; keep one of them")
        return made

    return made_of


def _first_twice(pairs: list[tuple[str, Data]]) -> str:
    seen, twice = set[str](), ""
    for key, _ in pairs:
        if key in seen:
            twice = key
            break
        seen.add(key)
    return twice
