"""A page as UTF-8 bytes, and the slice of it that speaks about the product."""

import re

_META_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_.:-]{2,30})", re.IGNORECASE)
_HEADER_CHARSET = re.compile(r"charset\s*=\s*[\"']?([A-Za-z0-9_.:-]{2,30})", re.IGNORECASE)
_LONGEST_LETTER = 4
_UTF_8 = frozenset({"utf-8", "utf8"})
_PRICE_MARK = b'itemprop="price"'
_UNSEEN = re.compile(rb"<(?:script|style|svg|noscript|!--)")
_CLOSING = {
    b"<script": b"</script>", b"<style": b"</style>", b"<svg": b"</svg>", b"<noscript": b"</noscript>", b"<!--": b"-->",
}  # fmt: skip
_HEAD_START = 8_000
_REGION = 130_000
_AFTER_PRICE = 12_000
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
    try:
        page.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start >= len(page) - _LONGEST_LETTER:
            return page
        # The server's word first, then the page's own; one that the bytes have just disproved counts for nothing.
        declared = next((name for name in _declared(page, content_type) if name not in _UTF_8), None)
        if declared is None and any(_declared(page, content_type)):
            return page
        name = declared or "cp1252"
        return _decoded(page, _AS_BROWSERS_DO.get(name, name)).encode()
    return page


def _declared(page: bytes, content_type: str | None) -> list[str]:
    header = _HEADER_CHARSET.search(content_type or "")
    meta = _META_CHARSET.search(page[:4096])
    return [name.lower() for name in (header and header[1], meta and meta[1].decode("ascii")) if name]


def _decoded(page: bytes, charset: str) -> str:
    try:
        return page.decode(charset, "replace")
    except LookupError:
        return page.decode("cp1252", "replace")


def without_scripts(page: bytes) -> bytes:
    """Leave out what no reader shows: scripts, styles, drawings, comments."""
    kept, at = [], 0
    for match in _UNSEEN.finditer(page):
        if match.start() < at:
            continue
        kept.append(page[at : match.start()])
        closing = _CLOSING[match[0]]
        end = page.find(closing, match.end())
        at = len(page) if end < 0 else end + len(closing)
    kept.append(page[at:])
    return b"".join(kept)


def product_region(page: bytes) -> bytes:
    """Cut out the part of the page around its heading and first price, where the offer is said."""
    body = max(page.find(b"<body"), 0)
    heading = page.find(b"<h1", body)
    price = page.find(_PRICE_MARK, max(heading - _HEAD_START, body))
    if heading < 0 and price < 0:
        return page[body:]
    first = min(at for at in (heading, price) if at >= 0)
    start = max(page.rfind(b"<", body, max(body, first - _HEAD_START) + 1), 0)
    end = max(start + _REGION, min(price, start + 3 * _REGION) + _AFTER_PRICE)
    return page[start:end]
