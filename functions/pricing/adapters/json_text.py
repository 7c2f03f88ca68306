"""JSON text as plain data, with nothing guessed and nothing lost: no key twice, no half characters, exact numbers."""

import json
from decimal import Decimal

from pricing.adapters.plain_text import Data, Mark, Unreadable, decoded, plain_number


def from_json(text: bytes) -> Data:
    """JSON as data."""
    plain = decoded(text)
    try:
        made: Data = json.loads(
            plain,
            parse_float=_checked_number,
            parse_int=_checked_number,
            parse_constant=_refused_constant,
            object_pairs_hook=_once_each,
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


def _once_each(pairs: list[tuple[str, Data]]) -> Data:
    made = dict(pairs)
    if len(made) < len(pairs):
        twice = next(key for place, (key, _) in enumerate(pairs) if key in dict(pairs[:place]))
        raise Unreadable(f"«{twice}» is written twice in one place; keep one of them")
    return made
