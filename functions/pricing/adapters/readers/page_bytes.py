"""A page as UTF-8 bytes, and the slice of it that speaks about the product."""

import re
from collections.abc import Iterator

from pricing.adapters.readers.finding import find, rfind
from pricing.adapters.readers.region import Region

_META_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([a-z0-9_.:-]{2,30})")
_HEADER_CHARSET = re.compile(r"charset\s*=\s*[\"']?([A-Za-z0-9_.:-]{2,30})", re.IGNORECASE)
_LONGEST_LETTER = 4
_CONTINUATIONS = bytes(range(0x80, 0xC0))
_CHUNK = 32_768
_UTF_8 = frozenset({"utf-8", "utf8"})
_PRICE_MARK = b'itemprop="price"'
# The letters that may follow stand first, and in both cases: an engine skips what cannot begin here.
_UNSEEN = re.compile(rb"<(?=[!sSnNtT])(?:!|(?:[sS](?i:cript|tyle|vg)|[nN](?i:oscript)|[tT](?i:emplate))(?=[\s>/]))")
_BEFORE_HEADING = 4_000
_AFTER_HEADING = 12_000
_WIDE = 64_000
_FAR_PRICE = 100_000
_AFTER_PRICE = 12_000
_HEAD_OF_CHARSET = 4_096
_CAPITALS = 2_000
_MOST_HEADINGS = 20
_LONGEST_SCRIPT = 60_000
_MOST_SHOWN = 400_000
_NEEDLE = 24
_SHORTEST_NEEDLE = 8
_LONGEST_TAG = 400
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
    name = next((name for name in names if name not in _UTF_8 and not _is_denied(name, page)), "cp1252")
    return _decoded(page, _AS_BROWSERS_DO.get(name, name)).encode()


def _is_denied(name: str, page: bytes) -> bool:
    """Return whether the bytes disprove a charset: one of two or four bytes a letter writes markup with zeros."""
    return name.startswith(("utf-16", "utf-32", "ucs-2", "ucs-4")) and b"\x00" not in page[:_HEAD_OF_CHARSET]


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
    head = page[:_HEAD_OF_CHARSET].lower()
    meta = _META_CHARSET.search(head) if b"charset" in head else None
    return [name.lower() for name in (header and header[1], meta and meta[1].decode("ascii")) if name]


def _decoded(page: bytes, charset: str) -> str:
    try:
        return page.decode(charset, "replace")
    except LookupError:
        return page.decode("cp1252", "replace")


def _shown(page: bytes, start: int, most: int, until: int) -> tuple[bytes, int]:
    """Return so many bytes up to there without what no reader shows, and where the page goes on behind them."""
    kept, at, left = [], start, most
    while left > 0 and at < until:
        end = min(at + left, until)
        match = _UNSEEN.search(page, at, end)
        stop = match.start() if match else end
        kept.append(page[at:stop])
        if not match:
            at = stop
            break
        at, left = _closed(page, match), left - (stop - at)
    return b"".join(kept), min(at, len(page))


def _closed(page: bytes, opening: re.Match[bytes]) -> int:
    """Return where something unseen ends; what nobody closes runs on to the end of the page."""
    start = opening.end()
    remark = b"-->" if page.startswith(b"--", start) else b">"
    closing = remark if opening[0] == b"<!" else b"</" + opening[0][1:]
    end = find(page, closing, start)
    if end < 0 and closing[:1] == b"<":
        other = re.compile(re.escape(closing), re.IGNORECASE).search(page, start)
        end = other.start() if other else -1
    end = find(page, b">", end) if end >= 0 else -1
    return len(page) if end < 0 else end + 1


def product_regions(page: bytes, name: str | None = None) -> Iterator[Region]:
    """Cut out what stands around the heading and the first price: closely, then widely.

    The name is what the page calls its article: a heading that holds it is the article's, and is found faster than any.
    """
    sought = page.lower() if b"<HEAD" in page[:_CAPITALS] or b"<HTML" in page[:_CAPITALS] else page
    heading = _named_heading(page, name.encode() if name else _title(page))
    if heading < 0:
        heading = _heading(sought)
    since = max(heading - _BEFORE_HEADING, 0)
    price = find(sought, _PRICE_MARK, since, len(page) if heading < 0 else since + _FAR_PRICE)
    if heading < 0 and price < 0:
        heading = _unclosed_heading(sought)
    if heading < 0 and price < 0:
        shown, end = _shown(page, max(find(sought, b"<body"), 0), _MOST_SHOWN, len(page))
        yield Region(shown, last=True, end=end)
        return
    first = min(at for at in (heading, price) if at >= 0)
    start = _start(sought, first)
    needed = first + _AFTER_HEADING - start
    before, end = _shown(page, start, len(page), price) if price > first else (b"", start)
    closely = max(needed - len(before), _AFTER_PRICE if price >= 0 else 0)
    for most, last in ((closely, False), (max(closely, _WIDE - len(before)), True)):
        shown, behind = _shown(page, end, most, len(page))
        yield Region(before + shown, last=last or behind >= len(page), end=behind)


def _title(page: bytes) -> bytes:
    """Return how the page's title begins, before the name of the shop."""
    start = find(page, b">", find(page, b"<title", 0, _FAR_PRICE)) + 1
    return page[start : start + _LONGEST_TAG].split(b"<")[0].split(b" | ")[0].strip()


def _named_heading(page: bytes, name: bytes) -> int:
    """Return where the first heading opens that holds the beginning of a name, or -1."""
    needle = name[:_NEEDLE]
    at = find(page, needle) if len(needle) >= _SHORTEST_NEEDLE else -1
    for _ in range(_MOST_HEADINGS):
        if at < 0:
            break
        opens = rfind(page, b"<h1", max(0, at - _LONGEST_TAG), at)
        if opens >= 0 and find(page, b"</h1", opens, at) < 0 and _end_of_script(page, at, at + _LONGEST_SCRIPT) < 0:
            return opens
        at = find(page, needle, at + len(needle))
    return -1


def _heading(page: bytes) -> int:
    """Return where the first heading opens that no script holds, or -1."""
    # Longer needles are found faster, and nearly every page has this one.
    closing = find(page, b"</h1>")
    for _ in range(_MOST_HEADINGS):
        if closing < 0:
            break
        if (end := _end_of_script(page, closing, closing + _LONGEST_SCRIPT)) < 0:
            return rfind(page, b"<h1", 0, closing)
        closing = find(page, b"</h1>", end)
    return -1


def _unclosed_heading(page: bytes) -> int:
    at = find(page, b"<h1")
    return at if at >= 0 and _end_of_script(page, at, at + _LONGEST_SCRIPT) < 0 else -1


def _end_of_script(page: bytes, at: int, until: int) -> int:
    """Return where the script ends that an offset lies in, or -1 where it lies in none."""
    closing = find(page, b"</script", at, until)
    return -1 if closing < 0 or find(page, b"<script", at, closing) >= 0 else closing


def _start(page: bytes, first: int) -> int:
    body = find(page, b"<body", max(first - _BEFORE_HEADING, 0), first)
    start = body if body >= 0 else max(rfind(page, b"<", 0, max(0, first - _BEFORE_HEADING) + 1), 0)
    return max(start, _end_of_script(page, start, first))
