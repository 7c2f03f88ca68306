"""Read the files that name a site's pages: site maps (XML, gzipped or plain text) and lists of products (HTML)."""

import html
import re
import zlib
from collections.abc import Iterator
from urllib.parse import urljoin

from selectolax.lexbor import LexborHTMLParser, LexborNode

from pricing.adapters.readers.page_bytes import utf8_page
from pricing.domain.site import NamedPage, SiteFile

# What the protocol allows of one file, unpacked.
LARGEST = 50_000_000
_GZIP = b"\x1f\x8b"
_ENTRY = re.compile(rb"<(?:\w+:)?(url|sitemap)\b[^>]{0,200}>(.*?)</(?:\w+:)?\1\s*>", re.DOTALL)
_LOC = re.compile(rb"<(?:\w+:)?loc\s*>\s*(?:<!\[CDATA\[)?\s*([^<\]]{1,3000})")
_MODIFIED = re.compile(rb"<(?:\w+:)?lastmod\s*>\s*([0-9TZ:.+-]{4,40})\s*<")
_XML = re.compile(rb"<(?:\w+:)?(?:urlset|sitemapindex)\b")
_LINE = re.compile(r"https?://\S{1,2048}")
# A product stands in a link that leads below the list and says something; navigation stands in these.
_NOT_LISTED = {"nav", "header", "footer", "aside", "form", "select"}
_ASSET = re.compile(r"\.(?:jpe?g|png|gif|webp|svg|css|js|pdf|zip|xml|ico)(?:$|\?)", re.IGNORECASE)
_PRICE = re.compile(r"[$€£¥₹]|\d[.,]\d\d\b|\b(?:USD|EUR|GBP|PLN|CZK|SEK|NOK|DKK|CHF|kr|zł|Kč|lei|Ft)\b")
_MOST_LINKS = 2_000
_LONGEST_TITLE = 300


def read_site_file(body: bytes, url: str, content_type: str | None) -> SiteFile:
    """Return the pages that a file names, and further files to read; a file of another kind names none."""
    content = _unpacked(body)
    if content is None:
        return SiteFile(problem="is packed in a way that cannot be read")
    if _XML.search(content, 0, 4_000):
        return _site_map(content, url)
    if "html" in (content_type or "").lower() or b"<html" in content[:4_000].lower():
        return _product_list(LexborHTMLParser(utf8_page(content, content_type)), url)
    lines = [line.strip() for line in content.decode("utf-8", "replace").splitlines()]
    pages = tuple(NamedPage(line) for line in lines if _LINE.fullmatch(line))
    return SiteFile(pages=pages) if pages else SiteFile(problem="is neither a site map nor a page")


def site_maps_of(robots: bytes) -> list[str]:
    """The site maps that a robots.txt names."""
    lines = robots.decode("utf-8", "replace").lstrip("\ufeff").splitlines()
    named = [line.partition(":") for line in lines]
    return list(
        dict.fromkeys(rest.strip() for word, _, rest in named if word.strip().lower() == "sitemap" and rest.strip())
    )


def _unpacked(body: bytes) -> bytes | None:
    if not body.startswith(_GZIP):
        return body
    unpacking = zlib.decompressobj(16 + zlib.MAX_WBITS)
    try:
        content = unpacking.decompress(body, LARGEST)
    except zlib.error:
        return None
    return None if unpacking.unconsumed_tail else content


def _site_map(content: bytes, url: str) -> SiteFile:
    pages: list[NamedPage] = []
    more: list[str] = []
    for entry in _ENTRY.finditer(content):
        found = _LOC.search(entry[2])
        if found is None:
            continue
        place = urljoin(url, html.unescape(found[1].decode("utf-8", "replace").strip()))
        if entry[1] == b"sitemap":
            more.append(place)
            continue
        modified = _MODIFIED.search(entry[2])
        pages.append(NamedPage(place, modified=modified[1].decode() if modified else None))
    return SiteFile(pages=tuple(pages), more=tuple(more))


def _product_list(tree: LexborHTMLParser, url: str) -> SiteFile:
    """The links of a page that look like products: those beside a price, or else all that say something."""
    base = tree.css_first("base[href]")
    root = urljoin(url, (base.attributes.get("href") or "") if base else "")
    links = list(_links(tree, root))
    beside_prices = [page for page, priced in links if priced]
    pages = beside_prices or [page for page, _ in links]
    following = tree.css_first('link[rel="next"][href], a[rel="next"][href]')
    more = (urljoin(root, following.attributes.get("href") or ""),) if following else ()
    return SiteFile(pages=tuple({page.url: page for page in reversed(pages)}.values())[::-1], more=more)


def _links(tree: LexborHTMLParser, root: str) -> Iterator[tuple[NamedPage, bool]]:
    for node in tree.css("a[href]")[:_MOST_LINKS]:
        place = urljoin(root, (node.attributes.get("href") or "").strip()).partition("#")[0]
        title = " ".join(node.text(separator=" ").split()) or (node.attributes.get("title") or "").strip()
        if not place.startswith(("http://", "https://")) or _ASSET.search(place) or not title or _is_navigation(node):
            continue
        yield NamedPage(place, title=title[:_LONGEST_TITLE]), _shows_price(node)


def _is_navigation(node: LexborNode) -> bool:
    above: LexborNode | None = node
    while above is not None:
        if above.tag in _NOT_LISTED:
            return True
        above = above.parent
    return False


def _shows_price(node: LexborNode) -> bool:
    """Whether a price stands in the link or in the small block around it."""
    block: LexborNode | None = node
    for _ in range(3):
        if block is None or block.tag in {"body", "html", "main", "ul", "ol", "table"}:
            return False
        text = block.text(separator=" ")
        if len(text) < 600 and _PRICE.search(text):  # noqa: PLR2004 - a card, not a list
            return True
        block = block.parent
    return False
