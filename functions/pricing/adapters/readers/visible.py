"""The short texts a page shows, and whether a price is among them."""

import html
import re
from decimal import Decimal

from selectolax.lexbor import LexborHTMLParser

_TAG = re.compile(rb"<[^<>]*>")
_LONGEST = 160
_STRUCK = re.compile(
    rb"<(?:del|s|strike)[ >]|line-through|strik|barred|[\s\"'_-](?:old|was|original|regular|list|compare)[\s\"'_-]"
)
_MARKS = (b",", b".", b"", b" ", b"\xc2\xa0", b"'", b"\xe2\x80\xaf", b"&nbsp;", b"&#160;", b"\xe2\x80\x99")
_TAIL = re.compile(rb"(?:[.,](\d\d))?(?![\d\"'%]|[.,]\d)")
_INSIDE = b"0123456789.,\"'=:"
_AROUND = 400
_MOST_PLACES = 200


def texts_of(region: bytes) -> list[str]:
    """Return the texts between tags, in order, without those that are blank or long."""
    texts = _TAG.sub(b"\0", region).decode("utf-8", "replace")
    return _short((html.unescape(texts) if "&" in texts else texts).split("\0"))


def text_in(tree: LexborHTMLParser) -> str:
    """Return all text of a region of which there is a tree already, with a mark where an element ends."""
    return tree.body.text(deep=True, separator="\0") if tree.body else ""


def texts_in(text: str) -> list[str]:
    """Return the same as texts_of, of such a text."""
    return _short(text.split("\0"))


def _short(texts: list[str]) -> list[str]:
    return [text for part in texts if (text := part.strip()) and len(text) <= _LONGEST]


def shows_price(region: bytes, amount: Decimal) -> bool:
    """Return whether the page shows this amount in some notation, with nothing struck beside it."""
    whole, _, cents = f"{amount:.2f}".partition(".")
    groups = f"{int(whole):,}".encode().split(b",")
    for mark in _MARKS if len(groups) > 1 else (b"",):
        if (at := _place_of(region, mark.join(groups), cents.encode())) >= 0:
            return not _STRUCK.search(region, max(0, at - _AROUND), at + _AROUND)
    return False


def _place_of(region: bytes, digits: bytes, cents: bytes) -> int:
    """Return where a number stands that starts with these digits and ends with these cents, or -1."""
    at = region.find(digits)
    for _ in range(_MOST_PLACES):
        if at < 0:
            return -1
        tail = _TAIL.match(region, at + len(digits))
        if tail and (tail[1] or b"00") == cents and (at == 0 or region[at - 1] not in _INSIDE):
            return at
        at = region.find(digits, at + 1)
    return -1
