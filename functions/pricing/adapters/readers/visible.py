"""The short texts a page shows, taken from its bytes without building a tree."""

import html
import re
from decimal import Decimal

_TEXT = re.compile(r">\s*([^<>\s][^<>]{1,160})<")
_STRUCK = re.compile(
    rb"<(?:del|s|strike)[ >]|line-through|strik|barred|[\s\"'_-](?:old|was|original|regular|list|compare)[\s\"'_-]"
)
_GROUP = rb"(?:[.,' ]|\xc2\xa0|\xe2\x80\xaf|&nbsp;|&#160;)?"
_AROUND = 400


def visible_texts(region: bytes) -> list[str]:
    """Return the texts between tags, in order, without those that are blank."""
    found = _TEXT.findall(region.decode("utf-8", "replace"))
    return [html.unescape(text).strip() if "&" in text else text.rstrip() for text in found]


def shows_price(region: bytes, amount: Decimal) -> bool:
    """Return whether the page shows this amount in some notation, with nothing struck beside it."""
    found = next((m for m in _notation(amount).finditer(region)), None)
    if found is None:
        return False
    return not _STRUCK.search(region, max(0, found.start() - _AROUND), found.end() + _AROUND)


def _notation(amount: Decimal) -> re.Pattern[bytes]:
    whole, _, cents = f"{amount:.2f}".partition(".")
    grouped = _GROUP.join(part.encode() for part in f"{int(whole):,}".split(","))
    decimals = rb"(?:[.,]00)?" if cents == "00" else rb"[.,]" + cents.encode()
    return re.compile(rb"(?<![\d.,\"'=:])" + grouped + decimals + rb"(?![\d\"'%]|[.,]\d)")
