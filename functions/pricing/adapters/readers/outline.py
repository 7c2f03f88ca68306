"""The elements of a page and what stands in what: made in one pass over its bytes, and in bounded time for any page.

A parser that mends a page as a browser does takes time that grows with the square of what was left open, and writes
some pages a thousand times as large as they came. An outline closes what a browser closes and moves nothing.
"""

from bisect import bisect_left, bisect_right

from pricing.adapters.readers.elements import Tag
from pricing.adapters.readers.nesting import UNSHOWN
from pricing.adapters.readers.tag_tree import TagTree


class Outline:
    """The elements of a page by number, in its order: each has a name, a parent, a place and its bytes."""

    def __init__(self, page: bytes) -> None:
        self.page = page
        self.small = page.lower()
        built = TagTree(self.small)
        self.names = built.names
        self.parents = built.parents
        self.places = built.places
        self.starts = built.starts
        self.inners = built.inners
        self.ends = built.ends
        self._last = built.last
        self._tags: dict[int, dict[str, str]] = {}

    def is_last(self, element: int) -> bool:
        """Whether no sibling follows an element."""
        return self._last[self.parents[element]] == element

    def attributes(self, element: int) -> dict[str, str]:
        """Return the attributes of an element by small names."""
        known = self._tags.get(element)
        if known is None:
            start, end, name = self.starts[element], self.inners[element], self.names[element]
            tag = Tag(start, end, name, self.page[start + 1 + len(name) : end - 1])
            known = self._tags[element] = tag.attributes
        return known

    def around(self, at: int) -> int | None:
        """Return the element whose opening tag holds an offset."""
        element = bisect_right(self.starts, at) - 1
        return element if element >= 0 and at < self.inners[element] else None

    def shown(self, element: int, most: int) -> list[tuple[int, int]] | None:
        """Return where an element's content stands, without scripts; None where it holds more than so many elements."""
        spans, at, end = [], self.inners[element], self.ends[element]
        behind = bisect_left(self.starts, end, element + 1)
        if behind - element > most:
            return None
        for inside in range(element + 1, behind):
            if self.names[inside] in UNSHOWN:
                spans.append((at, self.starts[inside]))
                at = self.ends[inside]
        return [*spans, (at, end)]
