"""The part of CSS that recipes are written in: each selector of it is followed in time that grows with the page.

Elements are told by tag, #id, .class, attribute and place among their siblings, and stand in (a space) or directly in
(`>`) one another. What looks at siblings, at what an element holds, or says «not», is no part of it.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import lru_cache

MOST_ALTERNATIVES = 5
# Possessive: an escape can be cut in many ways, and none but the longest is tried.
_NAME = r"(?:[A-Za-z0-9_\u0080-\U0010ffff-]|\\[0-9A-Fa-f]{1,6}+\s?+|\\[^\s0-9A-Fa-f])++"
_SIMPLE = re.compile(
    rf"""
      (?P<tag>[A-Za-z][A-Za-z0-9-]*)
    | \#(?P<id>{_NAME})
    | \.(?P<class>{_NAME})
    | \[\s*(?P<attribute>{_NAME})\s*
        (?:(?P<operator>[~|^$*]?=)\s*(?:"(?P<double>[^"\\]*)"|'(?P<single>[^'\\]*)'|(?P<bare>{_NAME}))\s*(?P<flag>[iIsS]?)\s*)?\]
    | :(?P<end>first-child|last-child)(?![\w(-])
    | :nth-child\(\s*(?P<place>[1-9][0-9]{{0,3}})\s*\)
    """,
    re.VERBOSE,
)  # fmt: skip
_JOINT = re.compile(r"\s*([>,])\s*|\s+")
_ESCAPE = re.compile(r"\\(?:([0-9A-Fa-f]{1,6})\s?|(.))")
_LARGEST_LETTER = 0x10FFFF
_LONGEST_SHOWN = 40
_COMPARES: dict[str, Callable[[str, str], bool]] = {
    "=": lambda said, wanted: said == wanted,
    "~=": lambda said, wanted: wanted in said.split(),
    "|=": lambda said, wanted: said == wanted or said.startswith(f"{wanted}-"),
    "^=": lambda said, wanted: wanted != "" and said.startswith(wanted),
    "$=": lambda said, wanted: wanted != "" and said.endswith(wanted),
    "*=": lambda said, wanted: wanted != "" and wanted in said,
}


class UnknownCss(ValueError):
    """A selector that is not written in this part of CSS."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribute:
    """An attribute that an element has, and what it is to say."""

    name: str
    operator: str | None = None
    value: str = ""
    folded: bool = False

    def is_in(self, attributes: dict[str, str]) -> bool:
        """Whether an element has it and it says so."""
        said = attributes.get(self.name)
        if said is None or self.operator is None:
            return said is not None
        if self.folded:
            return _COMPARES[self.operator](said.lower(), self.value.lower())
        return _COMPARES[self.operator](said, self.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What one element is told by; `place` counts its siblings from one, -1 is the last of them.

    `directly` says that the element told before it is its parent; else it is any that it stands in.
    """

    tag: str | None = None
    ids: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    attributes: tuple[Attribute, ...] = ()
    places: tuple[int, ...] = ()
    directly: bool = False


@dataclass(slots=True)
class _Reader:
    """A selector while it is read."""

    css: str
    at: int = 0
    chains: list[list[Told]] = field(default_factory=lambda: [[]])

    def read(self) -> tuple[tuple[Told, ...], ...]:
        directly = False
        while True:
            self.chains[-1].append(replace(self._told(), directly=directly))
            if self.at == len(self.css):
                return tuple(map(tuple, self.chains))
            joint = _JOINT.match(self.css, self.at)
            if joint is None:
                raise self._unknown()
            self.at = joint.end()
            directly = joint[1] == ">"
            if joint[1] == ",":
                self.chains.append([])

    def _told(self) -> Told:
        told = Told()
        while found := _SIMPLE.match(self.css, self.at):
            if found["tag"] and told != Told():
                break
            told = _with(told, found)
            self.at = found.end()
        if told == Told():
            raise self._unknown()
        return told

    def _unknown(self) -> UnknownCss:
        where = self.css[self.at :][:_LONGEST_SHOWN] or "its end"
        return UnknownCss(
            f"«{self.css[:200]}» is not understood from «{where}» on; tell elements by tag, #id, .class, "
            '[attribute="value"], :first-child, :last-child or :nth-child(2), and join them by a space or by «>»'
        )


@lru_cache(maxsize=2_000)
def alternatives(css: str) -> tuple[tuple[Told, ...], ...]:
    """Return the alternatives of a selector, each a chain from the outermost element to the one that is meant."""
    chains = _Reader(css.strip()).read()
    if len(chains) > MOST_ALTERNATIVES:
        raise UnknownCss(f"«{css}» may name at most {MOST_ALTERNATIVES} alternatives")
    return chains


def _with(told: Told, found: re.Match[str]) -> Told:
    match found.lastgroup:
        case "tag":
            return replace(told, tag=found["tag"].lower())
        case "id":
            return replace(told, ids=(*told.ids, _plain(found["id"])))
        case "class":
            return replace(told, classes=(*told.classes, _plain(found["class"])))
        case "end":
            return replace(told, places=(*told.places, 1 if found["end"] == "first-child" else -1))
        case "place":
            return replace(told, places=(*told.places, int(found["place"])))
        case _:
            return replace(told, attributes=(*told.attributes, _attribute(found)))


def _attribute(found: re.Match[str]) -> Attribute:
    quoted = found["double"] if found["double"] is not None else found["single"]
    return Attribute(
        name=_plain(found["attribute"]).lower(),
        operator=found["operator"],
        value=_plain(found["bare"] or "") if quoted is None else quoted,
        folded=(found["flag"] or "") in {"i", "I"},
    )


def _plain(name: str) -> str:
    """Return a name without its escapes, which write colons, slashes and leading digits."""
    return _ESCAPE.sub(lambda one: _letter(one[1]) if one[1] else one[2], name)


def _letter(hexadecimal: str) -> str:
    number = int(hexadecimal, 16)
    return chr(number) if 0 < number <= _LARGEST_LETTER and not 0xD800 <= number < 0xE000 else "\ufffd"  # noqa: PLR2004
