"""Find the JSON-LD blocks of a page in its bytes, and parse them even where they are a little broken."""

import re
from collections.abc import Iterator

import orjson

from pricing.adapters.readers.finding import find, holds, rfind

_MARKER = b"application/ld+json"
_SPEAKS_OF_PRODUCT = (b"roduct", b"offers", b"Offers", b"RODUCT")
_LONGEST_BLOCK = 3_000_000
_MOST_BLOCKS = 40
_BAD_ESCAPE = re.compile(rb"\\(?![\"\\/bfnrtu])")
_TRAILING_COMMA = re.compile(rb",(\s*[}\]])")
_CONTROL = re.compile(rb"[\x00-\x1f]+")
_WRAPPER = re.compile(
    rb"^\s*(?:<!--|//\s*<!\[CDATA\[|<!\[CDATA\[|/\*\s*<!\[CDATA\[\s*\*/)|(?:-->|//\s*\]\]>|\]\]>|/\*\s*\]\]>\s*\*/)\s*;?\s*$"
)


def linked_documents(page: bytes) -> Iterator[object]:
    """Return each block that may speak of a product as parsed JSON; one beyond mending is None."""
    for block in _blocks(page):
        if any(holds(block, word) for word in _SPEAKS_OF_PRODUCT):
            yield _loaded(block)


def _blocks(page: bytes) -> Iterator[bytes]:
    at = 0
    for _ in range(_MOST_BLOCKS):
        marker = find(page, _MARKER, at)
        start = find(page, b">", marker) + 1
        if marker < 0 or not start:
            return
        end = find(page, b"</", start)
        # A description may hold markup; only the script's own end closes the block.
        while end >= 0 and page[end + 2 : end + 8].lower() != b"script":
            end = find(page, b"</", end + 2)
        at = end if end >= 0 else len(page)
        if rfind(page, b"<", max(0, marker - 300), marker) == _script_before(page, marker):
            yield page[start:at][:_LONGEST_BLOCK]


def _script_before(page: bytes, marker: int) -> int:
    return max(
        rfind(page, b"<script", max(0, marker - 300), marker), rfind(page, b"<SCRIPT", max(0, marker - 300), marker)
    )


def _loaded(block: bytes) -> object:
    try:
        return orjson.loads(block)
    except orjson.JSONDecodeError:
        return _mended(block)


def _mended(block: bytes) -> object:
    text = _CONTROL.sub(b" ", _WRAPPER.sub(b"", block))
    text = _TRAILING_COMMA.sub(rb"\1", _BAD_ESCAPE.sub(rb"\\\\", text)).strip().rstrip(b";")
    for candidate in (
        text,
        text.replace(b"&quot;", b'"').replace(b"&amp;", b"&"),
        text.decode("utf-8", "replace").encode(),
    ):
        try:
            return orjson.loads(candidate)
        except orjson.JSONDecodeError:
            continue
    return None
