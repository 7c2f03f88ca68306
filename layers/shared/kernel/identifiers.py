"""Identifiers: sortable ones for new things, derived ones for facts that may be told twice."""

import secrets
import uuid
from collections.abc import Callable
from datetime import datetime

type NewId = Callable[[str], str]

_NAMESPACE = uuid.UUID("6f0f3f9c-5a5e-5b0c-9c0e-0d0f7a1e2b3c")
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_TIME_CHARACTERS = 10
_RANDOM_CHARACTERS = 16


def _base32(number: int, length: int) -> str:
    characters = []
    for _ in range(length):
        number, digit = divmod(number, 32)
        characters.append(_ALPHABET[digit])
    return "".join(reversed(characters))


def sortable_id(prefix: str, moment: datetime, *, random_bits: int | None = None) -> str:
    """An id that sorts by time of making: prefix, milliseconds, 80 random bits (the layout of a ULID)."""
    milliseconds = int(moment.timestamp() * 1000)
    noise = secrets.randbits(80) if random_bits is None else random_bits
    return f"{prefix}_{_base32(milliseconds, _TIME_CHARACTERS)}{_base32(noise, _RANDOM_CHARACTERS)}"


def derived_id(prefix: str, *parts: str) -> str:
    """The same id for the same fact, so that telling it twice is harmless."""
    return f"{prefix}_{uuid.uuid5(_NAMESPACE, chr(31).join((prefix, *parts))).hex}"
