"""The part of a page that speaks about the product; what a reader asks of it is made when first asked."""

import html
import re
from functools import cached_property

from selectolax.lexbor import LexborHTMLParser

from pricing.adapters.readers.elements import Markup

GAP = "\0"
_TEXT = re.compile(rb">\s*+([^<>]++)")
LONGEST = 160


class Region(Markup):
    """Bytes without scripts, styles, templates and comments.

    `last` says that no wider look can follow, `end` where the page goes on behind them.
    """

    def __init__(self, region: bytes, *, last: bool, end: int = 0) -> None:
        super().__init__(region)
        self.last = last
        self.end = end

    @cached_property
    def texts(self) -> list[str]:
        """Return what stands between tags, piece by piece, without what is blank or long: facts are told in short."""
        shown = b"\0".join(_TEXT.findall(b">" + self.html)).decode("utf-8", "replace")
        pieces = (html.unescape(shown) if "&" in shown else shown).split(GAP)
        return [text for part in pieces if len(text := part.strip()) <= LONGEST and text]

    @cached_property
    def text(self) -> str:
        """Return the same pieces in one, with a mark between two."""
        return GAP.join(self.texts)

    @cached_property
    def folded(self) -> str:
        """Return the same text in folded case."""
        return self.text.casefold()

    @cached_property
    def said(self) -> bytes:
        """Return the folded text in UTF-8, in which phrases are found fastest."""
        return self.folded.encode("utf-8", "replace")

    @cached_property
    def words(self) -> frozenset[str]:
        """Return what stands alone in folded case, between two tags or up to a colon."""
        return frozenset(map(str.strip, self.folded.replace(":", GAP).replace("：", GAP).split(GAP)))

    @cached_property
    def tree(self) -> LexborHTMLParser:
        """Return the parsed region; few questions need it."""
        return LexborHTMLParser(self.html)
