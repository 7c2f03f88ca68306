"""Tag after tag of a page put into one another; how far it is looked at is bounded by elements, levels and steps."""

import re
from collections import defaultdict

from pricing.adapters.readers.elements import VOID
from pricing.adapters.readers.nesting import (
    BLOCKS,
    ENDS,
    HEAD,
    HEADINGS,
    HTML,
    IN_TABLES,
    OF_HEAD,
    OF_TABLE,
    ONCE,
    ROWS,
    UNREAD,
    WALLS,
)

MOST_ELEMENTS = 100_000
_MOST_STEPS = 500_000
_DEEPEST = 512
_TAG = re.compile(
    rb"<(/?)([a-z][^\s/>]*+)((?:[^>\"'=]++|=\s*+(?:\"[^\"]*+\"|'[^']*+')?+|[\"'])*+)>",
)
_LETTER = re.compile(rb"/?[a-z]")
_NOWHERE = -1


class TagTree:
    """The elements of a page in small letters, by number: their names, parents, places among siblings, and offsets."""

    def __init__(self, small: bytes) -> None:
        self.names: list[bytes] = []
        self.parents: list[int] = []
        self.places: list[int] = []
        self.starts: list[int] = []
        self.inners: list[int] = []
        self.ends: list[int] = []
        self.last: dict[int, int] = {}
        self._small = small
        self._stack: list[int] = []
        self._open: defaultdict[bytes, int] = defaultdict(int)
        self._left_out: defaultdict[bytes, int] = defaultdict(int)
        self._steps = 0
        end = self._build()
        self._cut(0, end)

    def _build(self) -> int:
        """Take in tag after tag; returns where the page ends, or what is looked at of it."""
        small, at = self._small, self._small.find(b"<")
        while at >= 0 and len(self.names) < MOST_ELEMENTS and self._steps < _MOST_STEPS:
            self._steps += 1
            tag = _TAG.match(small, at)
            if tag is None:
                if _LETTER.match(small, at + 1):
                    return at
                after = self._behind_remark(at)
            elif tag[1]:
                after = tag.end()
                self._close(tag[2], at)
            else:
                after = self._opened(tag)
            if after < 0:
                return len(small)
            at = small.find(b"<", after)
        return at if at >= 0 else len(small)

    def _behind_remark(self, at: int) -> int:
        """Return where the page goes on behind a remark, or a sign that is no tag; -1 where a remark never ends."""
        if self._small.startswith(b"<!--", at):
            end = self._small.find(b"-->", at + 2)
            return end + 3 if end >= 0 else _NOWHERE
        if self._small.startswith((b"<!", b"<?", b"</"), at):
            end = self._small.find(b">", at)
            return end + 1 if end >= 0 else _NOWHERE
        return at + 1

    def _opened(self, tag: re.Match[bytes]) -> int:
        """Take in an opening tag; returns where the page goes on, behind the text of a script."""
        name, start, inner = tag[2], tag.start(), tag.end()
        if name in ONCE and self._open[name]:
            return inner
        self._make_room(name, start)
        element = self._add(name, start, inner)
        if name in UNREAD:
            end = self._small.find(b"</" + name, inner)
            self.ends[element] = end if end >= 0 else len(self._small)
            return end if end >= 0 else _NOWHERE
        foreign = tag[3].endswith(b"/") and (self._open[b"svg"] or self._open[b"math"])
        if name not in VOID and not foreign:
            self._push(element)
        return inner

    def _make_room(self, name: bytes, start: int) -> None:
        """End what an opening tag ends, and open what it needs, as a browser does."""
        if not self._open[b"body"]:
            self._begin(name, start)
        ends = ENDS.get(name)
        if ends is not None:
            self._end(*ends, start)
        if name in HEADINGS and self.names[self._stack[-1]] in HEADINGS:
            self._cut(len(self._stack) - 1, start)
        if name in IN_TABLES:
            top = self.names[self._stack[-1]]
            if top == b"table":
                self._push(self._add(b"tbody", start, start))
            if name != b"tr" and (top == b"table" or top in ROWS):
                self._push(self._add(b"tr", start, start))

    def _begin(self, name: bytes, start: int) -> None:
        """Open the page's own elements, which many pages leave out."""
        if not self._stack and name != b"html":
            self._push(self._add(b"html", start, start))
        if name in {b"html", b"head"}:
            return
        if name not in OF_HEAD:
            self._end(HEAD, HTML, start)
            if name != b"body":
                self._push(self._add(b"body", start, start))
        elif len(self._stack) == 1 and self._stack[0] == len(self.names) - 1:
            self._push(self._add(b"head", start, start))

    def _add(self, name: bytes, start: int, inner: int) -> int:
        element = len(self.names)
        parent = self._stack[-1] if self._stack else _NOWHERE
        before = self.last.get(parent)
        self.last[parent] = element
        self.names.append(name)
        self.parents.append(parent)
        self.places.append(1 if before is None else self.places[before] + 1)
        self.starts.append(start)
        self.inners.append(inner)
        self.ends.append(inner)
        return element

    def _push(self, element: int) -> None:
        if len(self._stack) < _DEEPEST:
            self._stack.append(element)
            self._open[self.names[element]] += 1
        else:
            self._left_out[self.names[element]] += 1

    def _close(self, name: bytes, at: int) -> None:
        if self._stack and self.names[self._stack[-1]] == name and name not in ONCE and not self._left_out:
            self.ends[self._stack.pop()] = at
            self._open[name] -= 1
        elif self._left_out.get(name):
            self._left_out[name] -= 1
        elif name in OF_TABLE:
            self._end(frozenset([name]), frozenset([b"table"]) - {name}, at, nearest=True)
        elif name not in ONCE:
            walls = WALLS if name in BLOCKS or name in WALLS else BLOCKS | WALLS
            names = HEADINGS if name in HEADINGS else frozenset([name])
            if not self._end(names, walls, at, nearest=True) and name == b"p" and self._stack:
                self._add(name, at, at)

    def _end(self, names: frozenset[bytes], walls: frozenset[bytes], at: int, *, nearest: bool = False) -> bool:
        """End the outermost (or nearest) open element of these names before the next wall, and all in it, if any."""
        for name in names:
            if self._open[name]:
                break
        else:
            return False
        found = None
        for level in range(len(self._stack) - 1, -1, -1):
            self._steps += 1
            name = self.names[self._stack[level]]
            if name in names:
                found = level
                if nearest:
                    break
            elif name in walls:
                break
        if found is not None:
            self._cut(found, at)
        return found is not None

    def _cut(self, level: int, at: int) -> None:
        """End the elements that are open from a level on."""
        for element in self._stack[level:]:
            self.ends[element] = at
            self._open[self.names[element]] -= 1
        del self._stack[level:]
