"""A page as UTF-8 bytes, and the slice of it that speaks about the product."""

import re
from collections.abc import Iterator
from functools import cached_property

_META_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_.:-]{2,30})", re.IGNORECASE)
_HEADER_CHARSET = re.compile(r"charset\s*=\s*[\"']?([A-Za-z0-9_.:-]{2,30})", re.IGNORECASE)
_LONGEST_LETTER = 4
_CONTINUATIONS = bytes(range(0x80, 0xC0))
_CHUNK = 32_768
_UTF_8 = frozenset({"utf-8", "utf8"})
_PRICE_MARK = b'itemprop="price"'
_UNSEEN = re.compile(rb"<(?:script|style|svg|noscript|!--)")
_CLOSING = {
    b"<script": b"</script>", b"<style": b"</style>", b"<svg": b"</svg>", b"<noscript": b"</noscript>", b"<!--": b"-->",
}  # fmt: skip
_VALUE = re.compile(rb"=[\"']?([^\"'<>]{2,160})")
_BEFORE_HEADING = 4_000
_AFTER_HEADING = 12_000
_WIDE = 64_000
_FAR_PRICE = 100_000
_AFTER_PRICE = 12_000
_HEAD_OF_CHARSET = 4_096
# Labels that servers and editors use for what browsers read as Windows code pages.
_AS_BROWSERS_DO = {
    "iso-8859-1": "cp1252", "latin1": "cp1252", "latin-1": "cp1252", "ascii": "cp1252", "us-ascii": "cp1252",
    "gb2312": "gb18030", "gbk": "gb18030", "shift_jis": "cp932", "windows-31j": "cp932", "big5": "big5hkscs",
    "ks_c_5601-1987": "cp949", "euc-kr": "cp949", "tis-620": "cp874",
}  # fmt: skip


def utf8_page(page: bytes, content_type: str | None) -> bytes:
    """Return the page as UTF-8: what it is written in decides, what it claims only where that is open."""
    if page.startswith((b"\xff\xfe", b"\xfe\xff")):
        return page.decode("utf-16", "replace").encode()
    names = _declared(page, content_type)
    if names and _UTF_8.issuperset(names):
        return page
    if _is_utf_8(page):
        return page
    # The server's word first, then the page's own; one that the bytes have just disproved counts for nothing.
    name = next((name for name in names if name not in _UTF_8), "cp1252")
    return _decoded(page, _AS_BROWSERS_DO.get(name, name)).encode()


def _is_utf_8(page: bytes) -> bool:
    """Return whether the first letters beyond ASCII are UTF-8; no other charset writes a run of them by chance."""
    for at in range(0, len(page), _CHUNK):
        chunk = page[at : at + _CHUNK]
        if not chunk.isascii():
            return _decodes(chunk.lstrip(_CONTINUATIONS) if at else chunk)
    return True


def _decodes(chunk: bytes) -> bool:
    try:
        chunk.decode()
    except UnicodeDecodeError as error:
        return error.start >= len(chunk) - _LONGEST_LETTER
    return True


def _declared(page: bytes, content_type: str | None) -> list[str]:
    header = _HEADER_CHARSET.search(content_type or "")
    meta = _META_CHARSET.search(page, 0, _HEAD_OF_CHARSET) if b"charset" in page[:_HEAD_OF_CHARSET].lower() else None
    return [name.lower() for name in (header and header[1], meta and meta[1].decode("ascii")) if name]


def _decoded(page: bytes, charset: str) -> str:
    try:
        return page.decode(charset, "replace")
    except LookupError:
        return page.decode("cp1252", "replace")


def _shown(page: bytes, start: int, most: int) -> bytes:
    """Return so many bytes from there on, leaving out what no reader shows: scripts, styles, drawings, comments."""
    kept, at, left = [], start, most
    while left > 0 and at < len(page):
        match = _UNSEEN.search(page, at, at + left)
        stop = match.start() if match else at + left
        kept.append(page[at:stop])
        if not match:
            break
        closing = _CLOSING[match[0]]
        end = page.find(closing, match.end())
        at, left = len(page) if end < 0 else end + len(closing), left - (stop - at)
    return b"".join(kept)


class AttributeValues:
    """What the attributes of a region hold, in small letters; collected when first asked, which few pages need."""

    def __init__(self, region: bytes) -> None:
        self._region = region

    @cached_property
    def text(self) -> bytes:
        """Return all values, with blanks between them."""
        return b" ".join(_VALUE.findall(self._region)).lower()

    def __contains__(self, word: bytes) -> bool:
        return word in self.text


def body_of(page: bytes) -> int:
    """Return where the body starts; a page without one is all body."""
    return max(page.find(b"<body"), 0)


def product_regions(page: bytes, body: int) -> Iterator[tuple[bytes, bool]]:
    """Cut out what stands around the heading and the first price: closely, then widely; say which is the last."""
    # Longer needles are found faster, and nearly every page has this one.
    closing = page.find(b"</h1>", body)
    closing = page.find(b"</h1", body) if closing < 0 else closing
    heading = page.rfind(b"<h1", body, closing) if closing >= 0 else page.find(b"<h1", body)
    since = max(heading - _BEFORE_HEADING, body)
    price = page.find(_PRICE_MARK, since, len(page) if heading < 0 else since + _FAR_PRICE)
    if heading < 0 and price < 0:
        yield _shown(page, body, len(page)), True
        return
    first = min(at for at in (heading, price) if at >= 0)
    start = max(page.rfind(b"<", body, max(body, first - _BEFORE_HEADING) + 1), 0)
    needed = max(first + _AFTER_HEADING, price + _AFTER_PRICE) - start
    yield _shown(page, start, needed), start + needed >= len(page)
    yield _shown(page, start, max(needed, _WIDE)), True
