"""Read the files that name a site's pages: site maps (XML, gzipped or plain text) and lists of products (HTML).

A site map is read by the places of its addresses, in one pass whatever stands between them: a broken map still names
pages, there are no entities to expand, and a hostile one costs what its length does.
"""

import html
import re
import zlib
from collections.abc import Iterator
from urllib.parse import urljoin

from selectolax.lexbor import LexborHTMLParser, LexborNode

from pricing.adapters.readers.page_bytes import utf8_page
from pricing.domain.site import NamedPage, SiteFile

# A map may have 50 MB by the protocol; what a small function can take of it names most of its pages.
LARGEST = 20_000_000
# A tree takes some eighty times what its page does.
LARGEST_LIST = 2_000_000
MOST_ENTRIES = 50_000
_GZIP = b"\x1f\x8b"
_MAP = re.compile(rb"<(?:\w{1,20}:)?(urlset|sitemapindex)\b")
# Not the address of a picture or a film of the page.
_LOC = re.compile(
    rb"<(?!(?:image|video|news):)(?:\w{1,20}:)?loc\s{0,20}>\s{0,200}(?:<!\[CDATA\[)?\s{0,200}([^<\]\s]{1,3000})"
)
_MODIFIED = re.compile(rb"<(?:\w{1,20}:)?lastmod\s{0,20}>\s{0,200}([0-9TZ:.+-]{4,40})\s{0,200}<")
_HEAD = 4_000
_ENTRY = 2_000
_LINE = re.compile(r"https?://\S{1,2048}")
# A product stands in a link that leads below the list and says something; navigation stands in these.
_NOT_LISTED = {"nav", "header", "footer", "aside", "form", "select"}
_BLOCKS = {"body", "html", "main", "ul", "ol", "table"}
_ASSET = re.compile(r"\.(?:jpe?g|png|gif|webp|svg|css|js|pdf|zip|xml|ico)(?:$|\?)", re.IGNORECASE)
_PRICE = re.compile(r"[$€£¥₹]|\d[.,]\d\d\b|\b(?:USD|EUR|GBP|PLN|CZK|SEK|NOK|DKK|CHF|kr|zł|Kč|lei|Ft)\b")
_MOST_LINKS = 2_000
_LONGEST_TITLE = 300
_LONGEST_CARD = 600
_DEEPEST = 40
# So much text is looked through for prices, however the blocks of a page hold each other.
_MOST_TEXT = 5_000_000


def read_site_file(body: bytes, url: str, content_type: str | None) -> SiteFile:
    """Return the pages that a file names, and further files to read; a file of another kind names none."""
    content, whole = _unpacked(body)
    if content is None:
        return SiteFile(problem="is packed in a way that cannot be read")
    problem = "" if whole else f"has more than {LARGEST // 1_000_000} MB; its beginning was read"
    if kind := _MAP.search(content, 0, _HEAD):
        return _site_map(content, url, is_index=kind[1] == b"sitemapindex", problem=problem)
    if "html" in (content_type or "").lower() or b"<html" in content[:_HEAD].lower():
        if len(content) > LARGEST_LIST:
            return SiteFile(problem=f"is a page of more than {LARGEST_LIST // 1_000_000} MB, which no list is")
        return _ProductList(LexborHTMLParser(utf8_page(content, content_type)), url).read()
    lines = (line.strip() for line in content.decode("utf-8", "replace").splitlines())
    pages = tuple(NamedPage(line) for line in lines if _LINE.fullmatch(line))[:MOST_ENTRIES]
    return SiteFile(pages=pages, problem=problem) if pages else SiteFile(problem="is neither a site map nor a page")


def site_maps_of(robots: bytes) -> list[str]:
    """The site maps that a robots.txt names."""
    lines = robots.decode("utf-8", "replace").lstrip("\ufeff").splitlines()
    named = [line.partition(":") for line in lines]
    return list(
        dict.fromkeys(rest.strip() for word, _, rest in named if word.strip().lower() == "sitemap" and rest.strip())
    )


