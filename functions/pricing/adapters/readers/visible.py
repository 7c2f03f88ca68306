"""Whether a page shows a price: its digits in some notation, with nothing struck beside them."""

import re
from decimal import Decimal

from pricing.adapters.readers.finding import find, holds

_STRUCK_WORDS = (b"<del", b"<s>", b"<s ", b"strik", b"line-through", b"barred", b"old", b"was", b"original", b"regular",
                 b"list", b"compare")  # fmt: skip
_STRUCK = re.compile(
    rb"<(?:del|s|strike)(?=[ >])|line-through|strik|barred|[\s\"'_-](?:old|was|original|regular|list|compare)[\s\"'_-]"
)
# The rest of the tag, then a few short texts and tags, then a digit.
_NUMBER_BEHIND = re.compile(rb"[^<>]{0,400}>(?:[^<>\d]{0,24}<[^<>]{0,300}>){0,4}[^<>\d]{0,24}\d")
_MARKS = (b",", b".", b"", b" ", b"\xc2\xa0", b"'", b"\xe2\x80\xaf", b"&nbsp;", b"&#160;", b"\xe2\x80\x99")
_TAIL = re.compile(rb"(?:[.,](\d\d))?(?![\d\"'%]|[.,]\d)")
_INSIDE = b"0123456789.,\"'=:"
_AROUND = 400
_MOST_PLACES = 200


def shows_price(region: bytes, amount: Decimal) -> bool:
    """Return whether the page shows this amount in some notation, with nothing struck beside it."""
    whole, _, cents = f"{amount:.2f}".partition(".")
    groups = f"{int(whole):,}".encode().split(b",")
    for mark in _MARKS if len(groups) > 1 else (b"",):
        if (at := _place_of(region, mark.join(groups), cents.encode())) >= 0:
            return not _has_struck_price(region, max(0, at - _AROUND), at + _AROUND)
    return False


def _has_struck_price(region: bytes, start: int, end: int) -> bool:
    """Return whether something crossed out, or called old, holds a number."""
    near = region[start:end]
    # Most prices stand among no such word, and words are found faster than patterns.
    return any(holds(near, word) for word in _STRUCK_WORDS) and any(
        _NUMBER_BEHIND.match(region, mark.end()) for mark in _STRUCK.finditer(region, start, end)
    )


def _place_of(region: bytes, digits: bytes, cents: bytes) -> int:
    """Return where a number stands that starts with these digits and ends with these cents, or -1."""
    at = find(region, digits)
    for _ in range(_MOST_PLACES):
        if at < 0:
            return -1
        tail = _TAIL.match(region, at + len(digits))
        if tail and (tail[1] or b"00") == cents and (at == 0 or region[at - 1] not in _INSIDE):
            return at
        at = find(region, digits, at + 1)
    return -1
