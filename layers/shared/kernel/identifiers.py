"""Identifiers: sortable ones for new things, derived ones for facts that may be told twice."""

import hashlib
import secrets
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
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


@dataclass(frozen=True, slots=True)
class _Repeated:
    """A request that may come again: what its ids are made from, and how many of each kind it has made."""

    seed: str
    first_at: datetime
    made: Counter[str] = field(default_factory=Counter)


_repeated: ContextVar[_Repeated | None] = ContextVar("_repeated", default=None)


@contextmanager
def repeatable_ids(seed: str, first_at: datetime) -> Iterator[None]:
    """In here `fresh_id` gives the ids that it gave when the same request came for the first time."""
    token = _repeated.set(_Repeated(seed, first_at))
    try:
        yield
    finally:
        _repeated.reset(token)


def fresh_id(prefix: str, moment: datetime) -> str:
    """The id of a thing that a request makes. A request with an idempotency key makes the same ones each time."""
    known = _repeated.get()
    if known is None:
        return sortable_id(prefix, moment)
    known.made[prefix] += 1
    told = f"{known.seed}|{prefix}|{known.made[prefix]}"
    bits = int.from_bytes(hashlib.sha256(told.encode()).digest()[:10])
    return sortable_id(prefix, known.first_at, random_bits=bits)