def _unpacked(body: bytes) -> tuple[bytes | None, bool]:
    """The content of a file as far as it is taken, and whether that is all of it."""
    if not body.startswith(_GZIP):
        return body[:LARGEST], len(body) <= LARGEST
    unpacking = zlib.decompressobj(16 + zlib.MAX_WBITS)
    try:
        content = unpacking.decompress(body, LARGEST)
    except zlib.error:
        return None, False
    return content, not unpacking.unconsumed_tail


def _site_map(content: bytes, url: str, *, is_index: bool, problem: str) -> SiteFile:
    pages: list[NamedPage] = []
    more: list[str] = []
    at = 0
    while len(pages) + len(more) < MOST_ENTRIES and (found := _LOC.search(content, at)):
        at = found.end()
        place = urljoin(url, html.unescape(found[1].decode("utf-8", "replace")))
        if is_index:
            more.append(place)
            continue
        following = content.find(b"<loc", at, at + _ENTRY)
        modified = _MODIFIED.search(content, at, following if following >= 0 else at + _ENTRY)
        pages.append(NamedPage(place, modified=modified[1].decode() if modified else None))
    return SiteFile(pages=tuple(pages), more=tuple(more), problem=problem)


class _ProductList:
    """The links of a page that look like products: those beside a price, or else all that say something."""

    def __init__(self, tree: LexborHTMLParser, url: str) -> None:
        base = tree.css_first("base[href]")
        self._tree = tree
        self._root = urljoin(url, (base.attributes.get("href") or "") if base else "")
        self._left = _MOST_TEXT
        self._verdicts: dict[int, bool | None] = {}

    def read(self) -> SiteFile:
        links = list(self._links())
        beside_prices = [page for page, priced in links if priced]
        pages = beside_prices or [page for page, _ in links]
        following = self._tree.css_first('link[rel="next"][href], a[rel="next"][href]')
        more = (urljoin(self._root, following.attributes.get("href") or ""),) if following else ()
        return SiteFile(pages=tuple({page.url: page for page in reversed(pages)}.values())[::-1], more=more)

    def _links(self) -> Iterator[tuple[NamedPage, bool]]:
        for node in self._tree.css("a[href]")[:_MOST_LINKS]:
            place = urljoin(self._root, (node.attributes.get("href") or "").strip()).partition("#")[0]
            if not place.startswith(("http://", "https://")) or _ASSET.search(place) or _is_navigation(node):
                continue
            title = self._title(node)
            if title:
                yield NamedPage(place, title=title[:_LONGEST_TITLE]), self._shows_price(node)

    def _title(self, node: LexborNode) -> str:
        if self._left <= 0:
            return (node.attributes.get("title") or "").strip()
        text = node.text(separator=" ")
        self._left -= len(text)
        return " ".join(text[: 2 * _LONGEST_TITLE].split()) or (node.attributes.get("title") or "").strip()

    def _shows_price(self, node: LexborNode) -> bool:
        """Whether a price stands in the link or in the small block around it."""
        block: LexborNode | None = node
        for _ in range(3):
            if block is None or block.tag in _BLOCKS:
                return False
            verdict = self._verdict(block)
            if verdict is not False:
                return verdict is True
            block = block.parent
        return False

    def _verdict(self, block: LexborNode) -> bool | None:
        """Whether a block shows a price; None when it is no card but a whole part of the page."""
        name = block.mem_id
        if name not in self._verdicts:
            if self._left <= 0:
                return None
            text = block.text(separator=" ")
            self._left -= len(text)
            self._verdicts[name] = None if len(text) >= _LONGEST_CARD else _PRICE.search(text) is not None
        return self._verdicts[name]


def _is_navigation(node: LexborNode) -> bool:
    above: LexborNode | None = node
    for _ in range(_DEEPEST):
        if above is None:
            return False
        if above.tag in _NOT_LISTED:
            return True
        above = above.parent
    return False
