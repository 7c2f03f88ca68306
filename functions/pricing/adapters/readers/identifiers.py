"""The article numbers a page shows its customers, in whatever words they are introduced."""

import re
from urllib.parse import unquote, urlsplit

from pricing.adapters.readers.claims import gtin_of
from pricing.adapters.readers.elements import Markup, Tag
from pricing.adapters.readers.finding import find
from pricing.adapters.readers.region import Region

_VALUE = r"([A-Za-z0-9][A-Za-z0-9_/.\-]{2,29})"
_ALONE = re.compile(_VALUE)
_FILE_TYPE = re.compile(r"\.(?:html?|php|aspx?|jsp)$", re.IGNORECASE)
_PARTS = re.compile(r"[-_.]|iid")
_LABEL = re.compile(
    r"(?:\bsku|\bref(?:erence|\.)?|référence|referencia|referência|riferimento"
    r"|item (?:no|number|#)|item#|product (?:code|no|number|id)|catalogue (?:no|number)"
    r"|article (?:no|number)|art\.?-? ?nr|artikel(?:nummer|-nr)|bestell(?:nummer|-nr)"
    r"|code produit|cod(?:ice|\.|igo)|código|kód(?: produktu)?|kod produktu|indeks|артикул"
    r"|код(?: товара)?|商品編號|商品番号|商品编号|货号|貨號|품번|model (?:no|number)|post id|ad id"
    r")"
    rf"[\s.:#：№]*{_VALUE}",
    re.IGNORECASE,
)
_GTIN_WORDS = (b"EAN", b"GTIN", b"UPC", b"ISBN")
_GTIN = re.compile(rb"(?:EAN|GTIN|UPC|ISBN)(?:-?1[0-4])?[\s:#]{1,4}(?:<[^>]{1,200}>\s*){0,3}([\d -]{8,18})")
_NAMED = (
    (b"sku", ("class", "id")),
    (b"reference", ("class", "data-qa-qualifier")),
    (b"product__ref", ("id",)),
    *((word, ("class",)) for word in (b"article", b"catnumber", b"item-number", b"product-code", b"itemnumber")),
    (b"product-id", ("class",)),
)
_NO_TEXT = frozenset([b"script", b"input", b"select", b"style"])
_MOST_NAMED = 40
_LONGEST_ELEMENT = 4_000
_LONGEST_TEXT = 60
_ARTICLE_NUMBER = re.compile(r"\d{3}|(?=.*[A-Za-z]).*\d")


def named_sku(region: Markup) -> str | None:
    """Return the number in an element whose own name says that it holds one."""
    found = {tag.start: tag for word, attributes in _NAMED for tag in _named(region, word, attributes)}
    for start in sorted(found)[:_MOST_NAMED]:
        tag = found[start]
        if tag.name in _NO_TEXT or region.end_of(tag, _LONGEST_ELEMENT) - tag.end >= _LONGEST_ELEMENT:
            continue
        text = region.text_of(tag, _LONGEST_ELEMENT)
        if not 0 < len(text) < _LONGEST_TEXT:
            continue
        labelled = _LABEL.search(text)
        value = labelled[1] if labelled else text if _ALONE.fullmatch(text) else None
        if value and _ARTICLE_NUMBER.search(value):
            return value
    return None


def _named(region: Markup, word: bytes, attributes: tuple[str, ...]) -> list[Tag]:
    said = word.decode()
    return [
        tag
        for tag in region.tags_with(word, _MOST_NAMED)
        if any(said in tag.attributes.get(name, "").lower() for name in attributes)
    ]


def labelled_sku(texts: list[str]) -> str | None:
    """Return the number behind a word for it, anywhere in the visible texts."""
    for text in texts:
        if len(text) < _LONGEST_TEXT and (found := _LABEL.search(text)) and any(sign.isdigit() for sign in found[1]):
            return found[1].rstrip(".-/")
    return None


def labelled_gtin(region: Region) -> str | None:
    """Return the GTIN the page's text introduces as one."""
    page = region.html
    for word in (spelled for spelled in _GTIN_WORDS if spelled.decode() in region.text):
        at = find(page, word)
        while at >= 0:
            if (found := _GTIN.match(page, at)) and (code := gtin_of(found[1].decode().strip())):
                return code
            at = find(page, word, at + 1)
    return None


def address_number(url: str) -> str | None:
    """Return the number in the last part of an address that stands for the article there."""
    parts = [unquote(part) for part in urlsplit(url).path.split("/") if part]
    for part in reversed(parts[-2:]):
        tokens = [t for t in _PARTS.split(_FILE_TYPE.sub("", part)) if sum(c.isdigit() for c in t) >= 4]  # noqa: PLR2004
        if tokens:
            return tokens[-1]
    return None
