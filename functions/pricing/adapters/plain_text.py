"""Text as plain data, whatever it is written in: numbers stay decimals, places have a line and a column."""

import re
from dataclasses import dataclass
from decimal import Decimal

from shared.kernel.errors import Fault

MOST_BYTES = 4_000_000
"""A policy of 10,000 rules is about half of it; one message to a function is 6 MB."""
DEEPEST = 50
MOST_VALUES = 500_000
MOST_PARTS = 200_000
"""Groups of fields: each of 10,000 rules may have twenty."""
_NUMBER = re.compile(r"[+-]?(0|[1-9][0-9]{0,29})(\.[0-9]{1,30})?", re.ASCII)

type Data = dict[str, "Data"] | list["Data"] | str | Decimal | int | bool | None
type Path = tuple[str | int, ...]


class Unreadable(Exception):
    """A text that cannot be read as data at all."""

    def __init__(self, detail: str, pointer: str = "", mark: "Mark | None" = None) -> None:
        super().__init__(detail)
        self.fault = Fault(pointer, detail if mark is None else f"{mark}: {detail}")


@dataclass(frozen=True, slots=True)
class Mark:
    """A place in a text, counted from 1."""

    line: int
    column: int

    def __str__(self) -> str:
        return f"line {self.line}, column {self.column}"


def decoded(text: bytes) -> str:
    """The text as characters."""
    if len(text) > MOST_BYTES:
        raise Unreadable(f"the policy is {len(text):,} bytes long; {MOST_BYTES:,} are taken: split it by shop")
    try:
        return text.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unreadable(f"byte {error.start} is no UTF-8; save the file as UTF-8") from None


def too_many_parts() -> str:
    """What is said of a policy with more in it than any has."""
    return f"the policy has more than {MOST_PARTS:,} parts or {MOST_VALUES:,} values; 10,000 rules need fewer"


def plain_number(text: str) -> Decimal | int | None:
    """The number that a text is, exact; None when it is none, or one that must be guessed at."""
    if not _NUMBER.fullmatch(text):
        return None
    return Decimal(text) if "." in text else int(text)
