"""Selectors followed on a page's outline, with an effort that is bounded whatever the selector and the page say."""

import re
from functools import lru_cache

from selectolax.lexbor import LexborHTMLParser

from pricing.adapters.readers.outline import Outline
from pricing.adapters.readers.plain_signals import visible_text
from pricing.domain.css import Told, alternatives

# Some microseconds each: a second or two is the most that a recipe takes on any page.
MOST_EFFORT = 400_000
_LONGEST_TEXT = 20_000
_MOST_TAGS = 400
_BYTES_A_STEP = 2_000
# What may stand in these is lost to a parser that does not know where it reads.
_STANDS_IN = {
    b"table": b"<table>", b"tbody": b"<table>", b"thead": b"<table>", b"tfoot": b"<table>", b"tr": b"<table><tr>",
    b"select": b"<select>", b"optgroup": b"<select>", b"datalist": b"<select>",
}  # fmt: skip


class TooMuch(Exception):
    """Following a recipe on this page takes longer than any page is worth."""


class TooLarge(Exception):
    """An element holds so much that it cannot be what a recipe means."""


class Followed:
    """One page on which a recipe is followed; all its selectors share what may be spent, and what was found."""

    def __init__(self, outline: Outline) -> None:
        self._outline = outline
        self._left = MOST_EFFORT
        self._with: dict[tuple[str, str], list[int]] = {}
        self._meant: dict[Told, set[int]] = {}

    def renew(self) -> None:
        """Let as much be spent from here on as a recipe may."""
        self._left = MOST_EFFORT

    def elements(self, css: str) -> list[int]:
        """Return the elements that a selector means, each once, in the order of the page; or raise `TooMuch`."""
        return sorted(set().union(*map(self._ends, alternatives(css))))

    def text(self, element: int) -> str:
        """Return what an element shows; `TooLarge` where it holds more than any field does."""
        outline = self._outline
        spans = outline.shown(element, _MOST_TAGS)
        if spans is None or sum(end - start for start, end in spans) > _LONGEST_TEXT:
            raise TooLarge
        inner = b"".join(outline.page[start:end] for start, end in spans)
        tags = inner.count(b"<")
        if tags > 2 * _MOST_TAGS:
            raise TooLarge
        # A parser may write as many elements as what is left open and what follows it multiply to.
        self._spend(10 + len(inner) // 100 + tags * tags // 4)
        tree = LexborHTMLParser(b"<!doctype html><body>" + _STANDS_IN.get(outline.names[element], b"") + inner)
        return visible_text(tree.body) if tree.body is not None else ""

    def attribute(self, element: int, name: str) -> str:
        """Return what an attribute of an element says, or nothing."""
        return self._attributes(element).get(name.lower(), "")[:_LONGEST_TEXT]

    def _ends(self, chain: tuple[Told, ...]) -> set[int]:
        """Return the elements that a chain ends at: what holds of an element's ancestors is asked of each once."""
        parents = self._outline.parents
        ends = self._all(chain[0])
        for told in chain[1:]:
            if not ends:
                break
            within: dict[int, bool] = dict.fromkeys(ends, True)
            found = self._all(told)
            self._spend(len(found))
            if told.directly:
                ends = {one for one in found if parents[one] in within}
            else:
                ends = {one for one in found if self._stands_in(parents[one], within)}
        return ends

    def _stands_in(self, element: int, within: dict[int, bool]) -> bool:
        passed = []
        while element >= 0 and element not in within:
            passed.append(element)
            element = self._outline.parents[element]
        known = within.get(element, False)
        within.update(dict.fromkeys(passed, known))
        self._spend(len(passed))
        return known

    def _all(self, told: Told) -> set[int]:
        found = self._meant.get(told)
        if found is None:
            found = self._meant[told] = {one for one in self._candidates(told) if self._is(one, told)}
        return found

    def _is(self, element: int, told: Told) -> bool:
        self._spend(1)
        outline = self._outline
        if told.tag is not None and outline.names[element] != told.tag.encode():
            return False
        for place in told.places:
            if not (outline.is_last(element) if place < 0 else outline.places[element] == place):
                return False
        if not (told.ids or told.classes or told.attributes):
            return True
        attributes = self._attributes(element)
        if any(attributes.get("id") != one for one in told.ids):
            return False
        classes = attributes.get("class", "").split() if told.classes else ()
        return all(one in classes for one in told.classes) and all(one.is_in(attributes) for one in told.attributes)

    def _attributes(self, element: int) -> dict[str, str]:
        outline = self._outline
        self._spend((outline.inners[element] - outline.starts[element]) // 100)
        return outline.attributes(element)

    def _candidates(self, told: Told) -> list[int]:
        """Return the elements that may be meant: those that hold the rarest thing that they are told by."""
        if told.ids:
            return self._holding("value", told.ids[0])
        if told.classes:
            return self._holding("value", told.classes[0])
        if told.attributes:
            return self._holding("name", told.attributes[0].name)
        return self._holding("tag", told.tag or "")

    def _holding(self, kind: str, word: str) -> list[int]:
        known = self._with.get((kind, word))
        if known is None:
            outline = self._outline
            self._spend(len(outline.page) // _BYTES_A_STEP + 1)
            if kind == "tag":
                name = word.encode()
                known = [one for one, other in enumerate(outline.names) if not name or other == name]
            else:
                page = outline.page if kind == "value" else outline.small
                known = self._hit(_pattern(kind, word), page)
            self._spend(len(known))
            self._with[kind, word] = known
        return known

    def _hit(self, pattern: re.Pattern[bytes], page: bytes) -> list[int]:
        found: dict[int, None] = {}
        for hit in pattern.finditer(page):
            self._spend(1)
            element = self._outline.around(hit.start())
            if element is not None:
                found[element] = None
        return list(found)

    def _spend(self, effort: int) -> None:
        self._left -= effort
        if self._left < 0:
            raise TooMuch


def followed_on(page: bytes) -> Followed:
    """Make a page in UTF-8 ready to follow recipes on it."""
    return Followed(Outline(page))


@lru_cache(maxsize=2_000)
def _pattern(kind: str, word: str) -> re.Pattern[bytes]:
    """Where a word stands as one of a value's words, or as the name of an attribute."""
    literal = re.escape(word.encode())
    # What stands before a word is looked at behind it: a search that begins with a literal is ten times as fast.
    if kind == "value":
        return re.compile(literal + rb"(?<![^\s\"'=]" + literal + rb")(?![^\s\"'>/])")
    return re.compile(literal + rb"(?<=[\s\"'/]" + literal + rb")(?=[\s=/>])")
