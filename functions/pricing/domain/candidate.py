"""Pages that a competitor's site names and nobody watches yet, and whose product they may be."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import unquote, urlsplit

from shared.kernel.identifiers import derived_id

MOST_SUGGESTIONS = 3
# Shorter ones, and words without a digit, stand in too many addresses by chance.
SHORTEST = 5
_PIECES = re.compile(r"[A-Z0-9]+")
_MOST_PIECES = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """A product that a page may offer: `because` is the identifier that page and product share."""

    product_id: str
    sku: str
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A page of a competitor: found in a job, first and last; `suggestions` are for people, and price nothing."""

    candidate_id: str
    organisation_id: str
    competitor_id: str
    url: str
    job_id: str
    first_found_at: datetime
    found_at: datetime
    title: str | None = None
    modified: str | None = None
    suggestions: tuple[Suggestion, ...] = field(default=())


def candidate_id_of(organisation_id: str, url: str) -> str:
    """The id of a page in an organisation: finding it twice is finding one."""
    return derived_id("cnd", organisation_id, url)


def identifier(text: str | None) -> str | None:
    """An identifier as it is compared: capital letters and digits, with a digit, long enough to mean something."""
    plain = "".join(_PIECES.findall((text or "").upper()))
    return plain if len(plain) >= SHORTEST and any(map(str.isdigit, plain)) else None


def identifiers(texts: Iterable[str | None]) -> tuple[str, ...]:
    """The identifiers among texts, each once."""
    return tuple(dict.fromkeys(one for one in map(identifier, texts) if one is not None))


def identifiers_in(url: str, title: str | None) -> tuple[str, ...]:
    """All that could be an identifier in an address and a title: each piece, and up to four neighbours joined."""
    parts = urlsplit(url)
    found: dict[str, None] = {}
    for text in (unquote(parts.path), unquote(parts.query), title or ""):
        pieces = _PIECES.findall(text.upper())[:_MOST_PIECES]
        for start in range(len(pieces)):
            for end in range(start + 1, min(start + 4, len(pieces)) + 1):
                joined = identifier("".join(pieces[start:end]))
                if joined is not None:
                    found[joined] = None
    return tuple(found)
