"""Elements found in the bytes of a region by a word in their tags: no tree is built to look at a handful of them."""

import html
import re
from collections.abc import Iterator
from functools import cached_property, lru_cache

from pricing.adapters.readers.finding import find, holds, rfind

_ATTRIBUTE = re.compile(r"([^\s=/\"'<>]++)(?:\s*+=\s*+(?:\"([^\"]*+)\"|'([^']*+)'|([^\s\"'>]++))|)", re.ASCII)
_REST_OF_TAG = re.compile(rb"[^>\"']*+(?:(?:\"[^\"]{0,8000}\"|'[^']{0,8000}')[^>\"']*+)*+>")
_NAME = re.compile(rb"<([a-z][a-z0-9:_-]*)")
_INNER_TAG = re.compile(rb"</?[a-zA-Z][^>\"']*+(?:(?:\"[^\"]{0,8000}\"|'[^']{0,8000}')[^>\"']*+)*+>")
_SLASH = ord("/")
_LONGEST_TAG = 8_000
_LONGEST_NAME = 40
_TRIES = 6
VOID = frozenset(
    [b"meta", b"link", b"img", b"input", b"br", b"hr", b"source", b"area", b"base", b"col", b"embed", b"track", b"wbr"]
)
# A second one of these ends the first, which nobody closes.
_ENDS_ITSELF = frozenset([b"li", b"p", b"td", b"th", b"tr", b"dt", b"dd", b"option"])


@lru_cache(maxsize=256)
def _pair(name: bytes) -> re.Pattern[bytes]:
    return re.compile(rb"</?" + re.escape(name) + rb"(?![\w:-])")


class Tag:
    """One opening tag: where it stands, what it is called, what its attributes hold."""

    __slots__ = ("_attributes", "_raw", "end", "name", "start")

    def __init__(self, start: int, end: int, name: bytes, raw: bytes) -> None:
        self.start = start
        self.end = end
        self.name = name
        self._raw = raw
        self._attributes: dict[str, str] | None = None

    @property
    def attributes(self) -> dict[str, str]:
        """Return the attributes by small names, entities resolved; the first of a name counts."""
        if self._attributes is None:
            raw = self._raw.decode("utf-8", "replace")
            # The last one that is put in stays, so the first of a name is put in last.
            stated = reversed(_ATTRIBUTE.findall(raw))
            if "&" in raw:
                self._attributes = {name.lower(): html.unescape(one or two or bare) for name, one, two, bare in stated}
            else:
                self._attributes = {name.lower(): one or two or bare for name, one, two, bare in stated}
        return self._attributes


class Markup:
    """The bytes of a region and questions to them; offsets are those of the bytes."""

    def __init__(self, region: bytes) -> None:
        self.html = region
        self._tags: dict[int, Tag] = {}

    @cached_property
    def small(self) -> bytes:
        """Return the region in small letters, offset by offset the same."""
        return self.html.lower()

    def __contains__(self, word: bytes) -> bool:
        return holds(self.small, word)

    def tags_with(self, word: bytes, most: int) -> Iterator[Tag]:
        """Return the opening tags that hold the word, in the order of the page."""
        at = find(self.small, word)
        for _ in range(most):
            if at < 0:
                return
            tag = self.tag_around(at)
            if tag:
                yield tag
            at = find(self.small, word, max(tag.end if tag else 0, at + len(word)))

    def tag_around(self, at: int) -> Tag | None:
        """Return the opening tag inside which an offset lies; a value may hold what looks like tags."""
        before = at
        for _ in range(_TRIES):
            before = rfind(self.small, b"<", max(0, at - _LONGEST_TAG), before)
            if before < 0:
                return None
            tag = self._tags.get(before) or self._tag_from(before)
            if tag and before + len(tag.name) < at < tag.end:
                return tag
        return None

    def _tag_from(self, place: int) -> Tag | None:
        """Return the opening tag that begins at a place, remembered: several words of one tag are asked for."""
        name = _NAME.match(self.small, place)
        rest = _REST_OF_TAG.match(self.html, name.end()) if name else None
        if not name or not rest:
            return None
        self._tags[place] = Tag(place, rest.end(), name[1], self.html[name.end() : rest.end() - 1])
        return self._tags[place]

    def end_of(self, tag: Tag, most: int | None = None) -> int:
        """Return where the content of an element ends: at its own closing tag, or so many bytes on."""
        limit = len(self.html) if most is None else min(len(self.html), tag.end + most)
        if tag.name in VOID:
            return tag.end
        depth = 1
        for found in _pair(tag.name).finditer(self.small, tag.end, limit):
            closes = found[0][1] == _SLASH
            depth = 0 if not closes and tag.name in _ENDS_ITSELF else depth + (-1 if closes else 1)
            if not depth:
                return found.start()
        return limit

    def text_of(self, tag: Tag, most: int) -> str:
        """Return the text of an element in one line, looking at so many bytes of it at most."""
        inner = self.html[tag.end : self.end_of(tag, most)]
        text = (
            _INNER_TAG.sub(b" ", inner).decode("utf-8", "replace")
            if b"<" in inner
            else inner.decode("utf-8", "replace")
        )
        return " ".join((html.unescape(text) if "&" in text else text).split())

    def around(self, at: int, levels: int) -> Iterator[Tag]:
        """Return the elements an offset stands in, nearest first: what opens before it and does not close before it."""
        closed: list[bytes] = []
        nearest = b""
        place = at
        for _ in range(levels * 200):
            place = rfind(self.small, b"<", 0, place)
            if place < 0 or levels <= 0:
                return
            if self.small.startswith(b"</", place):
                closing = self.small[place + 2 : find(self.small, b">", place)].strip()
                # Most elements hold none of their own name: all that stands in them is passed at once.
                known = not closed and 0 < len(closing) <= _LONGEST_NAME
                opening = rfind(self.small, b"<" + closing, 0, place) if known else -1
                opened = _NAME.match(self.small, opening) if opening >= 0 else None
                if opened and opened[1] == closing and find(self.small, b"</" + closing, opening, place) < 0:
                    place = opening
                else:
                    closed.append(closing)
                continue
            name = _NAME.match(self.small, place)
            if not name or name[1] in VOID:
                continue
            if name[1] in closed:
                # What opened inside and was never closed ends where its parent does.
                del closed[len(closed) - 1 - closed[::-1].index(name[1]) :]
            elif not closed and not (name[1] == nearest and nearest in _ENDS_ITSELF):
                rest = _REST_OF_TAG.match(self.html, name.end())
                if rest and rest.end() <= at:
                    nearest, levels = name[1], levels - 1
                    yield Tag(place, rest.end(), nearest, self.html[name.end() : rest.end() - 1])
