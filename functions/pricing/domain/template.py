"""Templates: words of a person with tokens such as {competitor}, which each message replaces.

A token is a name in braces; a brace itself is written twice.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from pricing.domain.errors import InvalidTemplate

LONGEST_TEMPLATE = 1_000
_PART = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")


@dataclass(frozen=True, slots=True)
class Token:
    """A place in a template that a value takes."""

    name: str


def parts_of(template: str) -> Iterator[str | Token]:
    """The words and tokens of a template; `InvalidTemplate` where a brace stands alone."""
    end = 0
    for found in _PART.finditer(template):
        if found.start() > end:
            yield template[end : found.start()]
        end = found.end()
        match found.group():
            case "{{" | "}}":
                yield found.group()[0]
            case "{" | "}":
                where = found.start() + 1
                raise InvalidTemplate(f"the {found.group()} at character {where} has no partner; write it twice")
            case _:
                yield Token(found.group(1).strip())
    if end < len(template):
        yield template[end:]


def checked_template(template: str, tokens: Mapping[str, str]) -> str:
    """The template as it is, when it can be filled in; `InvalidTemplate` says what cannot. `tokens` are those known."""
    if len(template) > LONGEST_TEMPLATE:
        raise InvalidTemplate(f"it has {len(template):,} characters, the most is {LONGEST_TEMPLATE:,}")
    for part in parts_of(template):
        if isinstance(part, Token) and part.name not in tokens:
            close = get_close_matches(part.name.lower(), tokens, n=1)
            meant = f"did you mean {{{close[0]}}}? " if close else ""
            known = ", ".join(f"{{{name}}}" for name in tokens)
            raise InvalidTemplate(f"there is no token {{{part.name[:40]}}}; {meant}There are {known}")
    return template


def filled(template: str, values: Mapping[str, str], escape: Callable[[str], str], most: int) -> str:
    """The template with its values, each escaped, none of it an own token again; about `most` characters at most."""
    said, left = list[str](), most
    for part in parts_of(template):
        plain = values.get(part.name, "") if isinstance(part, Token) else part
        cut = plain[: max(left, 0)]
        left -= len(cut)
        said.append(escape(cut) if isinstance(part, Token) else cut)
    return "".join(said)
